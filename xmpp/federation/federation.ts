/** Server to server (RFC 6120, 7590): one way out of the box to every domain that is not its own, and the doors for the way in. */
import type { Clock, Random } from '../clock.ts';
import type { ServerConfig } from '../config.ts';
import type { Log } from '../log.ts';
import type { Jid } from '../routing/jid.ts';
import type { Turn } from '../routing/lane.ts';
import type { Outside } from '../routing/outside.ts';
import { errorReply, mayBeAnswered } from '../routing/stanza.ts';
import { StanzaError } from '../routing/stanza-error.ts';
import type { Doors, Entrant } from '../stream/door.ts';
import { StreamError } from '../stream/stream-error.ts';
import type { TlsKeys } from '../stream/tls.ts';
import type { Element } from '../xml.ts';
import { PeerArrivals } from './arrivals.ts';
import { Anchors } from './certificate/anchors.ts';
import { Connector } from './connector.ts';
import type { FederationContext } from './context.ts';
import type { Conversation } from './conversation.ts';
import { PeerFailure } from './failure.ts';
import type { Pair } from './negotiation.ts';
import { type Outgoing, outgoing, pairOf } from './outgoing.ts';
import { ConfiguredPolicy, type OwnerRules } from './policy.ts';
import { SystemDns } from './resolver/dns.ts';
import { Resolver } from './resolver/resolver.ts';
import { type Room, Route } from './route.ts';
import { type PeerState, peerStates, Troubles } from './status.ts';
import { PeerTls } from './tls.ts';
import { Ways } from './ways.ts';

export interface FederationOptions {
  config: ServerConfig;
  clock: Clock;
  random: Random;
  log: Log;
  keys: TlsKeys;
  /** A host, or a service or program beside one. */
  isServed: (domain: string) => boolean;
  /** Asked for each stanza. */
  ownerAllows: OwnerRules;
  /** routing/inbound.ts */
  receive: (stanza: Element, from: Jid, to: Jid, turn?: Turn) => Promise<void>;
  /** Something that `states` shows has changed. */
  changed: () => void;
}

const SECRET_BYTES = 32;
/** Pairs of domains that something waits or pauses for: more are refused at once. */
const MAX_ROUTES = 5_000;
const SWEEP_ABOVE = 500;
/** What waits for links, of all of them. */
const MAX_WAITING_BYTES = 32 * 1024 * 1024;
/** For what is being said to be acknowledged when the box stops. */
const DRAIN_MS = 2_000;

export class Federation implements Outside {
  readonly #options: FederationOptions;
  readonly #context: FederationContext;
  readonly #arrivals: PeerArrivals;
  readonly #connector: Connector;
  readonly #ways = new Ways();
  readonly #routes = new Map<string, Route>();
  readonly #troubles: Troubles;
  /** Links that we dialled to which other domains of ours may be added (XEP-0220 section 2.6.1). */
  readonly #takeMore = new WeakSet<Conversation>();
  #stopping = false;
  #waitingBytes = 0;
  readonly #room: Room = {
    take: (bytes) => {
      if (this.#waitingBytes + bytes > MAX_WAITING_BYTES) return false;
      this.#waitingBytes += bytes;
      return true;
    },
    giveBack: (bytes) => {
      this.#waitingBytes -= bytes;
    },
  };

  /** @throws Error where the file of authorities is no good */
  constructor(options: FederationOptions) {
    this.#options = options;
    this.#troubles = new Troubles(options.clock);
    this.#context = this.#newContext();
    this.#arrivals = new PeerArrivals(this.#context);
    this.#connector = new Connector(this.#context);
  }

  /** Resolves with the port that it listens on. */
  listen(doors: Doors, name: string, address: string, port: number, directTls: boolean): Promise<number> {
    return this.#arrivals.listen(doors, name, address, port, directTls);
  }

  /** A connection through TLS on a port of others that is another server's by its ALPN. */
  take(entrant: Entrant): void {
    this.#arrivals.takeUncounted(entrant);
  }

  /** Streams end with `system-shutdown` once the peers have what was said; what still waits for one comes back. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#connector.stop();
    const error = new StanzaError('remote-server-timeout', { text: 'This server is being stopped.' });
    for (const route of this.#routes.values()) route.stop(error);
    await this.#drain();
    await this.#arrivals.stop();
    for (const conversation of this.#ways.all()) conversation.leave();
  }

  /** The rules have changed: a link ends where nothing goes to its peer and nothing comes from it any more. */
  review(): void {
    const { policy } = this.#context;
    for (const conversation of this.#ways.all()) {
      const denied = [...conversation.met].find(
        ({ local, remote }) => !policy.allows('in', local, remote) && !policy.allows('out', local, remote),
      );
      if (!denied) continue;
      this.#troubles.add(denied.remote, 'cut off: the rules of this server');
      conversation.leave(new StreamError('policy-violation', `this server does not talk to ${denied.remote}`));
    }
  }

