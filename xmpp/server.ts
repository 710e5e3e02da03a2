/** Builds a server: hosts, extensions, listeners. Reads top to bottom. */
import type { Clock, Random } from './clock.ts';
import type { ServerConfig } from './config.ts';
import type { Host } from './extension.ts';
import type { Log } from './log.ts';
import type { Store } from './store/store.ts';

export interface ServerOptions {
  config: ServerConfig;
  store: Store;
  clock: Clock;
  random: Random;
  log: Log;
  /** Program and version, for XEP-0092. */
  software: { name: string; version: string };
}

export interface ListenerState {
  /** `c2s`, `c2s_tls`. */
  name: string;
  address: string;
  /** The port it really listens on. */
  port: number;
}

/** A complete XMPP server: its hosts come from the store ('server set'); it must hold at least one before `start`. */
export interface XmppServer {
  start(): Promise<void>;
  /** Ends all streams with `system-shutdown`, closes the listeners, waits for what is on its way to the disk. */
  stop(): Promise<void>;
  readonly hosts: readonly Host[];
  readonly listeners: readonly ListenerState[];
  /** Exceptions in handlers since the start, each of which cost one stanza. */
  readonly handlerErrors: number;
  /** Tells when something that a status page shows may have changed: sessions, accounts, messages. */
  onActivity(listener: () => void): void;
  reloadCertificate(): void;
}

export type CreateServer = (options: ServerOptions) => XmppServer;
