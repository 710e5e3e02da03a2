/** Whom the box talks to in the world, for its panel. */
import { domainToASCII } from 'node:url';
import { drawable } from '../../ui/panel/font.ts';
import type { PeerState } from '../../xmpp/federation/status.ts';

/** More than two lines of the panel hold. */
const MOST_NAMES = 12;

export interface PanelPeers {
  servers: number;
  names: string[];
  unreached: number;
}

/** @param connected how many servers a link is up with */
export function peersOf(peers: readonly PeerState[], connected: number): PanelPeers {
  const up = new Set(peers.filter(({ direction }) => direction !== undefined).map(({ domain }) => domain));
  // The rooms of a server that stands there already are no other server for a person.
  const own = [...up].filter((domain) => !up.has(domain.slice(domain.indexOf('.') + 1)));
  const waiting = peers.filter(({ state, domain }) => state === 'waiting' && !up.has(domain));
  return {
    servers: connected,
    names: own.slice(0, MOST_NAMES).map((domain) => (drawable(domain) ? domain : domainToASCII(domain))),
    unreached: new Set(waiting.map(({ domain }) => domain)).size,
  };
}
