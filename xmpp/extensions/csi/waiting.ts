/**
 * What an inactive client can wait for (XEP-0352 section 3.2): a table of judgements on one stanza, without any state.
 * What is not known to be able to wait goes at once.
 */
import {
  carbonOf,
  hasBody,
  isChatStateOnly,
  isEncrypted,
  isOfCall,
  NS_CHAT_STATES,
  NS_HINTS,
  NS_MARKERS,
  NS_MUC_USER,
  NS_RECEIPTS,
  NS_STANZA_ID,
} from '../../im/message-content.ts';
import { isSelfPresence, mentions, occupant } from '../../im/occupied-rooms.ts';
import type { OccupiedRoom } from '../../routing/session.ts';
import { type Element, firstChild } from '../../xml.ts';

export type Rooms = ReadonlyMap<string, OccupiedRoom>;

export interface Waiting {
  /** It stands for all that waits under the same key; undefined where nothing can be left out. */
  key: string | undefined;
}

const NS_EVENT = 'http://jabber.org/protocol/pubsub#event';

/** Nodes that tell of one thing, so that the newest item says all whatever its id. */
const SINGLE_NODES = new Set([
  'eu.siacs.conversations.axolotl.devicelist',
  'http://jabber.org/protocol/activity',
  'http://jabber.org/protocol/geoloc',
  'http://jabber.org/protocol/mood',
  'http://jabber.org/protocol/nick',
  'http://jabber.org/protocol/tune',
  'urn:xmpp:avatar:metadata',
  'urn:xmpp:omemo:2:devices',
  'urn:xmpp:vcard4',
]);

/** Payloads that nobody is woken for, and those that only go along with others. */
const QUIET = new Set([`${NS_RECEIPTS}:received`, `${NS_MARKERS}:received`, `${NS_MARKERS}:displayed`]);
const COMPANIONS = new Set([NS_HINTS, NS_STANZA_ID, 'urn:xmpp:delay', 'urn:xmpp:occupant-id:0', NS_MUC_USER]);

/** How a stanza waits, or undefined for one that cannot. */
export function waitingOf(stanza: Element, rooms: Rooms): Waiting | undefined {
  if (stanza.name === 'presence') return presence(stanza);
  return stanza.name === 'message' ? message(stanza, rooms) : undefined;
}

/** The key of a conversation's chat state; what says more than it makes it void. */
export const chatStateKey = (stanza: Element) => `state ${stanza.attrs.from ?? ''}`;

/** Only the newest of each full JID; what asks for something, or shows the client its own presence, here or in a room, cannot wait. */
function presence(stanza: Element): Waiting | undefined {
  const { type, from, to } = stanza.attrs;
  const isPlain = type === undefined || type === 'unavailable';
  return isPlain && from !== to && !isSelfPresence(stanza) ? { key: `presence ${from ?? ''}` } : undefined;
}

function message(stanza: Element, rooms: Rooms): Waiting | undefined {
  if (stanza.attrs.type === 'error') return undefined;
  const carbon = carbonOf(stanza);
  if (carbon) return carbonWaits(carbon.side, carbon.message, rooms);
  if (stanza.attrs.type === 'groupchat') return ofRoom(stanza, rooms);
  const event = stanza.getChild('event', NS_EVENT);
  if (event && !hasBody(stanza)) return { key: nodeKey(stanza, event) };
  return quiet(stanza);
}

/** What another device of the person sent is no news to the person. */
function carbonWaits(side: 'sent' | 'received', inner: Element, rooms: Rooms): Waiting | undefined {
  if (side === 'sent') return isOfCall(inner) ? undefined : { key: undefined };
  return message(inner, rooms) && { key: undefined };
}

/** In a room of strangers, what does not mean the person; among people who know each other, only what is quiet anyway. */
function ofRoom(stanza: Element, rooms: Rooms): Waiting | undefined {
  const { room, nick } = occupant(stanza);
  const place = rooms.get(room);
  const isQuiet = quiet(stanza);
  if (isQuiet) return isQuiet;
  // The subject ends what a room sends to who enters; one's own words coming back tell that they were said.
  const mustGo = isEncrypted(stanza) || !hasBody(stanza) || nick === place?.nick;
  if (!place || place.named || mustGo || mentions(stanza, place.nick)) return undefined;
  return { key: undefined };
}

/** Chat states, receipts and markers, and nothing beside. Of states and of what was displayed the newest says all. */
function quiet(stanza: Element): Waiting | undefined {
  if (isChatStateOnly(stanza)) return { key: chatStateKey(stanza) };
  const telling = stanza
    .getChildElements()
    .filter((child) => child.name !== 'thread' && !COMPANIONS.has(child.getNS() ?? ''));
  const isAllQuiet = telling.every((child) => {
    const namespace = child.getNS() ?? '';
    return namespace === NS_CHAT_STATES || QUIET.has(`${namespace}:${child.name}`);
  });
  const [first] = telling;
  if (!first || !isAllQuiet) return undefined;
  const isDisplayed = telling.length === 1 && first.is('displayed', NS_MARKERS);
  return { key: isDisplayed ? `displayed ${stanza.attrs.type} ${stanza.attrs.from}` : undefined };
}

/** The newest of a node that holds one thing, else of each item; a node's retractions and changes all count. */
function nodeKey(stanza: Element, event: Element): string | undefined {
  const items = firstChild(event);
  const [item, ...more] = items?.getChildElements() ?? [];
  const node = items?.attrs.node;
  if (!items?.is('items') || !item?.is('item') || more.length > 0 || node === undefined) return undefined;
  const of = `item ${stanza.attrs.from} ${node}`;
  if (SINGLE_NODES.has(node)) return of;
  return item.attrs.id === undefined ? undefined : `${of} ${item.attrs.id}`;
}
