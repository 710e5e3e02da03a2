import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { torConfiguration } from '../../../firmware/tor/configuration.ts';
import { Tor } from '../../../firmware/tor/tor.ts';
import { findProgram } from '../../../firmware/turn/child.ts';
import { systemClock } from '../../../xmpp/clock.ts';
import { silentLog } from '../../xmpp/extensions/harness.ts';

const installed = findProgram('tor', process.env.PATH ?? '') !== undefined;

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

test.skipIf(!installed)(
  'tor takes the configuration, makes an address and keeps it, and ends with the box',
  async () => {
    const { tor, folder } = torIn();
    tor.start({ c2s: 4001, c2sTls: 4002 });
    await vi.waitFor(() => expect(tor.onion).toMatch(/^[a-z2-7]{56}\.onion$/), { timeout: 20_000, interval: 100 });
    await vi.waitFor(() => expect(existsSync(join(folder, 'tor.pid'))).toBe(true), { timeout: 5_000 });
    const { onion } = tor;
    expect(tor.state).toMatchObject({ name: 'starting', onion });
    const pid = Number(readFileSync(join(folder, 'tor.pid'), 'utf8'));
    await tor.stop();
    expect(() => process.kill(pid, 0)).toThrow();
    tor.start({ c2s: 4003, c2sTls: 4004 });
    await vi.waitFor(() => expect(existsSync(join(folder, 'tor.pid'))).toBe(true), { timeout: 20_000, interval: 100 });
    expect(tor.onion).toBe(onion);
  },
  60_000,
);
