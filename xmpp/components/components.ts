/**
 * Programs beside the box, gateways mostly, each at a domain of its own with a secret of its own (XEP-0114): what is for them goes
 * to their connection. One that went away a moment ago finds what came meanwhile; for one that is away, its senders are told so.
 */
import type { Clock, Timer } from '../clock.ts';
import type { Log } from '../log.ts';
import type { DiscoItem } from '../routing/disco-table.ts';
import { Jid } from '../routing/jid.ts';
import type { Turn } from '../routing/lane.ts';
import type { Outside } from '../routing/outside.ts';
import { asks } from '../routing/services.ts';
import { errorReply, mayBeAnswered } from '../routing/stanza.ts';
import { StanzaError } from '../routing/stanza-error.ts';
import { StreamError } from '../stream/stream-error.ts';
import type { Element } from '../xml.ts';
import type { ComponentStream, Registry } from './component-stream.ts';

/** Enough for a program that is started anew. */
const RETURN_MS = 15_000;
const MAX_WAITING = 200;

export interface ComponentState {
  domain: string;
  connected: boolean;
}

export interface ComponentsOptions {
  clock: Clock;
  log: Log;
  /** Whether a host or a service of the box itself answers at this domain. */
  isOwn(domain: string): boolean;
  /** The owner's rules on who uses what is beside the server. @throws StanzaError forbidden */
  assertMayUse(from: Jid, to: Jid): void;
  /** A domain of the box, to ask a component from. */
  ownDomain(): string;
  /** A stanza of a component, or an error on behalf of one that is away. Never rejects. */
  receive(stanza: Element, from: Jid, to: Jid, turn?: Turn): Promise<void>;
  changed(): void;
}

interface Place {
  secret: string;
  stream: ComponentStream | undefined;
  /** While its return is waited for. */
  returning: Timer | undefined;
  waiting: Element[];
}

export class Components implements Outside, Registry {
  readonly #options: ComponentsOptions;
  readonly #places = new Map<string, Place>();

  constructor(options: ComponentsOptions) {
    this.#options = options;
  }

  get states(): ComponentState[] {
    return [...this.#places].map(([domain, { stream }]) => ({ domain, connected: stream !== undefined }));
  }

  /** @param domain prepared; one that the configuration has already keeps its secret */
  add(domain: string, secret: string): void {
    if (this.#places.has(domain)) return;
    this.#places.set(domain, { secret, stream: undefined, returning: undefined, waiting: [] });
  }

  /** Ends its stream; what waits for it goes back. */
  remove(domain: string): void {
    const place = this.#places.get(domain);
    if (!place) return;
    this.#places.delete(domain);
    place.returning?.cancel();
    for (const stanza of place.waiting.splice(0)) this.#giveBack(domain, stanza);
    place.stream?.end(new StreamError('not-authorized', 'this component was removed'));
  }

  /** Those that are connected and one label below this domain. */
  items(domain: string): DiscoItem[] {
    return this.states
      .filter(({ domain: own, connected }) => connected && own.slice(own.indexOf('.') + 1) === domain)
      .map(({ domain: jid }) => ({ jid }));
  }

  // ---- for the router

  takes(domain: string): boolean {
    return this.#places.has(domain);
  }

  assertSends(stanza: Element, from: Jid, to: Jid): void {
    if (asks(stanza)) this.#options.assertMayUse(from, to);
    const place = this.#places.get(to.domain);
    if (!place || (!place.stream && !this.#hasRoom(place))) throw away(to.domain);
  }

  send(stanza: Element, _from: Jid, to: Jid): void {
    const place = this.#places.get(to.domain);
    if (place?.stream) place.stream.send(stanza);
    else if (place && this.#hasRoom(place)) place.waiting.push(stanza);
    else this.#giveBack(to.domain, stanza);
  }

  // ---- for the streams

  secretOf(domain: string): string {
    const place = this.#places.get(domain);
    if (!place) throw new StreamError('host-unknown', 'this box has no such component');
    if (this.#options.isOwn(domain)) throw new StreamError('conflict', 'the box itself answers at this domain');
    return place.secret;
  }

  async claim(stream: ComponentStream, accepted: () => void): Promise<void> {
    const place = this.#places.get(stream.domain);
    const holder = place?.stream;
    const held = holder !== undefined && (await holder.answers(this.#options.ownDomain()));
    if (stream.closed) return;
    if (!place || held || (place.stream !== holder && place.stream !== undefined))
      throw new StreamError('conflict', 'this component is connected already');
    place.stream = stream;
    place.returning?.cancel();
    place.returning = undefined;
    accepted();
    for (const stanza of place.waiting.splice(0)) stream.send(stanza);
    holder?.end(new StreamError('connection-timeout', 'no answer, and the component has come back'));
    this.#options.changed();
  }

  receive(stanza: Element, from: Jid, to: Jid, turn?: Turn): Promise<void> {
    return this.#options.receive(stanza, from, to, turn);
  }

  lost(stream: ComponentStream, stanza: Element): void {
    const place = this.#places.get(stream.domain);
    if (place?.stream && place.stream !== stream) place.stream.send(stanza);
    // The connection may be told of as gone a moment later only.
    else if (place && place.waiting.length < MAX_WAITING) place.waiting.push(stanza);
    else this.#giveBack(stream.domain, stanza);
  }

  ended(stream: ComponentStream): void {
    const { clock, log, changed } = this.#options;
    const { domain } = stream;
    const place = this.#places.get(domain);
    if (place?.stream !== stream) return;
    place.stream = undefined;
    place.returning = clock.after(RETURN_MS, () => {
      place.returning = undefined;
      for (const stanza of place.waiting.splice(0)) this.#giveBack(domain, stanza);
    });
    log.warn({ component: domain }, 'a component went away');
    changed();
  }

  stop(): void {
    for (const place of this.#places.values()) {
      place.returning?.cancel();
      place.returning = undefined;
      place.waiting = [];
    }
  }

  #hasRoom({ returning, waiting }: Place): boolean {
    return returning !== undefined && waiting.length < MAX_WAITING;
  }

  #giveBack(domain: string, stanza: Element): void {
    const { from = '', to = '' } = stanza.attrs;
    if (!mayBeAnswered(stanza) || from === '' || to === '') return;
    void this.#options.receive(errorReply(stanza, away(domain)), Jid.parse(to), Jid.parse(from));
  }
}

/** A condition of type 'wait': it comes back some day (RFC 6120 section 8.3.3.17). */
const away = (domain: string) =>
  new StanzaError('remote-server-timeout', { text: `${domain} is not connected to the server at the moment.` });
