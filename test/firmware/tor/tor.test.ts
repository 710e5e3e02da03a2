import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { torConfiguration } from '../../../firmware/tor/configuration.ts';
import { Tor } from '../../../firmware/tor/tor.ts';
import { systemClock } from '../../../xmpp/clock.ts';
import { silentLog } from '../../xmpp/extensions/harness.ts';

function torIn(enabled = true) {
  const folder = mkdtempSync(join(tmpdir(), 'casp3r tor-'));
  const tor = new Tor({ enabled, folder: join(folder, 'tor'), clock: systemClock, log: silentLog, offline: true });
  onTestFinished(async () => {
    await tor.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  return { tor, folder: join(folder, 'tor') };
}

test('its configuration has one service for apps and no other door', () => {
  const lines = torConfiguration({
    folder: '/data/tor',
    ports: { c2s: 4001, c2sTls: 0 },
    owner: 7,
    offline: false,
  }).split('\n');
  expect(lines).toEqual(
    expect.arrayContaining([
      'HiddenServiceDir "/data/tor/onion"',
      'HiddenServicePort 5222 127.0.0.1:4001',
      'HiddenServiceExportCircuitID haproxy',
      'SocksPort 0',
      '__OwningControllerProcess 7',
    ]),
  );
  expect(lines.filter((line) => /^(HiddenServicePort 5223|ORPort|ControlPort|DisableNetwork)/.test(line))).toEqual([]);
});

test('without the key nothing is started', () => {
  const { tor, folder } = torIn(false);
  tor.start({ c2s: 1, c2sTls: 2 });
  expect(tor.state).toEqual({ name: 'off', detail: 'switched off', onion: '' });
  expect(existsSync(folder)).toBe(false);
});
