/** A DNS server of a test's own, on loopback: what it is told it answers, everything else does not exist, or it is silent. */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer, isIPv6, type Socket as TcpSocket } from 'node:net';

export interface SrvData {
  priority?: number;
  weight?: number;
  port: number;
  /** `.` says that there is no such service. */
  target: string;
}

export interface Zone {
  /** By full name: `_xmpp-server._tcp.b.test`. */
  srv?: Record<string, SrvData[]>;
  /** IPv4 and IPv6 by name. */
  hosts?: Record<string, string[]>;
  /** Names that lead to other names. */
  aliases?: Record<string, string>;
  /** Names for which no answer ever comes, and for which it fails; `AAAA b.test` for one kind of question. */
  silent?: string[];
  broken?: string[];
  /** Names whose answers are too long for UDP. */
  long?: string[];
}

const TYPES = { A: 1, CNAME: 5, AAAA: 28, SRV: 33 } as const;
const NXDOMAIN = 3;
const SERVFAIL = 2;
const TRUNCATED = 0x0200;

export class TestDns {
  zone: Zone;
  ttl = 60;
  /** Every question, as `SRV _xmpp-server._tcp.b.test`. */
  readonly asked: string[] = [];
  /** Those of them that came by TCP. */
  readonly askedByTcp: string[] = [];
  readonly #socket: Socket = createSocket('udp4');
  readonly #tcp = createServer((socket) => this.#talk(socket)).unref();

  constructor(zone: Zone) {
    this.zone = zone;
  }

  /** Resolves with `127.0.0.1:PORT`, as `[dns] servers` takes it. */
  async start(): Promise<string> {
    this.#tcp.listen(0, '127.0.0.1');
    await once(this.#tcp, 'listening');
    const { port } = this.#tcp.address() as AddressInfo;
    this.#socket.on('message', (query, from) => this.#reply(query, from));
    this.#socket.bind(port, '127.0.0.1');
    await once(this.#socket, 'listening');
    return `127.0.0.1:${port}`;
  }

  stop(): void {
    this.#socket.close();
    this.#tcp.close();
  }

  #reply(query: Buffer, from: RemoteInfo): void {
    const answer = this.#answer(query, false);
    if (answer) this.#socket.send(answer, from.port, from.address);
  }

  /** One question, whole in one piece, as it comes over loopback. */
  #talk(socket: TcpSocket): void {
    socket.on('error', () => socket.destroy());
    socket.on('data', (bytes: Buffer) => {
      const answer = this.#answer(bytes.subarray(2), true);
      if (!answer) return;
      const length = Buffer.alloc(2);
      length.writeUInt16BE(answer.length);
      socket.write(Buffer.concat([length, answer]));
    });
  }

  #answer(query: Buffer, byTcp: boolean): Buffer | undefined {
    const { name, type, end } = questionOf(query);
    const kind = Object.entries(TYPES).find(([, number]) => number === type)?.[0] ?? String(type);
    this.asked.push(`${kind} ${name}`);
    if (byTcp) this.askedByTcp.push(`${kind} ${name}`);
    const { silent = [], broken = [], long = [] } = this.zone;
    const isAmong = (names: readonly string[]) => names.includes(name) || names.includes(`${kind} ${name}`);
    if (isAmong(silent)) return undefined;
    const truncated = !byTcp && isAmong(long);
    const records = isAmong(broken) || truncated ? [] : this.#records(name, type);
    const code = isAmong(broken) ? SERVFAIL : this.#knows(name) ? 0 : NXDOMAIN;
    const head = Buffer.alloc(12);
    query.copy(head, 0, 0, 2);
    head.writeUInt16BE(0x8580 | (truncated ? TRUNCATED : 0) | code, 2);
    head.writeUInt16BE(1, 4);
    head.writeUInt16BE(records.length, 6);
    return Buffer.concat([head, query.subarray(12, end), ...records]);
  }

  #knows(name: string): boolean {
    const { srv = {}, hosts = {}, aliases = {} } = this.zone;
    return name in srv || name in hosts || name in aliases;
  }

  #records(name: string, type: number, passed: readonly string[] = []): Buffer[] {
    const { srv = {}, hosts = {}, aliases = {} } = this.zone;
    const alias = aliases[name];
    if (alias !== undefined) {
      const others = alias === name || passed.includes(alias) ? [] : this.#records(alias, type, [...passed, name]);
      return [record(name, TYPES.CNAME, this.ttl, nameBytes(alias)), ...others];
    }
    if (type === TYPES.SRV) return (srv[name] ?? []).map((data) => record(name, type, this.ttl, srvBytes(data)));
    const wanted = (hosts[name] ?? []).filter((address) => isIPv6(address) === (type === TYPES.AAAA));
    if (type !== TYPES.A && type !== TYPES.AAAA) return [];
    return wanted.map((address) => record(name, type, this.ttl, addressBytes(address)));
  }
}

function questionOf(query: Buffer): { name: string; type: number; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query.readUInt8(at); length > 0; length = query.readUInt8(at)) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), type: query.readUInt16BE(at + 1), end: at + 5 };
}

function record(name: string, type: number, ttl: number, data: Buffer): Buffer {
  const middle = Buffer.alloc(10);
  middle.writeUInt16BE(type, 0);
  middle.writeUInt16BE(1, 2);
  middle.writeUInt32BE(ttl, 4);
  middle.writeUInt16BE(data.length, 8);
  return Buffer.concat([nameBytes(name), middle, data]);
}

function nameBytes(name: string): Buffer {
  const labels = name.split('.').filter((label) => label !== '');
  return Buffer.concat([
    ...labels.map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label, 'latin1')])),
    Buffer.from([0]),
  ]);
}

function srvBytes({ priority = 0, weight = 0, port, target }: SrvData): Buffer {
  const numbers = Buffer.alloc(6);
  numbers.writeUInt16BE(priority, 0);
  numbers.writeUInt16BE(weight, 2);
  numbers.writeUInt16BE(port, 4);
  return Buffer.concat([numbers, nameBytes(target)]);
}

function addressBytes(address: string): Buffer {
  if (!isIPv6(address)) return Buffer.from(address.split('.').map(Number));
  const [left = '', right = ''] = address.split('::');
  const groups = (text: string) => text.split(':').filter((group) => group !== '');
  const [head, tail] = [groups(left), address.includes('::') ? groups(right) : []];
  const all = [...head, ...Array.from({ length: 8 - head.length - tail.length }, () => '0'), ...tail];
  return Buffer.concat(all.map((group) => Buffer.from(group.padStart(4, '0'), 'hex')));
}
