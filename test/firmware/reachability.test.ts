import type { NetworkInterfaceInfo } from 'node:os';
import { encode } from 'uqr';
import { describe, expect, it } from 'vitest';
import { hostForPhones, invitationUrl, lanAddresses, panelUrl } from '../../firmware/reachability.ts';

const info = (address: string, internal = false): NetworkInterfaceInfo =>
  ({ address, internal, family: address.includes(':') ? 'IPv6' : 'IPv4' }) as NetworkInterfaceInfo;

describe('the addresses of the home network', () => {
  it('leave out loopback and link-local ones, and put container bridges last', () => {
    const found = lanAddresses({
      lo: [info('127.0.0.1', true), info('::1', true)],
      docker0: [info('172.17.0.1')],
      'br-1234': [info('172.18.0.1')],
      eth0: [info('192.168.1.7'), info('fe80::1'), info('fd00::7')],
      wlan0: [info('169.254.3.4'), info('192.168.1.8')],
    });
    expect(found).toEqual({ v4: ['192.168.1.7', '192.168.1.8', '172.17.0.1', '172.18.0.1'], v6: ['fd00::7'] });
  });

  it('a phone is told the IPv4 address, else the name, and localhost only without any network', () => {
    expect(hostForPhones({ v4: ['192.168.1.7'], v6: [] }, 'casp3r.local')).toBe('192.168.1.7');
    expect(hostForPhones({ v4: [], v6: ['fd00::7'] }, 'casp3r.local')).toBe('casp3r.local');
    expect(hostForPhones({ v4: [], v6: [] }, 'chat.example')).toBe('chat.example');
    expect(hostForPhones({ v4: [], v6: [] }, 'casp3r.local')).toBe('localhost');
  });
});

describe('the address of an invitation', () => {
  it('leaves the usual port out and falls back on https', () => {
    expect(invitationUrl({ host: '192.168.1.7', http: 80, https: 443 }, 'ABCD')).toBe('http://192.168.1.7/j/ABCD');
    expect(invitationUrl({ host: 'casp3r.local', http: 5280, https: 443 }, 'ABCD')).toBe(
      'http://casp3r.local:5280/j/ABCD',
    );
    expect(invitationUrl({ host: 'fd00::7', http: 0, https: 443 }, 'ABCD')).toBe('https://[fd00::7]/j/ABCD');
    expect(invitationUrl({ host: 'fd00::7', http: 0, https: 0 }, 'ABCD')).toBeUndefined();
  });

  it('fits QR version 3 in upper case, as long as it can get with an IPv4 address', () => {
    const url = panelUrl('https://255.255.255.255:65535/j/ABCDEFGH');
    expect(url).toBe('HTTPS://255.255.255.255:65535/J/ABCDEFGH');
    expect(encode(url, { ecc: 'L', border: 0 }).version).toBeLessThanOrEqual(3);
  });
});
