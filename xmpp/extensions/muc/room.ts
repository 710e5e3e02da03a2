/** One room: what is kept of it, and who is in it now. Rules and stanzas are elsewhere; this is the state that they share. */
import { Jid } from '../../routing/jid.ts';
import { Lane, type Turn } from '../../routing/lane.ts';
import type { Session } from '../../routing/session.ts';
import { StanzaError } from '../../routing/stanza-error.ts';
import type { Affiliation, RoomRow, RoomSubject } from '../../store/room-model.ts';
import type { Element } from '../../xml.ts';
import type { Affiliations } from './affiliations.ts';
import type { RoomConfig } from './config.ts';
import type { Hats } from './hats.ts';
import type { History } from './history.ts';
import { nickKey } from './nickname.ts';
import { type Actor, defaultRole, type Role } from './privileges.ts';

/** One client of an occupant; several may stand behind one nickname (section 7.2.8). */
export interface RoomSession {
  /** Its real full JID. */
  readonly jid: Jid;
  /** The room's address as this client wrote it: what it gets comes from there. */
  readonly at: Jid;
  /** Where it is a session of this host. */
  readonly session: Session | undefined;
  /** What its last presence said, as far as the room passes it on. */
  presence: readonly Element[];
}

export interface Occupant {
  nick: string;
  /** The real bare JID, at the primary domain where it is a member of this host. */
  bare: string;
  /** XEP-0421 */
  readonly id: string;
  role: Role;
  /** By full JID; the last one to send presence stands last. */
  readonly sessions: Map<string, RoomSession>;
}

export interface Present {
  occupant: Occupant;
  session: RoomSession;
}

/** What the room is made of when it comes into memory. */
export interface RoomParts {
  row: RoomRow;
  config: RoomConfig;
  affiliations: Affiliations;
  subject: RoomSubject | undefined;
  history: History;
  hats: Hats;
  /** Whether the store has it: a room that is still locked exists only here. */
  stored: boolean;
}

export class Room {
  readonly row: RoomRow;
  config: RoomConfig;
  readonly affiliations: Affiliations;
  subject: RoomSubject | undefined;
  readonly history: History;
  readonly hats: Hats;
  stored: boolean;
  destroyed = false;
  /** Roles that a moderator gave by hand, by bare JID: leaving and coming back does not undo them (section 5.1). */
  readonly givenRoles = new Map<string, Role>();
  readonly #lane = new Lane();
  readonly #byNick = new Map<string, Occupant>();
  readonly #bySession = new Map<string, Present>();

  constructor({ row, config, affiliations, subject, history, hats, stored }: RoomParts) {
    this.row = row;
    this.config = config;
    this.affiliations = affiliations;
    this.subject = subject;
    this.history = history;
    this.hats = hats;
    this.stored = stored;
  }

  /** Until its owner has accepted a configuration nobody else may enter (section 10.1.1). */
  get locked(): boolean {
    return !this.stored;
  }

  get isIdle(): boolean {
    return this.#byNick.size === 0 && this.#lane.pending === 0;
  }

  /** Starts when all before it is done. What it rejects with goes to the caller. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      void this.#lane.barrier(() => this.#alive(work).then(resolve, reject));
    });
  }

  /** Starts as soon as it may; `turn()` resolves when all before it is done, so that what the room says keeps its order. */
  inOrder(work: (turn: Turn) => Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      void this.#lane.pipelined((turn) => this.#alive(() => work(turn)).then(resolve, reject));
    });
  }

  async #alive<T>(work: () => Promise<T>): Promise<T> {
    if (this.destroyed) throw new StanzaError('item-not-found');
    return work();
  }

  get occupants(): IterableIterator<Occupant> {
    return this.#byNick.values();
  }

  get size(): number {
    return this.#byNick.size;
  }

  /** Whoever has this nickname or one that looks like it. */
  byNick(nick: string): Occupant | undefined {
    return this.#byNick.get(nickKey(nick));
  }

  /** By the real full JID. */
  present(jid: Jid): Present | undefined {
    return this.#bySession.get(jid.toString());
  }

  ofBare(bare: string): Occupant[] {
    return [...this.#byNick.values()].filter((occupant) => occupant.bare === bare);
  }

  actor(bare: string, jid: Jid): Actor {
    return { bare, affiliation: this.affiliationOf(bare), role: this.present(jid)?.occupant.role ?? 'none' };
  }

  affiliationOf(bare: string): Affiliation {
    return this.affiliations.of(bare);
  }

  roleFor(bare: string): Role {
    const affiliation = this.affiliationOf(bare);
    const usual = defaultRole(affiliation, this.config.moderatedroom === 'true');
    return usual === 'moderator' ? usual : (this.givenRoles.get(bare) ?? usual);
  }

  enter(occupant: Occupant, session: RoomSession): void {
    this.#byNick.set(nickKey(occupant.nick), occupant);
    occupant.sessions.set(session.jid.toString(), session);
    this.#bySession.set(session.jid.toString(), { occupant, session });
  }

  /** True where it was the occupant's last session. */
  exit({ occupant, session }: Present): boolean {
    const key = session.jid.toString();
    this.#bySession.delete(key);
    occupant.sessions.delete(key);
    if (occupant.sessions.size > 0) return false;
    this.#byNick.delete(nickKey(occupant.nick));
    return true;
  }

  rename(occupant: Occupant, nick: string): void {
    this.#byNick.delete(nickKey(occupant.nick));
    occupant.nick = nick;
    this.#byNick.set(nickKey(nick), occupant);
  }

  /** The room's address at a domain of its host. */
  addressAt(domain: string): Jid {
    return Jid.of(this.row.local, domain);
  }
}

/** The session whose presence stands for the occupant: the one that spoke last. */
export function lastSession({ sessions }: Occupant): RoomSession | undefined {
  let last: RoomSession | undefined;
  for (const session of sessions.values()) last = session;
  return last;
}
