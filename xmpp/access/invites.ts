/** Invitations (XEP-0379, 0401, 0445): single codes that let someone make an account. */
import type { Host } from '../extension.ts';
import { change } from '../store/changes.ts';
import type { Account, Id, Invite, Role } from '../store/model.ts';
import type { Actor } from './acts.ts';
import { longToken, normaliseCode, typedCode } from './invite-code.ts';
import { mayInvite } from './invite-policy.ts';

const DAY_MS = 86_400_000;
const DEFAULT_LIFETIME_MS = 7 * DAY_MS;
/** Longer than any code, short enough that nobody makes the store look for a novel. */
const MAX_CODE_LENGTH = 64;

export interface NewInvite {
  role?: Role;
  /** Default 1. */
  uses?: number;
  /** Default 7 days. */
  lifetimeMs?: number;
  note?: string;
  createdBy?: Account;
  /** The one name that it is for, prepared. */
  username?: string;
  /** Who takes it becomes a contact of `createdBy`, and the other way round. */
  befriends?: boolean;
  /** Who takes it joins this circle. */
  circle?: Id;
  /** Lets the owner of this account choose a new password, and nothing else. */
  resets?: Account;
  /** Default true. */
  registers?: boolean;
  /** Of the right of `createdBy` to invite, and good only as long as that lasts. */
  own?: boolean;
  /** For the record, where it is an administrative act; absent where a member invites a friend. */
  by?: Actor;
  /** Eight characters that a person can type; otherwise a long token. */
  typed?: boolean;
}

export class Invites {
  readonly #host: Host;

  constructor(host: Host) {
    this.#host = host;
  }

  /** @throws RangeError where `uses` or `lifetimeMs` is no positive number */
  async create(invite: NewInvite = {}): Promise<Invite> {
    const { server, store, clock } = this.#host;
    const { role = 'member', uses = 1, lifetimeMs = DEFAULT_LIFETIME_MS, note = '', createdBy, username } = invite;
    if (!Number.isSafeInteger(uses) || uses < 1) throw new RangeError('an invitation needs one use or more');
    if (!(lifetimeMs > 0)) throw new RangeError('an invitation needs a lifetime');
    const nowMs = clock.nowMs();
    const made: Invite = {
      code: this.#freeCode(invite.typed ?? false),
      server: server.id,
      role,
      ...(createdBy && { createdBy: createdBy.id }),
      createdMs: nowMs,
      expiresMs: nowMs + lifetimeMs,
      uses,
      usesLeft: uses,
      note,
      ...(username !== undefined && { username }),
      ...(invite.befriends && { befriends: true }),
      ...(invite.circle !== undefined && { circle: invite.circle }),
      ...(invite.resets && { resets: invite.resets.id, registers: false }),
      ...(invite.registers === false && { registers: false }),
      ...(invite.own && { own: true }),
    };
    const about = invite.resets
      ? this.#host.addressOf(invite.resets)
      : [role, `${uses} ${uses === 1 ? 'use' : 'uses'}`, username, note].filter(Boolean).join(', ');
    const recorded = this.#host.acts.changes(invite.by, invite.resets ? 'user reset' : 'invite create', about);
    await store.journal.commit(change('invite created', made), ...recorded);
    return made;
  }

  /** A usable invitation by what a person typed or a client sent: case, spaces and hyphens do not matter. */
  find(code: string): Invite | undefined {
    const invite = this.findAt(code, this.#host.clock.nowMs());
    return invite && invite.usesLeft > 0 ? invite : undefined;
  }

  /** An invitation of this host that had not expired at that moment, whether it is used up or not. */
  findAt(code: string, atMs: number): Invite | undefined {
    const invite = this.#known(code);
    return invite && invite.expiresMs > atMs && this.#stands(invite) ? invite : undefined;
  }

  /** The usable invitation that keeps this name for somebody (XEP-0401 section 6.2). */
  reserving(username: string): Invite | undefined {
    return this.list().find((invite) => invite.username === username && this.find(invite.code));
  }

  /** Usable or not; newest first. */
  list(): Invite[] {
    return this.#host.store.invites.list(this.#host.server.id);
  }

  /** False where there is no such invitation. */
  async revoke(code: string, by?: Actor): Promise<boolean> {
    const invite = this.#known(code);
    if (!invite) return false;
    const recorded = this.#host.acts.changes(
      by,
      'invite revoke',
      [invite.role, invite.note].filter(Boolean).join(', '),
    );
    await this.#host.store.journal.commit(change('invite revoked', { code: invite.code }), ...recorded);
    return true;
  }

  /**
   * What an app opens. An account alone: `xmpp:DOMAIN?register;preauth=CODE`, with the name before the domain where it is for one.
   * A contact: `xmpp:INVITER?roster;preauth=CODE`, and `;ibr=y` where it makes an account as well (XEP-0401 sections 5.1 and 5.4).
   */
  uri(invite: Pick<Invite, 'code' | 'createdBy' | 'username' | 'befriends' | 'registers'>): string {
    const { server, store } = this.#host;
    const preauth = `preauth=${encodeURIComponent(invite.code)}`;
    const inviter = invite.befriends ? store.accounts.byId(invite.createdBy ?? '') : undefined;
    const at = (local: string | undefined) =>
      `${local === undefined ? '' : `${encodeURIComponent(local)}@`}${encodeURI(server.domain)}`;
    if (inviter && invite.username === undefined)
      return `xmpp:${at(inviter.local)}?roster;${preauth}${invite.registers === false ? '' : ';ibr=y'}`;
    return `xmpp:${at(invite.username)}?register;${preauth}`;
  }

  #known(code: string): Invite | undefined {
    const { server, store } = this.#host;
    const normal = normaliseCode(code.slice(0, MAX_CODE_LENGTH));
    const invite = normal === '' ? undefined : store.invites.byCode(normal);
    return invite?.server === server.id ? invite : undefined;
  }

  /** A member who was shut out or removed takes their invitations along; one who may not invite any more, their own. */
  #stands({ createdBy, resets, own, registers }: Invite): boolean {
    if (resets !== undefined) return this.#host.store.accounts.byId(resets) !== undefined;
    if (createdBy === undefined) return true;
    const maker = this.#host.store.accounts.byId(createdBy);
    if (maker?.status !== 'active' || !own) return maker?.status === 'active';
    const may = mayInvite(this.#host, maker);
    return registers === false ? may !== 'nothing' : may === 'account';
  }

  #freeCode(typed: boolean): string {
    const { random, store } = this.#host;
    for (;;) {
      const code = typed ? typedCode(random) : longToken(random);
      if (!store.invites.byCode(code)) return code;
    }
  }
}
