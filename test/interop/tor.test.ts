/** Debian's tor as the box runs it, kept within this machine. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { Tor } from '../../firmware/tor/tor.ts';
import { systemClock } from '../../xmpp/clock.ts';
import { silentLog } from '../xmpp/extensions/harness.ts';
import { needs } from './peer.ts';

const present = needs('tor', ['--version'], 'apt-get install tor');

function startable() {
  const home = mkdtempSync(join(tmpdir(), 'casp3r tor-'));
  const folder = join(home, 'tor');
  const tor = new Tor({
    enabled: true,
    federates: true,
    folder,
    clock: systemClock,
    log: silentLog,
    offline: true,
  });
  onTestFinished(async () => {
    await tor.stop();
    rmSync(home, { recursive: true, force: true });
  });
  return { tor, folder };
}

test.runIf(present)(
  'tor takes the configuration, makes an address and keeps it, and ends with the box',
  async () => {
    const { tor, folder } = startable();
    const named = new Promise<void>((resolve) =>
      tor.start({ c2s: 4001, c2sTls: 4002, s2s: 4003, s2sTls: 4004 }, resolve),
    );
    await named;
    expect(tor.onion).toMatch(/^[a-z2-7]{56}\.onion$/);
    await vi.waitFor(() => expect(existsSync(join(folder, 'tor.pid'))).toBe(true), { timeout: 5_000 });
    const { onion } = tor;
    expect(tor.state).toMatchObject({ name: 'starting', onion });
    const pid = Number(readFileSync(join(folder, 'tor.pid'), 'utf8'));
    await tor.stop();
    expect(() => process.kill(pid, 0)).toThrow();
    tor.start({ c2s: 4005, c2sTls: 4006, s2s: 0, s2sTls: 0 }, () => undefined);
    await vi.waitFor(() => expect(existsSync(join(folder, 'tor.pid'))).toBe(true), { timeout: 20_000, interval: 100 });
    expect(tor.onion).toBe(onion);
  },
  60_000,
);
