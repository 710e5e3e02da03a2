/** XEP-0280: Message Carbons. Every resource of a member sees both sides of its conversations. */
import type { Extension, Host } from '../extension.ts';
import { messageType } from '../im/message.ts';
import {
  hasBody,
  hasConversationElement,
  hasHint,
  hasInstantMessagingPayload,
  isMediatedInvitation,
  isOfRoom,
} from '../im/message-content.ts';
import type { MessageEvent } from '../routing/hooks.ts';
import type { IqRequest } from '../routing/iq-table.ts';
import { StanzaError } from '../routing/stanza-error.ts';
import { type Element, embed, xml } from '../xml.ts';

const NS = 'urn:xmpp:carbons:2';

/** How many copied messages are remembered, so that an error which answers one is copied as well. */
const MAX_REMEMBERED = 2000;
const MAX_ID_LENGTH = 256;

type Side = 'sent' | 'received';

export const carbons: Extension = {
  name: 'carbons',
  xep: [
    { number: '0280', title: 'Message Carbons', version: '1.0.1', status: 'complete' },
    { number: '0297', title: 'Stanza Forwarding', version: '1.0', status: 'complete' },
  ],
  features: { server: [NS, 'urn:xmpp:carbons:rules:0'] },
  attach(host) {
    host.iq.handle('set', 'account', 'enable', NS, 'owner', (request) => switchTo(request, true));
    host.iq.handle('set', 'account', 'disable', NS, 'owner', (request) => switchTo(request, false));
    host.hooks.on('bind features', ({ add }) => add(NS));
    host.hooks.on('session binding', ({ session, request }) => {
      if (request.getChild('enable', NS)) session.carbons = true;
    });
    const copied = new CopiedMessages();
    host.hooks.on('message received', (event) => {
      if (isEligible('received', event, copied)) event.after.push(() => copy(host, 'received', event));
      // Section 9: it has done its work.
      event.stanza.remove('private', NS);
    });
    host.hooks.on('message sent', (event) => {
      // What a member sends to itself reaches its other resources as received.
      const toSelf = event.to.local === event.account.local && host.serves(event.to.domain);
      if (!toSelf && isEligible('sent', event, copied)) event.after.push(() => copy(host, 'sent', event));
    });
  },
};

function switchTo({ session }: IqRequest, enabled: boolean): undefined {
  if (!session) throw new StanzaError('not-allowed');
  session.carbons = enabled;
}

/** Section 6.1. */
function isEligible(side: Side, event: MessageEvent, copied: CopiedMessages): boolean {
  const { stanza } = event;
  if (stanza.getChild('private', NS) || hasHint(stanza, 'no-copy')) return false;
  const type = messageType(stanza);
  if (type === 'groupchat') return false;
  if (type === 'error') return copied.answeredBy(side, event);
  const fromOccupant = side === 'received' && isOfRoom(stanza) && !event.from.isBare;
  const eligible =
    isMediatedInvitation(stanza) ||
    (!fromOccupant &&
      (type === 'chat' ||
        (type === 'normal' && (hasBody(stanza) || hasConversationElement(stanza))) ||
        hasInstantMessagingPayload(stanza)));
  if (eligible) copied.add(side, event);
  return eligible;
}

/** Sections 7 and 8. The stanza is read when it went out, with the id that the archive gave it. */
function copy(host: Host, side: Side, { account, stanza, session, targets }: MessageEvent): void {
  for (const other of host.sessions.ofAccount(account)) {
    if (!other.carbons || other === session || targets.includes(other)) continue;
    const wrapper = { type: stanza.attrs.type, from: other.jid.bare.toString(), to: other.jid.toString() };
    other.send(xml('message', wrapper, xml(side, { xmlns: NS }, forwarded(stanza))));
  }
}

/** XEP-0297 */
function forwarded(stanza: Element): Element {
  return xml('forwarded', { xmlns: 'urn:xmpp:forward:0' }, embed(stanza));
}

/** The messages that were copied last, by who would answer them with an error and their id. */
class CopiedMessages {
  readonly #keys = new Set<string>();

  add(side: Side, { account, stanza, from, to }: MessageEvent): void {
    const { id } = stanza.attrs;
    if (id === undefined || id.length > MAX_ID_LENGTH) return;
    const other = side === 'sent' ? to : from;
    this.#keys.add(`${account.id} ${side} ${other.bare} ${id}`);
    const [oldest] = this.#keys;
    if (this.#keys.size > MAX_REMEMBERED && oldest !== undefined) this.#keys.delete(oldest);
  }

  answeredBy(side: Side, { account, stanza, from, to }: MessageEvent): boolean {
    const answered = side === 'sent' ? 'received' : 'sent';
    const other = side === 'sent' ? to : from;
    return this.#keys.has(`${account.id} ${answered} ${other.bare} ${stanza.attrs.id ?? ''}`);
  }
}
