// In the guest: serves /dev/i2c-1 through /dev/cuse, and hands each message to the test: i2c-bridge.mjs HOST PORT
// As the Raspberry Pi's own driver, and unlike a bus over USB, it can answer with any code that the test says.
import { openSync, read, writeSync } from 'node:fs';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';

const OP = { open: 14, write: 16, release: 18, flush: 25, interrupt: 36, ioctl: 39, init: 4096 };
const I2C_SLAVE = 0x703;
const ENOSYS = 38;
const ENOTTY = 25;

const [host, port] = process.argv.slice(2);
const socket = connect(Number(port), host).setNoDelay(true);
const waiting = new Map();
createInterface({ input: socket }).on('line', (line) => {
  const { id, errno } = JSON.parse(line);
  waiting.get(id)(errno);
  waiting.delete(id);
});
function send(id, address, bytes) {
  socket.write(`${JSON.stringify({ id, address, bytes: bytes.toString('base64') })}\n`);
  return new Promise((resolve) => waiting.set(id, resolve));
}

const cuse = openSync('/dev/cuse', 'r+');
const addresses = new Map();
let nextHandle = 1n;

function reply(unique, errno, body = Buffer.alloc(0)) {
  const header = Buffer.alloc(16);
  header.writeUInt32LE(16 + body.length, 0);
  header.writeInt32LE(-errno, 4);
  header.writeBigUInt64LE(unique, 8);
  writeSync(cuse, Buffer.concat([header, body]));
}

function numbers(...values) {
  return Buffer.from(Uint32Array.from(values).buffer);
}

async function answer(op, unique, body) {
  if (op === OP.interrupt) return;
  if (op === OP.init) {
    // Version 7.31, ioctls of any form, 64 KiB each way, any device number.
    const facts = numbers(7, 31, 0, 1, 65_536, 65_536, 0, 0, ...new Array(10).fill(0));
    reply(unique, 0, Buffer.concat([facts, Buffer.from('DEVNAME=i2c-1\0')]));
  } else if (op === OP.open) {
    const handle = nextHandle++;
    const out = Buffer.alloc(16);
    out.writeBigUInt64LE(handle, 0);
    out.writeUInt32LE(1, 8);
    reply(unique, 0, out);
  } else if (op === OP.ioctl) {
    if (body.readUInt32LE(12) !== I2C_SLAVE) return reply(unique, ENOTTY);
    addresses.set(body.readBigUInt64LE(0), Number(body.readBigUInt64LE(16)));
    reply(unique, 0, numbers(0, 0, 0, 0));
  } else if (op === OP.write) {
    const length = body.readUInt32LE(16);
    const address = addresses.get(body.readBigUInt64LE(0)) ?? 0;
    const errno = await send(String(unique), address, body.subarray(40, 40 + length));
    if (errno === 0) reply(unique, 0, numbers(length, 0));
    else reply(unique, errno);
  } else if (op === OP.release || op === OP.flush) reply(unique, 0);
  else reply(unique, ENOSYS);
}

function serve() {
  const message = Buffer.alloc(80 * 1024);
  read(cuse, message, 0, message.length, null, (error, length) => {
    if (error) throw error;
    answer(message.readUInt32LE(4), message.readBigUInt64LE(8), message.subarray(40, length));
    serve();
  });
}
serve();
