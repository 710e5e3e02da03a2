/** The routes of all pairs of domains that something was said between lately, and how much all of them may keep. */
import { StanzaError } from '../routing/stanza-error.ts';
import type { Conversation } from './conversation.ts';
import type { Pair } from './negotiation.ts';
import { type Outgoing, pairOf } from './outgoing.ts';
import { LOST, Route, type RouteOptions } from './route.ts';

/** Pairs of domains that something waits or pauses for: more are refused at once. */
const MAX_ROUTES = 5_000;
const SWEEP_ABOVE = 500;
/** What waits for links, of all of them. */
const MAX_WAITING_BYTES = 32 * 1024 * 1024;
const TOO_MANY = new StanzaError('resource-constraint', {
  text: 'This server is looking for too many others at the moment.',
});
const STOPPING = new StanzaError('remote-server-timeout', { text: 'This server is being stopped.' });
const GONE = new StanzaError('remote-server-timeout', { text: LOST });

export interface RoutesOptions {
  context: RouteOptions['context'];
  /** A link over which the pair may speak, if one is up. */
  find: (pair: Pair) => Pick<Conversation, 'send'> | undefined;
  /** @param asker who waits for it first @throws PeerFailure */
  open: (pair: Pair, asker: string) => Promise<unknown>;
  /** Back to who sent it. */
  bounce: (outgoing: Outgoing, error: StanzaError) => void;
}

export class Routes {
  readonly #options: RoutesOptions;
  readonly #byPair = new Map<string, Route>();
  readonly #room: RouteOptions['room'];
  #waitingBytes = 0;
  #stopped = false;

  constructor(options: RoutesOptions) {
    this.#options = options;
    this.#room = {
      take: (bytes) => {
        if (this.#waitingBytes + bytes > MAX_WAITING_BYTES) return false;
        this.#waitingBytes += bytes;
        return true;
      },
      giveBack: (bytes) => {
        this.#waitingBytes -= bytes;
      },
    };
  }

  all(): Iterable<Route> {
    return this.#byPair.values();
  }

  send(outgoing: Outgoing): void {
    const pair = pairIn(outgoing);
    const { bounce, find } = this.#options;
    if (!this.#stopped) {
      const route = this.#route(pair);
      if (route) route.send(outgoing);
      else bounce(outgoing, TOO_MANY);
      return;
    }
    const up = find(pair);
    if (up) up.send(outgoing);
    else bounce(outgoing, STOPPING);
  }

  /** A link is gone, and its peer may not have got this. */
  lost(rest: readonly Outgoing[]): void {
    const byPair = new Map<string, { pair: Pair; lost: Outgoing[] }>();
    for (const outgoing of rest) {
      const pair = pairIn(outgoing);
      const key = pairOf(pair.local, pair.remote);
      const entry = byPair.get(key) ?? { pair, lost: [] };
      entry.lost.push(outgoing);
      byPair.set(key, entry);
    }
    for (const { pair, lost } of byPair.values()) {
      const route = this.#stopped ? undefined : this.#route(pair);
      if (route) route.lost(lost);
      else for (const outgoing of lost) this.#options.bounce(outgoing, GONE);
    }
  }

  /** The link is up. */
  ready({ said, heard }: Pick<Conversation, 'said' | 'heard'>): void {
    for (const { local, remote } of said) this.#byPair.get(pairOf(local, remote))?.ready();
    // Who comes to us is up again.
    for (const route of this.all()) if (heard.has(route.pair.remote)) route.hurry();
  }

  /** What waits comes back; from now on only what a link is up for goes out. */
  stop(): void {
    this.#stopped = true;
    for (const route of this.all()) route.stop(STOPPING);
  }

  /** Undefined where there are too many. */
  #route(pair: Pair): Route | undefined {
    const key = pairOf(pair.local, pair.remote);
    const known = this.#byPair.get(key);
    if (known) return known;
    if (this.#byPair.size >= SWEEP_ABOVE) this.#sweep();
    if (this.#byPair.size >= MAX_ROUTES) return undefined;
    const { context, find, open, bounce } = this.#options;
    const route = new Route({
      ...{ context, pair, bounce, room: this.#room },
      find: () => find(pair),
      open: (asker) => open(pair, asker),
    });
    this.#byPair.set(key, route);
    return route;
  }

  #sweep(): void {
    for (const [key, route] of this.#byPair) if (route.forgettable) this.#byPair.delete(key);
  }
}

const pairIn = ({ from, to }: Outgoing): Pair => ({ local: from.domain, remote: to.domain });
