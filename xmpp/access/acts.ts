/** The record of administrative acts: who did what, when, from where. Written with the act itself, shown to administrators. */
import type { Host } from '../extension.ts';
import type { Act } from '../store/access-model.ts';
import { type Change, change } from '../store/changes.ts';
import type { Id } from '../store/model.ts';

const DAY_MS = 86_400_000;
/** Some 20 MB. */
const MAX_KEPT = 100_000;

/** Who acts: a bare JID or a place at the box, and the network address it came from. */
export interface Actor {
  who: string;
  /** '' for the box itself. */
  from: string;
}

export const COMMAND_LINE: Actor = { who: 'command line', from: '' };
/** What the box does by itself, or is told by the system. */
export const BOX: Actor = { who: 'box', from: '' };
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

  /** None where nobody acts who has to be named: a member on its own account, say. */
  changes(actor: Actor | undefined, what: string, about: string): Change[] {
    return actor ? [this.change(actor, what, about)] : [];
  }

  /** By itself: what was done leaves nothing in the store. A disk that is full does not undo it. */
  record(actor: Actor, what: string, about: string): void {
    const { store, log } = this.#host;
    store.journal.commit(this.change(actor, what, about)).catch((error: unknown) => {
      log.error({ err: error, ...actor, what, about }, 'an administrative act could not be recorded');
    });
  }

  /** Newest first. @param before the id of one: only those that are older */
  list(limit: number, before?: Id): Act[] {
    return this.#host.store.access.acts(this.#host.server.id, limit, before);
  }

  /** Run every night. @param most of them, whatever `log_days` says */
  async forgetOld(most = MAX_KEPT): Promise<void> {
    const { store, server, clock, config } = this.#host;
    const { logDays } = config.access;
    const tooMany = (store.access.actsBeyond(server.id, most) ?? -1) + 1;
    const beforeMs = Math.max(tooMany, logDays === 0 ? 0 : clock.nowMs() - logDays * DAY_MS);
    if (beforeMs === 0) return;
    await store.journal.commit(change('acts forgotten', { server: server.id, beforeMs }));
  }
}
