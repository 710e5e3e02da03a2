/** What a message holds, as archive, carbons and the offline store have to tell. */
import type { Element } from '../xml.ts';

export const NS_CHAT_STATES = 'http://jabber.org/protocol/chatstates';
export const NS_HINTS = 'urn:xmpp:hints';
export const NS_STANZA_ID = 'urn:xmpp:sid:0';
export const NS_MUC_USER = 'http://jabber.org/protocol/muc#user';
export const NS_RECEIPTS = 'urn:xmpp:receipts';
export const NS_MARKERS = 'urn:xmpp:chat-markers:0';

const NS_CARBONS = 'urn:xmpp:carbons:2';
const NS_FORWARD = 'urn:xmpp:forward:0';

/** Elements that carry the end-to-end encrypted content of a message (OMEMO old and new, XEP-0373, XEP-0027, XEP-0380). */
const ENCRYPTED = new Set([
  'eu.siacs.conversations.axolotl:encrypted',
  'urn:xmpp:omemo:1:encrypted',
  'urn:xmpp:omemo:2:encrypted',
  'urn:xmpp:openpgp:0:openpgp',
  'jabber:x:encrypted:x',
  'urn:xmpp:eme:0:encryption',
]);

export const NS_CALLS = 'urn:xmpp:jingle-message:0';

/** What changes or adds to a conversation without a body of its own (XEP-0444, 0424 in both its forms, 0249, 0353). */
const CONVERSATION = new Set([
  'urn:xmpp:reactions:0:reactions',
  'urn:xmpp:message-retract:1:retract',
  'urn:xmpp:fasten:0:apply-to',
  'urn:xmpp:message-correct:0:replace',
  'jabber:x:conference:x',
  ...['propose', 'proceed', 'accept', 'reject', 'retract', 'finish'].map((name) => `${NS_CALLS}:${name}`),
]);

const keyOf = (element: Element) => `${element.getNS() ?? ''}:${element.name}`;
const has = (stanza: Element, keys: ReadonlySet<string>) =>
  stanza.getChildElements().some((child) => keys.has(keyOf(child)));

export const hasBody = (stanza: Element) => stanza.getChild('body') !== undefined;

/** XEP-0334. `name` without brackets: 'no-store', 'store', 'no-copy', … */
export const hasHint = (stanza: Element, name: string) => stanza.getChild(name, NS_HINTS) !== undefined;

/** The sender asks that it be kept nowhere for long (XEP-0334 sections 4.1 and 4.2). */
const isNotToBeArchived = (stanza: Element) => hasHint(stanza, 'no-store') || hasHint(stanza, 'no-permanent-store');

/** XEP-0353: what devices say to each other before and after a call. */
export const isOfCall = (stanza: Element) => stanza.getChildElements().some((child) => child.getNS() === NS_CALLS);

export const isEncrypted = (stanza: Element) => has(stanza, ENCRYPTED);

export const hasConversationElement = (stanza: Element) => has(stanza, CONVERSATION);

/** A delivery receipt or a displayed marker (XEP-0184, 0333): not the request for one. */
const isReceiptOrMarker = (stanza: Element) =>
  stanza.getChild('received', NS_RECEIPTS) !== undefined ||
  stanza.getChildElements().some((child) => child.getNS() === NS_MARKERS && child.name !== 'markable');

/** Any element of XEP-0085, 0184 or 0333. */
export const hasInstantMessagingPayload = (stanza: Element) =>
  stanza.getChildElements().some((child) => {
    const namespace = child.getNS();
    return namespace === NS_CHAT_STATES || namespace === NS_RECEIPTS || namespace === NS_MARKERS;
  });

/** A chat state (XEP-0085) and nothing else that anyone would miss. */
export function isChatStateOnly(stanza: Element): boolean {
  const telling = stanza
    .getChildElements()
    .filter((child) => child.name !== 'thread' && child.getNS() !== NS_HINTS && child.getNS() !== NS_STANZA_ID);
  return telling.length > 0 && telling.every((child) => child.getNS() === NS_CHAT_STATES);
}

/** The message that a carbon shows; one that is not from the member's own account is forged (XEP-0280 section 11). */
export function carbonOf(stanza: Element): { side: 'sent' | 'received'; message: Element } | undefined {
  const { from, to } = stanza.attrs;
  if (from === undefined || from !== to?.split('/', 1)[0]) return undefined;
  for (const side of ['sent', 'received'] as const) {
    const message = stanza.getChild(side, NS_CARBONS)?.getChild('forwarded', NS_FORWARD)?.getChild('message');
    if (message) return { side, message };
  }
  return undefined;
}

/** XEP-0045 section 7.8.2: an invitation that the room passes on. */
export const isMediatedInvitation = (stanza: Element) =>
  stanza.getChild('x', NS_MUC_USER)?.getChild('invite') !== undefined;

/** A room marks private messages between its occupants with this element (XEP-0045 section 7.5). */
export const isOfRoom = (stanza: Element) => stanza.getChild('x', NS_MUC_USER) !== undefined;

/** What an archive keeps (XEP-0313 section 6.1), and not what only accompanies a conversation. */
export function belongsToConversation(stanza: Element): boolean {
  if (isNotToBeArchived(stanza)) return false;
  return (
    hasHint(stanza, 'store') ||
    hasBody(stanza) ||
    stanza.getChild('subject') !== undefined ||
    isEncrypted(stanza) ||
    isReceiptOrMarker(stanza) ||
    hasConversationElement(stanza) ||
    isMediatedInvitation(stanza)
  );
}
