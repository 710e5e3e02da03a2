import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { checkConfig } from '../../../firmware/config.ts';
import { type TurnFacts, turnConfiguration } from '../../../firmware/turn/configuration.ts';
import { turnCredentials } from '../../../firmware/turn/credentials.ts';
import { deniedPeers } from '../../../firmware/turn/peers.ts';
import { publicAddress } from '../../../firmware/turn/public-address.ts';

const FACTS: TurnFacts = {
  address: undefined,
  port: 3478,
  tlsPort: 5349,
  relayPorts: { first: 49_152, last: 49_251 },
  external: undefined,
  allow: { lan: false, loopback: false },
  ownAddresses: ['81.2.3.4', '2001:4d80:0:1::7', '2001:4d80:0:1::8'],
  realm: 'home.test',
  secret: 's3cret',
  tls: { certificate: '/tls/certificate.pem', key: '/tls/key.pem' },
  folder: '/data/turn',
};
const linesOf = (facts: Partial<TurnFacts> = {}) => turnConfiguration({ ...FACTS, ...facts }).split('\n');

test('credentials end after half a day, are the same word for an account, and name nobody', () => {
  const nowMs = Date.UTC(2026, 5, 1);
  const one = turnCredentials('s3cret', 'juliet', nowMs);
  const [seconds, word] = one.username.split(':');
  expect(Number(seconds) * 1000).toBe(nowMs + 12 * 3_600_000);
  expect(one.expiresMs).toBe(Number(seconds) * 1000);
  expect(one.password).toBe(createHmac('sha1', 's3cret').update(one.username).digest('base64'));
  expect(turnCredentials('s3cret', 'juliet', nowMs + 5_000).username.split(':')[1]).toBe(word);
  expect(turnCredentials('s3cret', 'romeo', nowMs).username.split(':')[1]).not.toBe(word);
  expect(one.username).not.toContain('juliet');
});

test('what is at home is denied, the networks of the box among it, unless it is allowed', () => {
  const denied = deniedPeers(FACTS.ownAddresses, { lan: false, loopback: false });
  expect(denied).toEqual(
    expect.arrayContaining([
      '10.0.0.0-10.255.255.255',
      '100.64.0.0-100.127.255.255',
      '127.0.0.0-127.255.255.255',
      '::1-::ffff:ffff:ffff',
      'fc00::-fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
      '81.2.3.4',
      '2001:4d80:0:1::-2001:4d80:0:1:ffff:ffff:ffff:ffff',
    ]),
  );
  expect(new Set(denied).size).toBe(denied.length);
  const lan = deniedPeers(FACTS.ownAddresses, { lan: true, loopback: false });
  expect(lan).not.toContain('10.0.0.0-10.255.255.255');
  expect(lan).not.toContain('81.2.3.4');
  expect(lan).toContain('127.0.0.0-127.255.255.255');
  expect(lan).toContain('169.254.0.0-169.254.255.255');
});

test('no range begins at the unspecified address of IPv6, which coturn takes for all of IPv4', () => {
  expect(deniedPeers([], { lan: false, loopback: false }).filter((range) => /^::(-|$)/.test(range))).toEqual([]);
});

test('the configuration has nothing but the relay: no other door, no other user', () => {
  expect(linesOf()).toEqual(
    expect.arrayContaining(['no-cli', 'no-tcp-relay', 'no-multicast-peers', 'use-auth-secret', 'total-quota=100']),
  );
  expect(linesOf().filter((line) => /^(web-admin|cli-|user=|no-auth$|allow-loopback|server-relay)/.test(line))).toEqual(
    [],
  );
  expect(linesOf()).toContain('userdb=/data/turn/turndb');
  expect(linesOf({ tlsPort: 0 })).toEqual(expect.arrayContaining(['no-tls', 'no-dtls']));
  const external = { outside: '81.2.3.4', inside: '192.168.1.2' };
  expect(linesOf({ external })).toContain('external-ip=81.2.3.4/192.168.1.2');
  expect(linesOf({ address: '127.0.0.1' })).toEqual(
    expect.arrayContaining(['listening-ip=127.0.0.1', 'relay-ip=127.0.0.1']),
  );
});

test('the address outside is what DNS says of the domain, where the box has none of the Internet itself', async () => {
  const says =
    (...addresses: string[]) =>
    async () =>
      addresses;
  expect(await publicAddress('home.test', ['192.168.1.2'], says('10.0.0.1', '81.2.3.4'))).toBe('81.2.3.4');
  expect(await publicAddress('home.test', ['192.168.1.2'], says('192.168.1.2'))).toBeUndefined();
  expect(await publicAddress('home.test', ['192.168.1.2', '81.2.3.5'], says('81.2.3.4'))).toBeUndefined();
  expect(await publicAddress('box.local', ['192.168.1.2'], says('81.2.3.4'))).toBeUndefined();
});

test.each([
  ['relay_ports = "49152"', /FIRST-LAST/],
  ['relay_ports = "50000-49000"', /FIRST-LAST/],
  ['relay_ports = "80-49000"', /FIRST-LAST/],
  ['external_ip = "home.test"', /IP address/],
  ['port = 0', /1 to 65535/],
])('[calls] %s is a mistake', (line, problem) => {
  expect(() => checkConfig(`[calls]\n${line}\n`, 'casp3r.toml')).toThrow(problem);
});
