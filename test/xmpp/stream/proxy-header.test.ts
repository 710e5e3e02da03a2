import { describe, expect, it } from 'vitest';
import { crc32c } from '../../../xmpp/stream/crc32c.ts';
import { readProxyHeader } from '../../../xmpp/stream/proxy-header.ts';

const V2 = Buffer.from('0d0a0d0a000d0a515549540a', 'hex');
const REST = Buffer.from("<?xml version='1.0'?>");

/** A header of version 2: version and command, family and transport, addresses, TLVs. */
function v2(command: number, family: number, addresses: Buffer, ...tlvs: Buffer[]): Buffer {
  const body = Buffer.concat([addresses, ...tlvs]);
  const fixed = Buffer.from([command, family, body.length >> 8, body.length & 0xff]);
  return Buffer.concat([V2, fixed, body]);
}

const tlv = (type: number, value: Buffer) =>
  Buffer.concat([Buffer.from([type, value.length >> 8, value.length & 0xff]), value]);
const IPV4 = Buffer.from([203, 0, 113, 7, 192, 0, 2, 1, 0xdc, 0x04, 0x01, 0xbb]);
const IPV6 = Buffer.from(`20010db8${'0'.repeat(23)}7${'20010db8'}${'0'.repeat(23)}1dc0401bb`, 'hex');
const UNIX = Buffer.alloc(216, 0x2f);
const MAPPED = Buffer.concat([Buffer.from(`${'0'.repeat(20)}ffffcb007107`, 'hex'), IPV6.subarray(16)]);

function withChecksum(spoilt = 0): Buffer {
  const header = v2(0x21, 0x11, IPV4, tlv(4, Buffer.alloc(5)), tlv(3, Buffer.alloc(4)));
  header.writeUInt32BE((crc32c(header) ^ spoilt) >>> 0, header.length - 4);
  return header;
}

const good: [string, Buffer | string, string | undefined][] = [
  ['version 1, IPv4', 'PROXY TCP4 203.0.113.7 192.0.2.1 56324 443\r\n', '203.0.113.7'],
  ['version 1, IPv6', 'PROXY TCP6 2001:DB8:0:0:0:0:0:7 2001:db8::1 56324 443\r\n', '2001:db8::7'],
  ['version 1, IPv4 mapped into IPv6', 'PROXY TCP6 ::ffff:203.0.113.7 ::ffff:cb00:7101 0 65535\r\n', '203.0.113.7'],
  ['version 1, unknown', 'PROXY UNKNOWN\r\n', undefined],
  [
    'version 1, unknown, as long as it can be',
    `PROXY UNKNOWN ${'ffff:'.repeat(7)}ffff ${'ffff:'.repeat(7)}ffff 65535 65535\r\n`,
    undefined,
  ],
  ['version 2, IPv4', v2(0x21, 0x11, IPV4), '203.0.113.7'],
  ['version 2, IPv6', v2(0x21, 0x21, IPV6), '2001:db8::7'],
  ['version 2, IPv4 mapped into IPv6', v2(0x21, 0x21, MAPPED), '203.0.113.7'],
  ['version 2, IPv4 with TLVs', v2(0x21, 0x11, IPV4, tlv(2, Buffer.from('box.test')), tlv(0xe0, REST)), '203.0.113.7'],
  ['version 2, a checksum', withChecksum(), '203.0.113.7'],
  ['version 2, a Unix socket', v2(0x21, 0x31, UNIX), undefined],
  ['version 2, UDP', v2(0x21, 0x12, IPV4), undefined],
  ['version 2, unspecified', v2(0x21, 0x00, Buffer.alloc(0)), undefined],
  ['version 2, LOCAL', v2(0x20, 0x00, Buffer.alloc(0)), undefined],
  ['version 2, LOCAL with addresses all the same', v2(0x20, 0x11, IPV4), undefined],
  ['version 2, LOCAL with what nobody can read', v2(0x20, 0xff, Buffer.from('whatever')), undefined],
];

const bad: [string, Buffer | string][] = [
  ['no header', 'GET / HTTP/1.1\r\n\r\n'],
  ['TLS', Buffer.from('160301', 'hex')],
  ['a stream', '<stream:stream>'],
  ['lower case', 'proxy TCP4 203.0.113.7 192.0.2.1 56324 443\r\n'],
  ['another family', 'PROXY UDP4 203.0.113.7 192.0.2.1 56324 443\r\n'],
  ['an IPv6 address called IPv4', 'PROXY TCP4 2001:db8::7 2001:db8::1 56324 443\r\n'],
  ['an IPv4 address called IPv6', 'PROXY TCP6 203.0.113.7 192.0.2.1 56324 443\r\n'],
  ['an address with a zone', 'PROXY TCP6 fe80::7%eth0 fe80::1 56324 443\r\n'],
  ['a leading zero in an address', 'PROXY TCP4 203.0.113.07 192.0.2.1 56324 443\r\n'],
  ['a leading zero in a port', 'PROXY TCP4 203.0.113.7 192.0.2.1 056324 443\r\n'],
  ['a port too high', 'PROXY TCP4 203.0.113.7 192.0.2.1 65536 443\r\n'],
  ['a port missing', 'PROXY TCP4 203.0.113.7 192.0.2.1 56324\r\n'],
  ['more after the ports', 'PROXY TCP4 203.0.113.7 192.0.2.1 56324 443 5\r\n'],
  ['two spaces', 'PROXY TCP4  203.0.113.7 192.0.2.1 56324 443\r\n'],
  ['a line feed alone', 'PROXY TCP4 203.0.113.7 192.0.2.1 56324 443\n'],
  ['a line without end', `PROXY UNKNOWN ${'x'.repeat(100)}`],
  ['a line that ends too late', `PROXY UNKNOWN ${'x'.repeat(92)}\r\n`],
  ['version 3', v2(0x31, 0x11, IPV4)],
  ['an unknown command', v2(0x22, 0x11, IPV4)],
  ['an unknown family', v2(0x21, 0x41, IPV4)],
  ['an unknown transport', v2(0x21, 0x13, IPV4)],
  ['addresses cut short', v2(0x21, 0x11, IPV4.subarray(0, 11))],
  ['IPv4 addresses called IPv6', v2(0x21, 0x21, IPV4)],
  ['a TLV longer than the header', v2(0x21, 0x11, IPV4, Buffer.from([4, 0, 9, 0]))],
  ['a TLV without a length', v2(0x21, 0x11, IPV4, Buffer.from([4, 0]))],
  ['a wrong checksum', withChecksum(1)],
  ['a checksum of two bytes', v2(0x21, 0x11, IPV4, tlv(3, Buffer.alloc(2)))],
  ['a length beyond measure', Buffer.concat([V2, Buffer.from([0x21, 0x11, 0xff, 0xff])])],
];

describe('readProxyHeader', () => {
  it.each(good)('reads %s, in one piece and cut at every byte, and leaves what follows', (_name, header, source) => {
    const bytes = Buffer.from(header);
    for (let cut = 1; cut < bytes.length; cut += 1) expect(readProxyHeader(bytes.subarray(0, cut))).toBeUndefined();
    expect(readProxyHeader(bytes)).toEqual({ source, bytes: bytes.length });
    expect(readProxyHeader(Buffer.concat([bytes, REST]))).toEqual({ source, bytes: bytes.length });
  });

  it.each(bad)('refuses %s', (_name, header) => {
    expect(() => readProxyHeader(Buffer.from(header))).toThrow(/PROXY header/);
  });
});

it('computes CRC-32C as RFC 3720 appendix B.4 has it', () => {
  expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
  expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa);
});