  states(): PeerState[] {
    return peerStates(this.#ways.all(), this.#routes.values(), this.#troubles);
  }

  /** Servers that a link is up with. */
  get servers(): number {
    const links = this.#ways.all();
    return new Set(links.flatMap((link) => [...link.heard.keys(), ...[...link.said].map(({ remote }) => remote)])).size;
  }

  // ---- Outside

  takes(): boolean {
    return this.#options.config.federation.enabled;
  }

  assertSends(stanza: Element, from: Jid, to: Jid): void {
    // Whoever is refused may be told so, while a link is up.
    if (stanza.attrs.type !== 'error' && !this.#context.policy.allows('out', from.domain, to.domain))
      throw new StanzaError('not-allowed', { text: `This server does not talk to ${to.domain}.` });
  }

  send(stanza: Element, from: Jid, to: Jid): void {
    const sent = outgoing(stanza, from, to, this.#options.clock.nowMs());
    if (this.#stopping) this.#bounce(sent, new StanzaError('remote-server-timeout'));
    else this.#route({ local: from.domain, remote: to.domain }, sent)?.send(sent);
  }

  // ---- inside

  #newContext(): FederationContext {
    const { config, clock, random, log, keys, isServed, receive, ownerAllows } = this.#options;
    const { federation, dns, limits, allowPlainLoopback } = config;
    const torSocket = () => config.torSocket?.();
    return {
      clock,
      random,
      log,
      limits,
      policy: new ConfiguredPolicy(federation, ownerAllows),
      resolver: new Resolver({
        dns: new SystemDns(dns.servers, clock),
        hosts: federation.hosts,
        random: () => random(4).readUInt32BE() / 2 ** 32,
        loopbackAllowed: allowPlainLoopback,
        dialsOnions: () => torSocket() !== undefined,
      }),
      torSocket,
      tls: new PeerTls(keys, new Anchors(federation.ca), clock),
      secret: random(SECRET_BYTES).toString('hex'),
      isServed,
      receive,
      verify: (claim, key, asker) => {
        const known = this.#ways.dialled(claim.sender);
        return known ? known.verify(claim, key) : this.#connector.verify(claim, key, asker);
      },
      mayJoin: (remote) => this.#ways.mayJoin(remote),
      changed: (conversation) => this.#changed(conversation),
      over: (conversation, rest) => this.#over(conversation, rest),
      trouble: (remote, words) => {
        this.#troubles.add(remote, words);
        this.#options.changed();
      },
    };
  }

  #route(pair: Pair, wanted: Outgoing): Route | undefined {
    const key = pairOf(pair.local, pair.remote);
    const known = this.#routes.get(key);
    if (known) return known;
    if (this.#routes.size >= SWEEP_ABOVE) this.#sweep();
    if (this.#routes.size >= MAX_ROUTES) {
      const text = 'This server is looking for too many others at the moment.';
      this.#bounce(wanted, new StanzaError('resource-constraint', { text }));
      return undefined;
    }
    const route = new Route({
      context: this.#context,
      pair,
      find: () => this.#ways.find(pair.local, pair.remote),
      open: (asker) => this.#open(pair, asker),
      room: this.#room,
      bounce: (sent, error) => this.#bounce(sent, error),
    });
    this.#routes.set(key, route);
    return route;
  }

  #sweep(): void {
    for (const [key, route] of this.#routes) if (route.forgettable) this.#routes.delete(key);
  }

  /** @throws PeerFailure */
  async #open(pair: Pair, asker: string): Promise<Conversation> {
    if (!this.#context.policy.allows('out', pair.local, pair.remote))
      throw new PeerFailure('the rules of this server', true);
    const shared = await this.#share(pair);
    if (shared) return shared;
    const { conversation, takesMore } = await this.#connector.connect(pair, asker);
    if (takesMore) this.#takeMore.add(conversation);
    return conversation;
  }

  /** Another domain of ours on a link that is up already. */
  async #share({ local, remote }: Pair): Promise<Conversation | undefined> {
    const known = this.#ways.dialled(remote);
    if (!known || !this.#takeMore.has(known) || !this.#context.policy.of(remote).dialback) return undefined;
    const proof = known.secured.certificate.proves(remote) ? 'certificate' : 'dialback';
    try {
      await known.introduce(local, remote, () => known.say(local, remote, proof));
      return known;
    } catch {
      return undefined;
    }
  }

  #changed(conversation: Conversation): void {
    this.#ways.add(conversation);
    for (const { local, remote } of conversation.said) this.#routes.get(pairOf(local, remote))?.ready();
    this.#options.changed();
  }

  #over(conversation: Conversation, rest: readonly Outgoing[]): void {
    if (this.#ways.remove(conversation)) this.#options.changed();
    const byPair = new Map<string, Outgoing[]>();
    for (const sent of rest) {
      const key = pairOf(sent.from.domain, sent.to.domain);
      byPair.set(key, [...(byPair.get(key) ?? []), sent]);
    }
    for (const [key, lost] of byPair) {
      const route = this.#stopping ? undefined : this.#routes.get(key);
      if (route) route.lost(lost);
      else for (const sent of lost) this.#bounce(sent, new StanzaError('remote-server-timeout'));
    }
  }

  #bounce({ stanza, from, to }: Outgoing, error: StanzaError): void {
    if (mayBeAnswered(stanza)) void this.#options.receive(errorReply(stanza, error), to, from);
  }

  async #drain(): Promise<void> {
    const busy = () => this.#ways.all().some(({ unacknowledged }) => unacknowledged > 0);
    const untilMs = this.#options.clock.nowMs() + DRAIN_MS;
    while (busy() && this.#options.clock.nowMs() < untilMs)
      await new Promise<void>((resolve) => this.#options.clock.after(50, resolve));
  }
}
