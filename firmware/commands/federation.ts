import type { PeerState } from '../../xmpp/federation/status.ts';
import type { Box } from '../box.ts';
import type { Command } from '../control.ts';

/** `casp3r federation status --json`. Fields are added, never renamed. */
export interface FederationStatus {
  enabled: boolean;
  /** Servers with at least one link up. */
  connected: number;
  servers: PeerState[];
}

export function federationCommands(box: Box): [string, Command][] {
  return [['federation status', () => federationStatusOf(box)]];
}

function federationStatusOf(box: Box): FederationStatus {
  const { server } = box.running;
  return { enabled: server.federates, connected: server.peersConnected, servers: [...server.peers] };
}
