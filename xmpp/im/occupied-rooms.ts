/** Which rooms a client is in, read from what the rooms tell it about itself (XEP-0045 sections 7.2.2, 7.6 and 10.2.1). */
import type { OccupiedRoom } from '../routing/session.ts';
import type { Element } from '../xml.ts';
import { NS_MUC_USER } from './message-content.ts';

/** A room elsewhere could make up as many as it likes. */
const MAX_ROOMS = 500;

const SELF = '110';
const NAMED = ['100', '172'];
const NICK_CHANGED = '303';

/** Notes what a stanza on its way to the client says about the rooms that it is in. */
export function noteRooms(rooms: Map<string, OccupiedRoom>, stanza: Element): void {
  if (stanza.name !== 'presence' && stanza.attrs.type !== 'groupchat') return;
  const codes = statusCodes(stanza);
  if (codes.length === 0) return;
  const { room, nick } = occupant(stanza);
  const known = rooms.get(room);
  if (stanza.name === 'message') {
    if (known && codes.includes('172')) known.named = true;
    if (known && codes.includes('173')) known.named = false;
  } else if (codes.includes(SELF)) {
    const leaves = stanza.attrs.type !== undefined;
    if (leaves && !codes.includes(NICK_CHANGED)) rooms.delete(room);
    else if (!leaves && (known || rooms.size < MAX_ROOMS)) {
      rooms.set(room, { nick, named: known?.named || codes.some((code) => NAMED.includes(code)) });
    }
  }
}

/** What a room tells its occupant about the occupant itself. */
export const isSelfPresence = (presence: Element) => statusCodes(presence).includes(SELF);

export function occupant(stanza: Element): { room: string; nick: string } {
  const from = stanza.attrs.from ?? '';
  const slash = from.indexOf('/');
  return slash === -1 ? { room: from, nick: '' } : { room: from.slice(0, slash), nick: from.slice(slash + 1) };
}

/** Whether a message of a room means the client's person: by nickname, as a word of its own, or by reference (XEP-0372). */
export function mentions(stanza: Element, nick: string): boolean {
  if (stanza.getChild('reference', 'urn:xmpp:reference:0')?.attrs.type === 'mention') return true;
  const body = stanza.getChildText('body')?.toLowerCase() ?? '';
  const word = nick.toLowerCase();
  if (word === '') return false;
  for (let at = body.indexOf(word); at >= 0; at = body.indexOf(word, at + 1)) {
    if (!isLetter(body[at - 1]) && !isLetter(body[at + word.length])) return true;
  }
  return false;
}

const isLetter = (character: string | undefined) => character !== undefined && /[\p{L}\p{N}_]/u.test(character);

function statusCodes(stanza: Element): string[] {
  const codes = stanza.getChild('x', NS_MUC_USER)?.getChildren('status') ?? [];
  return codes.flatMap(({ attrs }) => attrs.code ?? []);
}
