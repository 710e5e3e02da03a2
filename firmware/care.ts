/** What the box does for itself each night. node-cron's one home. */
import { type ScheduledTask, schedule } from 'node-cron';
import type { Clock } from '../xmpp/clock.ts';
import type { Host } from '../xmpp/extension.ts';
import type { Log } from '../xmpp/log.ts';

/** A quiet hour, off the full one. */
const NIGHTLY = '23 3 * * *';
/** A client that showed its invitation in time may still be on its way to an account. */
const KEEP_INVITATIONS_MS = 86_400_000;

export interface CareOptions {
  hosts: () => readonly Pick<Host, 'invites' | 'hooks'>[];
  clock: Clock;
  log: Log;
  /** Makes the box's own certificate anew where it is due. */
  renewCertificate: () => Promise<void>;
  /** Takes away uploaded files whose time is over. */
  removeOldUploads: () => Promise<void>;
}

export class Care {
  readonly #options: CareOptions;
  #task: ScheduledTask | undefined;

  constructor(options: CareOptions) {
    this.#options = options;
  }

  start(): void {
    this.#task = schedule(NIGHTLY, () => this.run());
  }

  async stop(): Promise<void> {
    await this.#task?.destroy();
  }

  /** One night's work. What fails is logged, and does not keep the rest from its turn. */
  async run(): Promise<void> {
    const { log, renewCertificate, removeOldUploads } = this.#options;
    for (const [what, work] of [
      ['expired invitations', () => this.#forgetInvitations()],
      ['the certificate', renewCertificate],
      ['old uploads', removeOldUploads],
      ...this.#ofExtensions(),
    ] satisfies [string, () => Promise<void>][]) {
      try {
        await work();
      } catch (error) {
        log.error({ err: error, what }, 'the nightly care failed');
      }
    }
  }

  /** What the parts of each server have to do (hook 'night'). */
  #ofExtensions(): [string, () => Promise<void>][] {
    const all = this.#options.hosts().flatMap(({ hooks }) => hooks.run('night', { work: [] }).work);
    return all.map((work) => ['what is kept for a time', work]);
  }

  async #forgetInvitations(): Promise<void> {
    const { hosts, clock, log } = this.#options;
    const beforeMs = clock.nowMs() - KEEP_INVITATIONS_MS;
    for (const { invites } of hosts()) {
      const old = invites.list().filter((invite) => invite.expiresMs < beforeMs);
      for (const { code } of old) await invites.revoke(code);
      if (old.length > 0) log.info({ count: old.length }, 'forgot expired invitations');
    }
  }
}
