import type { ComponentState } from '../../xmpp/components/components.ts';
import type { ListenerState } from '../../xmpp/listeners.ts';
import type { Box } from '../box.ts';
import type { TorState } from '../tor/tor.ts';
import type { CallsState } from '../turn/calls.ts';
import { software } from '../version.ts';
import { rowOf, type ServerRow } from './servers.ts';

/** `casp3r status --json`. Fields are added, never renamed. */
export interface Status {
  version: string;
  pid: number;
  uptimeSeconds: number;
  listeners: ListenerState[];
  servers: ServerRow[];
  /** Each that is configured, connected or away. */
  components: readonly ComponentState[];
  /** The onion address, where there is one. */
  tor: TorState;
  /** The relay for calls. */
  calls: CallsState;
  memoryBytes: number;
  panel: { display: string; detail: string; buttons: string; page: string; pairing: boolean };
  network: string;
  /** Exceptions since the start, each of which cost one stanza or one task. */
  errors: number;
}

export function statusOf(box: Box): Status {
  const { server, pairing } = box.running;
  const { display, buttons, network } = box.condition;
  return {
    version: software.version,
    pid: process.pid,
    uptimeSeconds: box.uptimeSeconds,
    listeners: box.listeners,
    servers: server.hosts.map(rowOf),
    components: server.components.states,
    tor: box.tor.state,
    calls: box.calls.state,
    memoryBytes: process.memoryUsage.rss(),
    panel: {
      display: box.displayKind,
      detail: display,
      buttons,
      page: box.panel.page,
      pairing: pairing.window !== undefined,
    },
    network,
    errors: box.errors,
  };
}
