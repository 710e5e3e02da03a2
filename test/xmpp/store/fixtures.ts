import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Clock, systemRandom } from '../../../xmpp/clock.ts';
import type { Log } from '../../../xmpp/log.ts';
import { openStore } from '../../../xmpp/store/open.ts';
import type { Store } from '../../../xmpp/store/store.ts';

export const noonMs = Date.UTC(2026, 5, 1, 12);

export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => silentLog };

/** A wall clock that stands until it is set. */
export class SetClock implements Clock {
  ms = noonMs;
  nowMs(): number {
    return this.ms;
  }
  after(): never {
    throw new Error('the store sets no timers');
  }
}

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'casp3r-store-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A store in a real file; closed at the end of the test. */
export async function open(folder = temporaryFolder(), clock: Clock = new SetClock(), log = silentLog): Promise<Store> {
  const store = await openStore({ folder, clock, random: systemRandom, log });
  onTestFinished(() => store.close());
  return store;
}
