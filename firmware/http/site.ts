/** What the web pages need of the box. */

import type { Clock } from '../../xmpp/clock.ts';
import type { Host } from '../../xmpp/extension.ts';
import type { PeerState } from '../../xmpp/federation/status.ts';
import type { Log } from '../../xmpp/log.ts';
import type { PasswordLogin } from '../../xmpp/stream/sasl/password-login.ts';
import type { Pairing } from '../pairing.ts';
import type { OneTimePages } from './one-time.ts';

export interface PanelDoor {
  /** What the glass shows: 1024 bytes in page order. */
  frame(): Uint8Array;
  /** Returns what takes the listener away again. */
  onFrame(listener: () => void): () => void;
  press(button: 'pair' | 'page' | 'power', heldMs: number): void;
}

/** Beside the hosts, what the pages for administrators need of the server. */
export interface PortalDoor {
  logins: Pick<PasswordLogin, 'check'>;
  federates(): boolean;
  /** Of all servers of the box. */
  peers(): readonly PeerState[];
}

export interface Site extends OneTimePages {
  /** The servers of the box, at least one; the panel and its window are the first one's. */
  hosts(): readonly Host[];
  pairing: Pick<Pairing, 'invitationFor' | 'wrongCode'>;
  panel: PanelDoor;
  portal: PortalDoor;
  clock: Clock;
  log: Log;
  ports: { c2s: number; c2sTls: number; http: number; https: number };
  /** A host that phones in the network can open. */
  reachableHost(): string;
  /** Where clients of this domain reach streams over WebSocket and BOSH, with TLS; undefined where they do not. */
  streamUrls(domain: string): { websocket: string; bosh: string } | undefined;
  /** The onion address of the box, '' where it has none. */
  onion(): string;
  /** SHA-256, `AB:CD:…`, of a certificate that the box made itself. */
  fingerprint(): string | undefined;
}
