import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type TorFacts, torConfiguration } from '../../../firmware/tor/configuration.ts';
import { Tor } from '../../../firmware/tor/tor.ts';
import { systemClock } from '../../../xmpp/clock.ts';
import { silentLog } from '../../xmpp/extensions/harness.ts';

function torIn(enabled = true) {
  const folder = mkdtempSync(join(tmpdir(), 'casp3r tor-'));
  const tor = new Tor({
    enabled,
    federates: true,
    folder: join(folder, 'tor'),
    clock: systemClock,
    log: silentLog,
    offline: true,
  });
  onTestFinished(async () => {
    await tor.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  return { tor, folder: join(folder, 'tor') };
}

const linesOf = (ports: TorFacts['ports'], socket?: string) =>
  torConfiguration({ folder: '/data/tor', ports, socket, owner: 7, offline: false }).split('\n');

test('its configuration has one service, for apps alone where there are no other servers', () => {
  const lines = linesOf({ c2s: 4001, c2sTls: 0, s2s: 0, s2sTls: 0 });
  expect(lines).toEqual(
    expect.arrayContaining([
      'HiddenServiceDir "/data/tor/onion"',
      'HiddenServicePort 5222 127.0.0.1:4001',
      'HiddenServiceExportCircuitID haproxy',
      'SocksPort 0',
      '__OwningControllerProcess 7',
    ]),
  );
  expect(lines.filter((line) => /^(HiddenServicePort 52[^2]|ORPort|ControlPort|DisableNetwork)/.test(line))).toEqual(
    [],
  );
});

test("with other servers it has their ports as well, and a way to onion addresses that is the box's alone", () => {
  const lines = linesOf({ c2s: 4001, c2sTls: 4002, s2s: 4003, s2sTls: 4004 }, '/data/tor/socks');
  expect(lines).toEqual(
    expect.arrayContaining([
      'HiddenServicePort 5269 127.0.0.1:4003',
      'HiddenServicePort 5270 127.0.0.1:4004',
      'SocksPort unix:"/data/tor/socks" OnionTrafficOnly ExtendedErrors',
    ]),
  );
});

test('without the key nothing is started', () => {
  const { tor, folder } = torIn(false);
  tor.start({ c2s: 1, c2sTls: 2, s2s: 3, s2sTls: 4 }, () => undefined);
  expect(tor.state).toEqual({ name: 'off', detail: 'switched off', onion: '' });
  expect(tor.socket).toBeUndefined();
  expect(existsSync(folder)).toBe(false);
});
