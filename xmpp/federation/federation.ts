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
import { type Outgoing, outgoing } from './outgoing.ts';
import type { PeerRuleBook } from './peer-rules.ts';
import type { OwnerRules } from './policy.ts';
import { Repeats } from './repeats.ts';
import { SystemDns } from './resolver/dns.ts';
import { Resolver } from './resolver/resolver.ts';
import { Routes } from './routes.ts';
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
  ping: FederationContext['ping'];
  /** Calls `review` where it changes. */
  peerRules: PeerRuleBook;
  /** routing/inbound.ts */
  receive: (stanza: Element, from: Jid, to: Jid, turn?: Turn) => Promise<void>;
  /** Something that `states` shows has changed. */
  changed: () => void;
}

const SECRET_BYTES = 32;
/** For what is being said to be acknowledged when the box stops. */
const DRAIN_MS = 2_000;
const STOP_MS = 3_000;

export class Federation implements Outside {
  readonly #options: FederationOptions;
  readonly #context: FederationContext;
  readonly #arrivals: PeerArrivals;
  readonly #connector: Connector;
  readonly #ways = new Ways();
  readonly #routes: Routes;
  readonly #troubles: Troubles;
  /** Links that we dialled to which other domains of ours may be added (XEP-0220 section 2.6.1). */
  readonly #takeMore = new WeakSet<Conversation>();
  readonly #bouncing = new Set<Promise<void>>();
  /** What was asked of the domains of a link when it was opened to them. */
  readonly #letInBy = new WeakMap<Conversation, Map<string, PeerRules>>();
  /** @throws Error where the file of authorities is no good */
  constructor(options: FederationOptions) {
    this.#options = options;
    this.#troubles = new Troubles(options.clock);
    this.#context = this.#newContext();
    this.#arrivals = new PeerArrivals(this.#context);
    this.#connector = new Connector(this.#context);
    this.#routes = new Routes({
      context: this.#context,
      find: ({ local, remote }) => this.#ways.find(local, remote),
      open: (pair, asker) => this.#open(pair, asker),
      bounce: (sent, error) => this.#bounce(sent, error),
    });
  }

  /** Resolves with the port that it listens on. */
  listen(doors: Doors, name: string, address: string, port: number, directTls: boolean): Promise<number> {
    return this.#arrivals.listen(doors, name, address, port, directTls);
  }

  /** A connection through TLS on a port of others that is another server's by its ALPN. */
  take(entrant: Entrant): void {
    this.#arrivals.takeUncounted(entrant);
  }

  /**
   * The box is about to stop: what waits for a server comes back, and what one does not acknowledge now, while those who wrote it are
   * still there. What a link is up for goes out as before.
   */
  async settle(): Promise<void> {
    this.#connector.stop();
    this.#routes.stop();
    await this.#drain();
    const silent = this.#ways.all().filter(({ unacknowledged }) => unacknowledged > 0);
    for (const { link } of silent) link.destroy();
    await Promise.all(silent.map(({ ended }) => ended));
    await Promise.all(this.#bouncing);
  }

  /** After `settle`. Streams end with `system-shutdown` once the peers have what was said. */
  async stop(): Promise<void> {
    await this.#drain();
    const links = this.#ways.all();
    await this.#arrivals.stop();
    for (const link of links) link.leave();
    const patience = this.#options.clock.after(STOP_MS, () => {
      for (const { link } of links) link.destroy();
    });
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
    for (const route of this.#routes.all()) route.hurry();
  }

  #isAskedOtherwise(conversation: Conversation): boolean {
    const rules = [...(this.#letInBy.get(conversation) ?? [])];
    return rules.some(([remote, before]) => !isDeepStrictEqual(before, this.#context.policy.of(remote)));
  }

  states(): PeerState[] {
    return peerStates(this.#ways.all(), this.#routes.all(), this.#troubles);
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
    this.#routes.send(outgoing(stanza, from, to, this.#options.clock.nowMs()));
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
      repeats: new Repeats(clock),
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
    this.#routes.ready(conversation);
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
    this.#routes.lost(rest);
  }

  #bounce({ stanza, from, to }: Outgoing, error: StanzaError): void {
    if (!mayBeAnswered(stanza)) return;
    const told = this.#options.receive(errorReply(stanza, error), to, from).finally(() => this.#bouncing.delete(told));
    this.#bouncing.add(told);
  }

  async #drain(): Promise<void> {
    const busy = () => this.#ways.all().some(({ unacknowledged }) => unacknowledged > 0);
    const untilMs = this.#options.clock.nowMs() + DRAIN_MS;
    while (busy() && this.#options.clock.nowMs() < untilMs)
      await new Promise<void>((resolve) => this.#options.clock.after(50, resolve));
  }
}
