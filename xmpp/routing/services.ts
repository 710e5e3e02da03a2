/**
 * Services beside a host: `rooms.example` next to `example`, at every domain of the host. A service takes in each stanza that is
 * addressed to its domain or to anything at it; what it throws is answered as everywhere (routing/inbound.ts).
 */
import { whoIs } from '../access/rules/who.ts';
import type { XmppHost } from '../host.ts';
import { messageType } from '../im/message.ts';
import { type Element, firstChild } from '../xml.ts';
import type { DiscoItem } from './disco-table.ts';
import { routeIqReply } from './iq.ts';
import type { IqType } from './iq-table.ts';
import type { Jid } from './jid.ts';
import type { Origin } from './router.ts';
import type { Session } from './session.ts';
import { iqResult } from './stanza.ts';
import { StanzaError } from './stanza-error.ts';

export interface ServiceStanza {
  stanza: Element;
  from: Jid;
  to: Jid;
  /** The session that sent it, where it is one of this box. */
  session: Session | undefined;
}

export interface ServiceIq extends ServiceStanza {
  type: IqType;
  payload: Element;
  /** Runs once the result has been sent. */
  after: (() => void)[];
}

/** The answer of a handler that sends the reply by itself, later: so that the asker's next stanzas do not wait for it. */
export const ANSWERS_LATER = Symbol('answers later');

/** The payload of the result, or nothing for an empty one. */
export type ServiceAnswer = Element | undefined | typeof ANSWERS_LATER;

/** Each may throw a StanzaError to refuse; the sender's next stanza waits until it has resolved, unless both are messages. */
export interface Service {
  /** For people who look through the host's items (XEP-0030). */
  readonly name: string;
  /** Requests; the answers to requests of the service's own go to who asked (Host.query). */
  iq(request: ServiceIq): ServiceAnswer | Promise<ServiceAnswer>;
  /** Without it, messages are answered with service-unavailable. */
  message?(stanza: ServiceStanza): Promise<void>;
  /** Without it, presence is dropped. */
  presence?(stanza: ServiceStanza): Promise<void>;
}

export class Services {
  readonly #bySubdomain = new Map<string, Service>();
  readonly #others: ((domain: string) => DiscoItem[])[] = [];

  /** @throws Error where the subdomain is taken: that is a mistake of the program */
  add(subdomain: string, service: Service): void {
    if (this.#bySubdomain.has(subdomain)) throw new Error(`two services at ${subdomain}`);
    this.#bySubdomain.set(subdomain, service);
  }

  find(subdomain: string): Service | undefined {
    return this.#bySubdomain.get(subdomain);
  }

  /** What stands beside the host's domains without being a service of the host, to be listed with them. */
  alsoList(items: (domain: string) => DiscoItem[]): void {
    this.#others.push(items);
  }

  /** As they are reached beside this domain of the host. */
  items(domain: string): DiscoItem[] {
    const own = [...this.#bySubdomain].map(([subdomain, { name }]) => ({ jid: `${subdomain}.${domain}`, name }));
    return [...own, ...this.#others.flatMap((items) => items(domain))];
  }
}

export interface FoundService {
  host: XmppHost;
  service: Service;
}

/** The service whose domain this is. A host of that name comes before it, so ask for hosts first. */
export function findService(
  domain: string,
  hostOf: (domain: string) => XmppHost | undefined,
): FoundService | undefined {
  const dot = domain.indexOf('.');
  const host = dot === -1 ? undefined : hostOf(domain.slice(dot + 1));
  const service = host?.services.find(domain.slice(0, dot));
  return host && service && { host, service };
}

export async function toService(found: FoundService, stanza: Element, to: Jid, origin: Origin): Promise<void> {
  const { from, session } = origin;
  if (asks(stanza)) assertMayUse(found.host, from);
  const incoming = { stanza, from, to, session };
  if (stanza.name === 'presence') return found.service.presence?.(incoming);
  if (stanza.name === 'message') return messageTo(found, incoming, origin);
  if (!routeIqReply(found.host, stanza, from)) return iqTo(found, incoming, origin);
}

/** What only answers or ends something always passes. */
export function asks({ name, attrs: { type } }: Element): boolean {
  return type !== 'error' && type !== 'result' && (name !== 'presence' || type !== 'unavailable');
}

/** The rules of the service's owner. @throws StanzaError forbidden */
export function assertMayUse(host: XmppHost, from: Jid): void {
  const who = whoIs(host, from);
  if (who && !host.access.allows({ action: 'use-service', who }))
    throw new StanzaError('forbidden', { text: 'The owner of this server does not let you use its services.' });
}

/** What a member says through a service belongs to the member's own archive and devices as well, but for what a room repeats. */
async function messageTo({ service }: FoundService, incoming: ServiceStanza, origin: Origin): Promise<void> {
  const { stanza, to } = incoming;
  const type = messageType(stanza);
  if (!service.message) {
    if (type === 'error') return;
    throw new StanzaError('service-unavailable');
  }
  await service.message(incoming);
  if (type !== 'groupchat' && type !== 'error') await origin.host?.messages.sent(stanza, to, origin);
}

async function iqTo({ host, service }: FoundService, incoming: ServiceStanza, origin: Origin): Promise<void> {
  const { stanza } = incoming;
  const { type } = stanza.attrs;
  const payload = firstChild(stanza);
  if ((type !== 'get' && type !== 'set') || !payload) return;
  const after: (() => void)[] = [];
  const answer = await service.iq({ ...incoming, type, payload, after });
  if (answer === ANSWERS_LATER) return;
  const result = iqResult(stanza, answer);
  if (origin.session) origin.session.send(result);
  else host.send(result);
  for (const run of after) run();
}
