/** What is said of the servers that the box talks to: the same on the command line and in the portal. */
import type { PeerState } from '../xmpp/federation/status.ts';
import { duration } from './duration.ts';

export const PEER_COLUMNS = [
  'server',
  'here',
  'state',
  'way',
  'since',
  'TLS',
  'proved by',
  'queued',
  'last error',
] as const;

/** One cell for each column; '-' for what is not there. */
export function peerWords(peer: PeerState, nowMs: number): string[] {
  const { lastError } = peer;
  return [
    peer.domain,
    peer.local || '-',
    peer.state,
    peer.direction ?? '-',
    peer.sinceMs === undefined ? '-' : duration(Math.round((nowMs - peer.sinceMs) / 1000)),
    peer.tls?.replace('TLSv', '') ?? '-',
    peer.authenticated ?? '-',
    String(peer.queued),
    lastError ? `${lastError.text} (${duration(Math.round((nowMs - lastError.atMs) / 1000))} ago)` : '',
  ];
}
