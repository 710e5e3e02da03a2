import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { HttpConnections, type HttpHandlers } from '../../../firmware/http/http-connections.ts';
import { AddressCounter } from '../../../xmpp/stream/addresses.ts';
import { TestClock } from '../../xmpp/extensions/harness.ts';

const REQUEST = 'GET / HTTP/1.1\r\nHost: box.test\r\n\r\n';

async function openConnections(handlers: Partial<HttpHandlers> = {}) {
  const clock = new TestClock();
  const sockets: Socket[] = [];
  let admitted = 0;
  const connections = new HttpConnections(clock, new AddressCounter(), {
    request: (_request, response) => void response.end('hello'),
    upgrade: (_request, socket) => void socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\n'),
    ...handlers,
  });
  const server = createServer((socket) => {
    connections.take({
      socket,
      address: '192.0.2.1',
      tls: undefined,
      protocol: '',
      admitted: () => {
        admitted += 1;
      },
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    connections.stop();
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const open = async () => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1').setEncoding('utf8');
    sockets.push(socket.on('error', () => undefined));
    await once(socket, 'connect');
    return socket;
  };
  const isClosed = (socket: Socket) => new Promise((resolve) => socket.resume().once('close', resolve));
  return { clock, connections, open, isClosed, admitted: () => admitted };
}

it('closes who says nothing, or never ends the headers, first and after an answer', async () => {
  const { clock, open, isClosed, admitted } = await openConnections();
  const dripping = await open();
  dripping.write(REQUEST.slice(0, -2));
  const again = await open();
  again.write(REQUEST);
  await once(again, 'data');
  again.write(REQUEST.slice(0, -2));
  await expect.poll(admitted).toBe(1);
  const closed = [dripping, again].map(isClosed);
  clock.pass(15_000);
  await Promise.all(closed);
});

it('has so many connections of an address, and takes another when one is gone', async () => {
  const { open, isClosed } = await openConnections();
  const held: Socket[] = [];
  while (held.length < 64) held.push(await open());
  await isClosed(await open());
  held[0]?.end();
  const [first] = held;
  if (first) await isClosed(first);
  const next = await open();
  next.write(REQUEST);
  expect(String(await once(next, 'data'))).toContain('hello');
});

it('counts who drips a body in as one who may have to give way', async () => {
  const { open, admitted } = await openConnections({
    request: (request, response) => void request.resume().once('end', () => response.end('hello')),
  });
  const socket = await open();
  socket.write('POST / HTTP/1.1\r\nHost: box.test\r\nContent-Length: 2\r\n\r\na');
  await new Promise(setImmediate);
  expect(admitted()).toBe(0);
  socket.write('b');
  expect(String(await once(socket, 'data'))).toContain('hello');
  expect(admitted()).toBe(1);
});

it('tells handlers where the client is, and counts an upgraded connection no more', async () => {
  const addresses: (string | undefined)[] = [];
  const kept: { destroy(): unknown }[] = [];
  const { clock, connections, open, admitted } = await openConnections({
    upgrade: (request, socket) => {
      addresses.push(request.socket.remoteAddress);
      kept.push(socket);
      socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n');
    },
  });
  const socket = await open();
  socket.write('GET / HTTP/1.1\r\nHost: box.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
  expect(String(await once(socket, 'data'))).toContain('101');
  expect(addresses).toEqual(['192.0.2.1']);
  expect(admitted()).toBe(1);
  clock.pass(60_000);
  connections.stop();
  expect(kept).toMatchObject([{ destroyed: false }]);
  for (const one of kept) one.destroy();
});
