/** Presence as a room tells it (XEP-0045 sections 7.2.3 to 7.2.5): who sees which of an occupant's facts. */
import type { Host } from '../../extension.ts';
import type { Affiliation } from '../../store/room-model.ts';
import { type Element, share, xml } from '../../xml.ts';
import { broadcastsRole, isNonAnonymous } from './config.ts';
import { deliver } from './delivery.ts';
import { hatsElements } from './hats.ts';
import { NS_USER } from './namespaces.ts';
import { occupantIdElement } from './occupant-id.ts';
import { hasLevel, type Role } from './privileges.ts';
import { lastSession, type Occupant, type Room, type RoomSession } from './room.ts';

/** What is to be told of an occupant beyond what it is now. */
export interface News {
  unavailable?: boolean;
  /** For everyone. */
  codes?: readonly number[];
  /** For the occupant itself. */
  selfCodes?: readonly number[];
  /** The nickname that it takes (303). */
  newNick?: string;
  /** The nickname of who did it. */
  actor?: string;
  reason?: string;
  affiliation?: Affiliation;
  role?: Role;
  /** Says why, or where to, one leaves. */
  status?: readonly Element[];
  /** Of the stanza that it answers; for the session that sent it. */
  id?: string;
}

export interface ItemFacts {
  affiliation: Affiliation;
  role: Role;
  jid?: string | undefined;
  nick?: string | undefined;
  actor?: string | undefined;
  reason?: string | undefined;
}

export function itemElement({ affiliation, role, jid, nick, actor, reason }: ItemFacts): Element {
  return xml(
    'item',
    { affiliation, role, jid, nick },
    actor === undefined ? null : xml('actor', { nick: actor }),
    reason === undefined || reason === '' ? null : xml('reason', {}, reason),
  );
}

export function userElement(children: readonly (Element | null)[], codes: Iterable<number> = []): Element {
  const statuses = [...new Set(codes)].sort().map((code) => xml('status', { code }));
  return xml('x', { xmlns: NS_USER }, ...children, ...statuses);
}

const seesAddresses = (room: Room, viewer: Occupant) => isNonAnonymous(room.config) || viewer.role === 'moderator';

/** The stanzas about one occupant; those that look the same share their parts. */
class Telling {
  readonly #room: Room;
  readonly #about: Occupant;
  readonly #news: News;
  readonly #variants = new Map<string, readonly Element[]>();

  constructor(room: Room, about: Occupant, news: News) {
    this.#room = room;
    this.#about = about;
    this.#news = news;
  }

  to(viewer: Occupant, session: RoomSession): Element {
    const self = viewer === this.#about;
    const children = this.#children(self, self || seesAddresses(this.#room, viewer));
    const { unavailable, id } = this.#news;
    const attrs = { from: `${session.at}/${this.#about.nick}`, to: session.jid.toString() };
    return xml(
      'presence',
      { ...attrs, type: unavailable ? 'unavailable' : undefined, id: self ? id : undefined },
      ...children,
    );
  }

  #children(self: boolean, withAddress: boolean): readonly Element[] {
    const key = `${self} ${withAddress}`;
    let children = this.#variants.get(key);
    if (!children) {
      children = this.#compose(self, withAddress);
      this.#variants.set(key, children);
    }
    return children;
  }

  #compose(self: boolean, withAddress: boolean): readonly Element[] {
    const { unavailable, codes = [], selfCodes = [], newNick, actor, reason, affiliation, role, status } = this.#news;
    const about = this.#about;
    const session = lastSession(about);
    const said = unavailable ? (status ?? []) : (session?.presence ?? []);
    const item = itemElement({
      affiliation: affiliation ?? this.#room.affiliationOf(about.bare),
      role: role ?? about.role,
      jid: withAddress ? session?.jid.toString() : undefined,
      nick: newNick,
      actor,
      reason,
    });
    const user = userElement([item], self ? [...codes, 110, ...selfCodes] : codes);
    const hats = unavailable ? [] : hatsElements(this.#room.hats.of(about.bare));
    return [...said, share(user), share(occupantIdElement(about.id)), ...hats];
  }
}

/** Whether others are told of this occupant at all (`presencebroadcast`). */
const isSeen = (room: Room, { role }: Occupant, news: News) => broadcastsRole(room.config, news.role ?? role);

/**
 * Tells everyone in the room, the occupant's own sessions last (so that these have seen all others before themselves).
 * @param wasRole the role before, where it changed: who is not shown any more leaves for the others
 */
export function announce(host: Host, room: Room, about: Occupant, news: News = {}, wasRole: Role = about.role): void {
  tellOthers(host, room, about, news, wasRole);
  tellItself(host, room, about, news);
}

export function tellOthers(host: Host, room: Room, about: Occupant, news: News, wasRole: Role = about.role): void {
  const wasSeen = broadcastsRole(room.config, wasRole);
  const shown: News | undefined =
    news.unavailable || isSeen(room, about, news) ? news : { ...news, unavailable: true, role: 'none' };
  if (!wasSeen && shown.unavailable) return;
  const telling = new Telling(room, about, shown);
  for (const viewer of room.occupants)
    if (viewer !== about)
      for (const session of viewer.sessions.values()) deliver(host, session, telling.to(viewer, session));
}

export function tellItself(host: Host, room: Room, about: Occupant, news: News): void {
  const telling = new Telling(room, about, news);
  for (const session of about.sessions.values()) deliver(host, session, telling.to(about, session));
}

/** To one session only: it is gone, or new. */
export function tellSession(host: Host, room: Room, about: Occupant, session: RoomSession, news: News): void {
  deliver(host, session, new Telling(room, about, news).to(about, session));
}

/** The presence of everyone else, to one session (section 7.2.3). */
export function tellRoster(host: Host, room: Room, viewer: Occupant, session: RoomSession): void {
  for (const other of room.occupants)
    if (other !== viewer && broadcastsRole(room.config, other.role))
      deliver(host, session, new Telling(room, other, {}).to(viewer, session));
}

/** Who has become a moderator may see what was hidden until now. */
export function tellNewModerator(host: Host, room: Room, occupant: Occupant, wasRole: Role): void {
  if (isNonAnonymous(room.config) || occupant.role !== 'moderator' || hasLevel(wasRole, 'moderator')) return;
  for (const session of occupant.sessions.values()) tellRoster(host, room, occupant, session);
}
