/**
 * XEP-0033: Extended Stanza Addressing, the multicast service at `multicast.` beside each domain of the host: a member sends one
 * message or presence, and everyone it is addressed to gets it, as if the member had sent each of them.
 */
import { Debts } from '../access/debts.ts';
import type { Extension, Host } from '../extension.ts';
import { infoElement, NS_DISCO_INFO } from '../routing/disco-info.ts';
import { Jid } from '../routing/jid.ts';
import type { ServiceIq, ServiceStanza } from '../routing/services.ts';
import type { Session } from '../routing/session.ts';
import { StanzaError } from '../routing/stanza-error.ts';
import { clone, type Element, xml } from '../xml.ts';

const SUBDOMAIN = 'multicast';
const NAME = 'Multicast Service';
const NS_ADDRESS = 'http://jabber.org/protocol/address';
const NS_DISCO_ITEMS = 'http://jabber.org/protocol/disco#items';

/** Section 9: more than 20, less than 100. */
const MAX_ADDRESSES = 50;
/** So many copies at once, and then ten a second. */
const BURST = 500;
const COPY_MS = 100;

const RECIPIENTS: ReadonlySet<string | undefined> = new Set(['to', 'cc', 'bcc']);
/** Said by the sender about replies, and passed on. */
const ADVICE: ReadonlySet<string | undefined> = new Set(['replyto', 'replyroom', 'noreply']);

export const multicast: Extension = {
  name: 'multicast',
  xep: [
    {
      number: '0033',
      title: 'Extended Stanza Addressing',
      version: '1.2.1',
      status: 'partial',
      note: 'For members. Each recipient elsewhere gets a stanza of its own: multicast services of other servers are not used.',
    },
  ],
  subdomains: [SUBDOMAIN],
  attach(host) {
    const service = new Multicast(host);
    host.services.add(SUBDOMAIN, {
      name: NAME,
      iq: (request) => answer(request),
      message: (incoming) => service.pass(incoming),
      presence: (incoming) => service.pass(incoming),
    });
  },
};

function answer({ type, payload, to }: ServiceIq): Element {
  if (to.local !== '' || type !== 'get') throw new StanzaError('service-unavailable');
  if (payload.attrs.node !== undefined) throw new StanzaError('item-not-found');
  if (payload.is('query', NS_DISCO_INFO))
    return infoElement([{ category: 'service', type: 'multicast', name: NAME }], [NS_DISCO_INFO, NS_ADDRESS]);
  if (payload.is('query', NS_DISCO_ITEMS)) return xml('query', { xmlns: NS_DISCO_ITEMS });
  throw new StanzaError('service-unavailable');
}

interface Recipient {
  jid: Jid;
  /** Nobody else learns of it. */
  blind: Element | undefined;
}

class Multicast {
  readonly #host: Host;
  readonly #copies: Debts;

  constructor(host: Host) {
    this.#host = host;
    this.#copies = new Debts(host.clock, COPY_MS);
  }

  /** All recipients, or none where the sender may not write to one of them (section 6). @throws StanzaError */
  async pass({ stanza, from, to, session }: ServiceStanza): Promise<void> {
    const { type } = stanza.attrs;
    if (type === 'error') return;
    const addresses = stanza.getChild('addresses', NS_ADDRESS);
    // The end of a session is told to everyone who saw its beginning, this service among them; the others have it already.
    if (!addresses && stanza.name === 'presence') return;
    if (stanza.name === 'presence' && type !== undefined && type !== 'unavailable')
      throw new StanzaError('bad-request', { text: 'Only that one is there or gone can be told to many.' });
    if (!session || !this.#host.serves(from.domain)) throw new StanzaError('forbidden');
    if (!to.isBare || to.local !== '') throw new StanzaError('item-not-found');
    if (!addresses) throw new StanzaError('bad-request', { text: 'Nobody is addressed.' });
    const children = addresses.getChildren('address');
    if (children.length > MAX_ADDRESSES)
      throw new StanzaError('not-acceptable', { text: `A stanza has ${MAX_ADDRESSES} addresses at most.` });
    const recipients = recipientsOf(children);
    const copies = recipients.map((recipient) => ({ to: recipient.jid, copy: copyFor(stanza, children, recipient) }));
    for (const { to: recipient, copy } of copies) this.#assertMaySend(session, copy, recipient);
    this.#pay(session, copies.length);
    for (const { to: recipient, copy } of copies) {
      // Who has seen a member come by this way sees it leave (section 5.1).
      if (copy.name === 'presence')
        await this.#host.presence.fromSession(session, copy, recipient, async (onward) => this.#host.send(onward));
      else this.#host.send(copy, session);
    }
  }

  /** What holds for a stanza of its own holds for a copy: blocking, the rules of the box. */
  #assertMaySend(session: Session, stanza: Element, to: Jid): void {
    const event = { session, stanza, from: session.jid, to, drop: false };
    this.#host.hooks.run('stanza from session', event);
    if (event.drop) throw new StanzaError('forbidden');
  }

  #pay({ account }: Session, copies: number): void {
    if (this.#copies.of(account.id) + copies > BURST)
      throw new StanzaError('resource-constraint', { text: 'Too many copies at once; try again later.' });
    for (let i = 0; i < copies; i += 1) this.#copies.add(account.id);
  }
}

/** Section 4. @throws StanzaError bad-request, jid-malformed */
function recipientsOf(addresses: readonly Element[]): Recipient[] {
  const byJid = new Map<string, Recipient>();
  for (const address of addresses) {
    const { type, jid, uri, delivered } = address.attrs;
    if (uri !== undefined) throw new StanzaError('jid-malformed', { text: 'Only XMPP addresses are known here.' });
    if (ADVICE.has(type)) continue;
    if (!RECIPIENTS.has(type) || jid === undefined)
      throw new StanzaError('bad-request', { text: 'An address has a known type, and a jid.' });
    if (delivered === 'true') continue;
    const parsed = Jid.parse(jid);
    const key = parsed.toString();
    if (!byJid.has(key)) byJid.set(key, { jid: parsed, blind: type === 'bcc' ? address : undefined });
  }
  if (byJid.size === 0) throw new StanzaError('bad-request', { text: 'Nobody is addressed.' });
  return [...byJid.values()];
}

function copyFor(stanza: Element, addresses: readonly Element[], { jid, blind }: Recipient): Element {
  const copy = clone(stanza);
  copy.attrs.to = jid.toString();
  const shown = addresses
    .filter((address) => address.attrs.type !== 'bcc' || address === blind)
    .map((address) => {
      const shownAddress = clone(address);
      if (address.attrs.type === 'to' || address.attrs.type === 'cc') shownAddress.attrs.delivered = 'true';
      return shownAddress;
    });
  copy.children = copy.children.map((child) =>
    typeof child !== 'string' && child.is('addresses', NS_ADDRESS)
      ? xml('addresses', { xmlns: NS_ADDRESS }, ...shown)
      : child,
  );
  return copy;
}
