/** Server to server (RFC 6120, 7590): one way out of the box to every domain that is not its own, and the doors for the way in. */
import { networkInterfaces } from 'node:os';
import { isDeepStrictEqual } from 'node:util';
import type { Clock, Random } from '../clock.ts';
import type { PeerRules, ServerConfig } from '../config.ts';
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
import type { DialbackClaim } from './dialback.ts';
import { asFailure, PeerFailure } from './failure.ts';
import type { Pair } from './negotiation.ts';
import { type Outgoing, outgoing, pairOf } from './outgoing.ts';
import type { PeerRuleBook } from './peer-rules.ts';
import type { OwnerRules } from './policy.ts';
import { SystemDns } from './resolver/dns.ts';
import { Resolver } from './resolver/resolver.ts';
import { LOST, type Room, Route } from './route.ts';
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
  /** As FederationContext has it. */
  ping: (local: string, remote: string) => Promise<boolean>;
  /** Calls `review` where it changes. */
  peerRules: PeerRuleBook;
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
const TOO_MANY = new StanzaError('resource-constraint', {
  text: 'This server is looking for too many others at the moment.',
});
/** For what is being said to be acknowledged when the box stops. */
const DRAIN_MS = 2_000;
const STOP_MS = 3_000;

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
  /** What was asked of the domains of a link when it was opened to them. */
  readonly #letInBy = new WeakMap<Conversation, Map<string, PeerRules>>();
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
    const links = this.#ways.all();
    await this.#arrivals.stop();
    for (const link of links) link.leave();
    const patience = this.#options.clock.after(STOP_MS, () => {
      for (const { link } of links) link.destroy();
    });
    // What they had not acknowledged comes back as they go.
    await Promise.all(links.map(({ ended }) => ended));
    patience.cancel();
  }

  /**
   * The rules have changed. A link ends where nothing goes to its peer and nothing comes from it any more, or where other things are
   * asked of the peer than it was let in by; what failed before is tried again.
   */
  review(): void {
    const { policy } = this.#context;
    for (const conversation of this.#ways.all()) {
      const denied = [...conversation.met].find(
        ({ local, remote }) => !policy.allows('in', local, remote) && !policy.allows('out', local, remote),
      );
      if (denied) {
        this.#troubles.add(denied.remote, 'cut off: the rules of this server');
        conversation.leave(new StreamError('policy-violation', `this server does not talk to ${denied.remote}`));
      } else if (this.#isAskedOtherwise(conversation)) conversation.leave();
    }
    for (const route of this.#routes.values()) route.hurry();
  }

  #isAskedOtherwise(conversation: Conversation): boolean {
    const rules = [...(this.#letInBy.get(conversation) ?? [])];
    return rules.some(([remote, before]) => !isDeepStrictEqual(before, this.#context.policy.of(remote)));
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
    const route = this.#stopping ? undefined : this.#route({ local: from.domain, remote: to.domain });
    if (route) route.send(sent);
    else this.#bounce(sent, this.#stopping ? new StanzaError('remote-server-timeout') : TOO_MANY);
  }

  // ---- inside

  #newContext(): FederationContext {
    const { config, clock, random, log, keys, isServed, receive, ownerAllows, peerRules, ping } = this.#options;
    const { federation, dns, limits, allowPlainLoopback } = config;
    const torSocket = () => config.torSocket?.();
    return {
      clock,
      random,
      log,
      // What members may say comes from elsewhere with what servers add to it, and other servers take twice as much from each other.
      limits: { ...limits, stanzaBytes: 2 * limits.stanzaBytes },
      policy: { of: (domain) => peerRules.of(domain), allows: ownerAllows },
      resolver: new Resolver({
        dns: new SystemDns(dns.servers, clock),
        hosts: federation.hosts,
        random: () => random(4).readUInt32BE() / 2 ** 32,
        loopbackAllowed: allowPlainLoopback,
        dialsOnions: () => torSocket() !== undefined,
        ownAddresses: () => Object.values(networkInterfaces()).flatMap((all = []) => all.map(({ address }) => address)),
      }),
      torSocket,
      tls: new PeerTls(keys, new Anchors(federation.ca), clock),
      secret: random(SECRET_BYTES).toString('hex'),
      isServed,
      receive,
      verify: (claim, key, asker) => this.#verify(claim, key, asker),
      ping,
      mayJoin: (remote) => this.#ways.mayJoin(remote),
      changed: (conversation) => this.#changed(conversation),
      over: (conversation, rest) => this.#over(conversation, rest),
      trouble: (remote, words) => {
        this.#troubles.add(remote, words);
        this.#options.changed();
      },
    };
  }

  /** By a link that is up, if it is: a server that lost its power has forgotten it, and asks to be believed on a new one. */
  async #verify(claim: DialbackClaim, key: string, asker: string): Promise<boolean> {
    const known = this.#ways.dialled(claim.sender);
    try {
      if (known) return await known.verify(claim, key);
    } catch (error) {
      if (asFailure(error).kind !== 'lost') throw error;
    }
    return this.#connector.verify(claim, key, asker);
  }

  /** Undefined where there are too many. */
  #route(pair: Pair): Route | undefined {
    const key = pairOf(pair.local, pair.remote);
    const known = this.#routes.get(key);
    if (known) return known;
    if (this.#routes.size >= SWEEP_ABOVE) this.#sweep();
    if (this.#routes.size >= MAX_ROUTES) return undefined;
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
      throw new PeerFailure(`This server does not talk to ${pair.remote}.`, { kind: 'denied', lasting: true });
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
    this.#remember(conversation);
    for (const { local, remote } of conversation.said) this.#routes.get(pairOf(local, remote))?.ready();
    // Who comes to us is up again.
    for (const route of this.#routes.values()) if (conversation.heard.has(route.pair.remote)) route.hurry();
    this.#options.changed();
  }

  #remember(conversation: Conversation): void {
    const rules = this.#letInBy.get(conversation) ?? new Map<string, PeerRules>();
    this.#letInBy.set(conversation, rules);
    for (const { remote } of conversation.met)
      if (!rules.has(remote)) rules.set(remote, this.#context.policy.of(remote));
  }

  #over(conversation: Conversation, rest: readonly Outgoing[]): void {
    if (this.#ways.remove(conversation)) this.#options.changed();
    const byPair = new Map<string, { pair: Pair; lost: Outgoing[] }>();
    for (const sent of rest) {
      const pair = { local: sent.from.domain, remote: sent.to.domain };
      const key = pairOf(pair.local, pair.remote);
      const { lost } = byPair.get(key) ?? { lost: [] };
      byPair.set(key, { pair, lost: [...lost, sent] });
    }
    for (const { pair, lost } of byPair.values()) {
      const route = this.#stopping ? undefined : this.#route(pair);
      if (route) route.lost(lost);
      else for (const sent of lost) this.#bounce(sent, new StanzaError('remote-server-timeout', { text: LOST }));
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
