/** Which stanzas a person is woken for: what an app would show a notice of, or ring for. No state, no side effects. */
import { carbonOf, hasBody, hasHint, isEncrypted, isMediatedInvitation, NS_CALLS } from '../../im/message-content.ts';
import { mentions, occupant } from '../../im/occupied-rooms.ts';
import type { OccupiedRoom } from '../../routing/session.ts';
import type { Element } from '../../xml.ts';

export interface Waking {
  kind: 'message' | 'call' | 'request';
  /** Bare JID of the other side, or of the room. */
  chat: string;
  /** Full JID where the stanza had one. */
  sender: string;
  body: string | undefined;
}

/** @param rooms that the client is in */
export function wakingOf(stanza: Element, rooms: ReadonlyMap<string, OccupiedRoom>): Waking | undefined {
  const { type } = stanza.attrs;
  if (stanza.name === 'presence') return type === 'subscribe' ? waking('request', stanza) : undefined;
  if (stanza.name === 'iq') return startsCall(stanza) ? waking('call', stanza) : undefined;
  if (type === 'error' || type === 'headline') return undefined;
  const carbon = carbonOf(stanza);
  if (carbon) return carbon.side === 'received' ? wakingOf(carbon.message, rooms) : undefined;
  if (stanza.getChild('propose', NS_CALLS)) return waking('call', stanza);
  // What is kept nowhere would be gone when the woken client asks for it.
  if (hasHint(stanza, 'no-store') || !says(stanza)) return undefined;
  return type === 'groupchat' && !concerns(stanza, rooms) ? undefined : waking('message', stanza);
}

const startsCall = (iq: Element) =>
  iq.attrs.type === 'set' && iq.getChild('jingle', 'urn:xmpp:jingle:1')?.attrs.action === 'session-initiate';

/** Text, in the clear or not, or an invitation. Keys that OMEMO clients send each other are neither. */
function says(message: Element): boolean {
  if (hasBody(message) || isMediatedInvitation(message) || message.getChild('x', 'jabber:x:conference')) return true;
  const encrypted = message.getChild('encrypted');
  return isEncrypted(message) && (!encrypted || encrypted.getChild('payload') !== undefined);
}

/** As extensions/csi/waiting.ts has it: among people who know each other every word, among strangers what means the person. */
function concerns(message: Element, rooms: ReadonlyMap<string, OccupiedRoom>): boolean {
  const { room, nick } = occupant(message);
  const place = rooms.get(room);
  if (!place || nick === place.nick || message.getChild('delay', 'urn:xmpp:delay')) return false;
  return place.named || mentions(message, place.nick);
}

function waking(kind: Waking['kind'], stanza: Element): Waking {
  const sender = stanza.attrs.from ?? '';
  const body = isEncrypted(stanza) ? undefined : (stanza.getChildText('body') ?? undefined);
  return { kind, chat: sender.split('/', 1)[0] ?? '', sender, body };
}
