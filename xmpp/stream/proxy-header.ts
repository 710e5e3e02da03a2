/** The header of the PROXY protocol, versions 1 and 2, by which a proxy tells whom it stands for (haproxy's proxy-protocol.txt). */
import { isIPv4, isIPv6 } from 'node:net';
import { crc32c } from './crc32c.ts';

const V1 = Buffer.from('PROXY ');
/** With its CRLF (section 2.1). */
const V1_MAX_BYTES = 107;
const V1_LINE = /^PROXY (?:UNKNOWN(?: .*)?|TCP([46]) (\S+) (\S+) (0|[1-9]\d{0,4}) (0|[1-9]\d{0,4}))$/;
const V2 = Buffer.from('0d0a0d0a000d0a515549540a', 'hex');
const V2_FIXED_BYTES = 16;
/** Addresses and TLVs. The spec allows 65,535; what proxies tell beside addresses is short, but for a client's certificate. */
const V2_MAX_BYTES = 8 * 1024;
const LOCAL = 0;
const PROXY = 1;
const UNIX = 3;
const STREAM = 1;
const DGRAM = 2;
/** Of the addresses and ports that each family has before its TLVs. */
const ADDRESS_BYTES: Record<number, number> = { 0: 0, 1: 12, 2: 36, [UNIX]: 216 };
const TLV_CRC32C = 3;

export interface ProxyHeader {
  /** Where the client came from; undefined where the proxy speaks for itself or does not know. */
  source: string | undefined;
  /** What follows is the client's. */
  bytes: number;
}

/** @returns undefined where more is needed @throws Error where this is no header, or longer than any should be */
export function readProxyHeader(data: Buffer): ProxyHeader | undefined {
  if (begins(data, V2)) return readV2(data);
  if (begins(data, V1)) return readV1(data);
  throw new Error('there is no PROXY header');
}

function begins(data: Buffer, signature: Buffer): boolean {
  const common = Math.min(data.length, signature.length);
  return data.subarray(0, common).equals(signature.subarray(0, common));
}

function readV1(data: Buffer): ProxyHeader | undefined {
  const end = data.subarray(0, V1_MAX_BYTES).indexOf('\n');
  if (end < 0) {
    if (data.length >= V1_MAX_BYTES) throw new Error('the line of the PROXY header has no end');
    return undefined;
  }
  const line = data.toString('latin1', 0, end);
  const [, family, source, destination, ...ports] = V1_LINE.exec(line.slice(0, -1)) ?? [];
  const isAddress = family === '4' ? isIPv4 : isIPv6;
  const isKnown = family !== undefined && source !== undefined && destination !== undefined;
  const isValid = isKnown
    ? isAddress(source) &&
      isAddress(destination) &&
      !source.includes('%') &&
      ports.every((port) => Number(port) < 65_536)
    : V1_LINE.test(line.slice(0, -1));
  if (!line.endsWith('\r') || !isValid) throw new Error('the line of the PROXY header is malformed');
  return { source: source && canonical(source), bytes: end + 1 };
}

function readV2(data: Buffer): ProxyHeader | undefined {
  if (data.length < V2_FIXED_BYTES) return undefined;
  const command = data.readUInt8(12);
  const family = data.readUInt8(13) >> 4;
  const transport = data.readUInt8(13) & 0xf;
  const length = data.readUInt16BE(14);
  if (command >> 4 !== 2 || (command & 0xf) > PROXY)
    throw new Error('the PROXY header has an unknown version or command');
  if (length > V2_MAX_BYTES) throw new Error('the PROXY header is too long');
  const bytes = V2_FIXED_BYTES + length;
  if (data.length < bytes) return undefined;
  const isLocal = (command & 0xf) === LOCAL;
  const addressBytes = ADDRESS_BYTES[family];
  // With LOCAL all else is to be passed over, whatever it says.
  if (isLocal) return { source: undefined, bytes };
  if (addressBytes === undefined || transport > DGRAM) throw new Error('the PROXY header has an unknown family');
  if (length < addressBytes) throw new Error('the PROXY header is shorter than its addresses');
  checkTlvs(data.subarray(0, bytes), V2_FIXED_BYTES + addressBytes);
  return { source: transport === STREAM ? addressAt(data, family) : undefined, bytes };
}

function addressAt(data: Buffer, family: number): string | undefined {
  if (family === 1) return data.subarray(V2_FIXED_BYTES, V2_FIXED_BYTES + 4).join('.');
  if (family !== 2) return undefined;
  const groups = Array.from({ length: 8 }, (_, n) => data.readUInt16BE(V2_FIXED_BYTES + 2 * n).toString(16));
  return canonical(groups.join(':'));
}

/** One way of writing for each address, so that counts by address are right; an IPv4-mapped one as IPv4. */
function canonical(address: string): string {
  if (isIPv4(address)) return address;
  const short = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [, high, low] = /^::ffff:([0-9a-f]+):([0-9a-f]+)$/.exec(short) ?? [];
  if (high === undefined || low === undefined) return short;
  const mapped = Number.parseInt(high, 16) * 0x10000 + Number.parseInt(low, 16);
  return [24, 16, 8, 0].map((bits) => (mapped >>> bits) & 0xff).join('.');
}

/** Section 2.2: type, length, value; section 2.2.3: the checksum over the whole header, itself counted as zeros. */
function checkTlvs(header: Buffer, from: number): void {
  let at = from;
  while (at < header.length) {
    const end = at + 3 <= header.length ? at + 3 + header.readUInt16BE(at + 1) : Number.POSITIVE_INFINITY;
    if (end > header.length) throw new Error('the PROXY header ends within a TLV');
    if (header[at] === TLV_CRC32C) checkSum(header, at + 3, end);
    at = end;
  }
}

function checkSum(header: Buffer, start: number, end: number): void {
  const zeroed = Buffer.from(header).fill(0, start, end);
  if (end - start !== 4 || crc32c(zeroed) !== header.readUInt32BE(start)) {
    throw new Error('the checksum of the PROXY header is wrong');
  }
}
