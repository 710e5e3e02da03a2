/** The record of administrative acts: who did what, when, from where. Written with the act itself, shown to administrators. */
import type { Host } from '../extension.ts';
import type { Act } from '../store/access-model.ts';
import { type Change, change } from '../store/changes.ts';

const DAY_MS = 86_400_000;
/** How long an act is remembered. */
export const KEPT_DAYS = 365;

/** Who acts: a bare JID or a place at the box, and the network address it came from. */
export interface Actor {
  who: string;
  /** '' for the box itself. */
  from: string;
}

export const COMMAND_LINE: Actor = { who: 'command line', from: '' };
export const PANEL: Actor = { who: 'panel', from: '' };

export class Acts {
  readonly #host: Host;

  constructor(host: Host) {
    this.#host = host;
  }

  /** To be committed together with what was done. */
  change(actor: Actor, what: string, about: string): Change {
    const { store, server, clock } = this.#host;
    return change('act recorded', { id: store.newId(), server: server.id, atMs: clock.nowMs(), ...actor, what, about });
  }

  /** Newest first. */
  list(limit: number): Act[] {
    return this.#host.store.access.acts(this.#host.server.id, limit);
  }

  /** Run every night. */
  async forgetOld(): Promise<void> {
    const { store, server, clock } = this.#host;
    const beforeMs = clock.nowMs() - KEPT_DAYS * DAY_MS;
    await store.journal.commit(change('acts forgotten', { server: server.id, beforeMs }));
  }
}
