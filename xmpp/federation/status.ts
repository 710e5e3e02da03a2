/** What an owner is shown of the servers that the box talks to. */
import type { Clock } from '../clock.ts';
import type { Conversation, Proof } from './conversation.ts';
import type { Route } from './route.ts';

export interface PeerState {
  domain: string;
  /** Our domain of it; '' where there is no link. */
  local: string;
  state: 'connected' | 'connecting' | 'waiting' | 'failed';
  /** Which way stanzas go; undefined while none do. */
  direction: 'in' | 'out' | 'both' | undefined;
  /** In milliseconds since 1970. */
  sinceMs: number | undefined;
  /** `TLSv1.3` */
  tls: string | undefined;
  /** How the server proved its domain. */
  authenticated: Proof | undefined;
  /** The other end's address. */
  address: string | undefined;
  /** Stanzas that wait for a link, or of which it is not known yet that they arrived. */
  queued: number;
  /** In words, with its time. */
  lastError: { text: string; atMs: number } | undefined;
}

/** A link that stanzas go by. */
export interface PeerLink {
  domain: string;
  direction: 'in' | 'out' | 'both';
}

const MAX_TROUBLES = 500;
const TROUBLE_MS = 24 * 3_600_000;

/** The last thing that went wrong with each server, for a day. */
export class Troubles {
  readonly #clock: Clock;
  /** Oldest first. */
  readonly #byDomain = new Map<string, { text: string; atMs: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(domain: string, text: string): void {
    this.#byDomain.delete(domain);
    this.#byDomain.set(domain, { text, atMs: this.#clock.nowMs() });
    const [oldest] = this.#byDomain.keys();
    if (this.#byDomain.size > MAX_TROUBLES && oldest !== undefined) this.#byDomain.delete(oldest);
  }

  get(domain: string): { text: string; atMs: number } | undefined {
    const trouble = this.#byDomain.get(domain);
    return trouble && this.#clock.nowMs() - trouble.atMs < TROUBLE_MS ? trouble : undefined;
  }

  domains(): string[] {
    return [...this.#byDomain.keys()].filter((domain) => this.get(domain) !== undefined);
  }
}

/** One entry for each link and domain, then what is only wanted, then what only failed. */
export function peerStates(links: readonly Conversation[], routes: Iterable<Route>, troubles: Troubles): PeerState[] {
  const states = links.flatMap((link) => statesOf(link, troubles));
  const connected = (local: string, remote: string) =>
    states.some((state) => state.local === local && state.domain === remote && state.direction !== 'in');
  for (const route of routes) {
    const { local, remote } = route.pair;
    if (route.state === 'quiet' || connected(local, remote)) continue;
    states.push({ ...absent(remote, local, troubles), state: route.state, queued: route.waiting });
  }
  for (const domain of troubles.domains())
    if (!states.some((state) => state.domain === domain))
      states.push({ ...absent(domain, '', troubles), state: 'failed' });
  return states.sort((one, other) => one.domain.localeCompare(other.domain));
}

function statesOf(link: Conversation, troubles: Troubles): PeerState[] {
  const common = {
    state: 'connected' as const,
    sinceMs: link.sinceMs,
    tls: link.secured.protocol,
    address: link.link.wire.address,
    queued: link.queued,
  };
  const said = [...link.said].map(({ local, remote, proof }) => ({
    ...common,
    domain: remote,
    local,
    direction: link.heard.has(remote) ? ('both' as const) : ('out' as const),
    authenticated: proof,
    lastError: troubles.get(remote),
  }));
  const heard = [...link.met].flatMap(({ local, remote }) => {
    const proof = link.heard.get(remote);
    if (!proof || said.some((pair) => pair.local === local && pair.domain === remote)) return [];
    return [
      {
        ...common,
        domain: remote,
        local,
        direction: 'in' as const,
        authenticated: proof,
        lastError: troubles.get(remote),
      },
    ];
  });
  return [...said, ...heard];
}

function absent(domain: string, local: string, troubles: Troubles): Omit<PeerState, 'state'> {
  return {
    domain,
    local,
    direction: undefined,
    sinceMs: undefined,
    tls: undefined,
    authenticated: undefined,
    address: undefined,
    queued: 0,
    lastError: troubles.get(domain),
  };
}
