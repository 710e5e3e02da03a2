/**
 * Who is logged in at the portal, in memory only. A session is good for one server, as long as its member is who logged in: another
 * password or role, being shut out or removed, or a rule against it ends the session at once.
 */
import type { Clock } from '../../../xmpp/clock.ts';
import type { Host } from '../../../xmpp/extension.ts';
import { CommandDesk } from '../../../xmpp/routing/command-desk.ts';
import type { Account, Id, Role } from '../../../xmpp/store/model.ts';

/** Without a page being asked for. */
const IDLE_MS = 30 * 60_000;
const WHOLE_MS = 12 * 3_600_000;
/** The oldest gives way. */
const MAX_OF_ACCOUNT = 5;
const MAX_OPEN = 200;
const TOKEN_BYTES = 32;
/** For the record: by a browser. */
const WAY = 'web';

/** Where a browser is. */
export interface Place {
  address: string;
  /** Nobody reads along. */
  secure: boolean;
}

export interface Flash {
  type: 'info' | 'warn' | 'error';
  text: string;
}

interface Kept {
  token: string;
  /** Stands in every form that changes something. */
  csrf: string;
  server: Id;
  account: Id;
  role: Role;
  /** Of the secrets that were proved (Accounts.secretsStamp). */
  stamp: string;
  secure: boolean;
  place: string;
  startedMs: number;
  seenMs: number;
  /** For the next page. */
  flash: Flash | undefined;
}

/** Somebody who looks after this server, at this moment. */
export interface PortalSession {
  host: Host;
  account: Account;
  token: string;
  csrf: string;
  desk: CommandDesk;
  /** Who acts, for the record. */
  actor: { who: string; from: string };
  /** What the last page left to be said; it is said once. */
  takeFlash(): Flash | undefined;
  setFlash(flash: Flash): void;
}

/** Whether this member may look after the server from there. */
export const mayLookAfter = ({ access }: Pick<Host, 'access'>, account: Account, { address }: Place) =>
  account.status === 'active' &&
  (['login', 'administer'] as const).every((action) => access.allows({ action, who: { account, address } }));

export class PortalSessions {
  readonly #clock: Clock;
  /** The oldest first. */
  readonly #open = new Map<string, Kept>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param stamp as it was when the password was proved */
  begin(host: Host, account: Account, stamp: string, place: Place): PortalSession {
    this.#dropOld();
    const own = [...this.#open.values()].filter((kept) => kept.account === account.id);
    for (const { token } of own.slice(0, Math.max(0, own.length - MAX_OF_ACCOUNT + 1))) this.#open.delete(token);
    const [oldest] = this.#open.keys();
    if (this.#open.size >= MAX_OPEN && oldest !== undefined) this.#open.delete(oldest);
    const nowMs = this.#clock.nowMs();
    const kept: Kept = {
      token: secret(host),
      csrf: secret(host),
      server: host.server.id,
      account: account.id,
      role: account.role,
      stamp,
      secure: place.secure,
      place: `web-${host.random(6).toString('hex')}`,
      startedMs: nowMs,
      seenMs: nowMs,
      flash: undefined,
    };
    this.#open.set(kept.token, kept);
    return shown(kept, host, account, place);
  }

  /** The session of this token at this server, where it is still good. */
  find(host: Host, token: string | undefined, place: Place): PortalSession | undefined {
    const kept = this.#open.get(token ?? '');
    if (!kept || kept.server !== host.server.id || (kept.secure && !place.secure)) return undefined;
    const account = host.store.accounts.byId(kept.account);
    if (!account || !this.#isGood(kept, host, account, place)) {
      this.#open.delete(kept.token);
      if (account) shown(kept, host, account, place).desk.leave();
      return undefined;
    }
    kept.seenMs = this.#clock.nowMs();
    return shown(kept, host, account, place);
  }

  end({ token, desk }: PortalSession): void {
    this.#open.delete(token);
    desk.leave();
  }

  #isGood(kept: Kept, host: Host, account: Account, place: Place): boolean {
    return (
      !this.#isOver(kept) &&
      account.role === kept.role &&
      host.accounts.secretsStamp(account) === kept.stamp &&
      mayLookAfter(host, account, place)
    );
  }

  #isOver({ startedMs, seenMs }: Kept): boolean {
    const nowMs = this.#clock.nowMs();
    return nowMs - seenMs >= IDLE_MS || nowMs - startedMs >= WHOLE_MS;
  }

  #dropOld(): void {
    for (const kept of this.#open.values()) if (this.#isOver(kept)) this.#open.delete(kept.token);
  }
}

const secret = ({ random }: Host) => random(TOKEN_BYTES).toString('base64url');

function shown(kept: Kept, host: Host, account: Account, { address }: Place): PortalSession {
  return {
    host,
    account,
    token: kept.token,
    csrf: kept.csrf,
    desk: new CommandDesk(host, { account, place: kept.place, address, way: WAY }),
    actor: { who: host.addressOf(account), from: `${address}, ${WAY}` },
    takeFlash: () => {
      const { flash } = kept;
      kept.flash = undefined;
      return flash;
    },
    setFlash: (flash) => {
      kept.flash = flash;
    },
  };
}
