/** What the tests ask of each server that is not ours. */
import type { Wire } from '../../kit/wire.ts';

export interface ServerOptions {
  domain: string;
  /** Of 127.0.0.0/8. */
  address: string;
  /** Names of accounts; the password of each is `secret of NAME`. */
  accounts: readonly string[];
  /** How other servers come in. Default: STARTTLS. */
  ways?: 'starttls' | 'tls' | 'both';
  /** Only by certificate, or only by dialback. Default: what works. */
  proof?: 'certificate' | 'dialback';
  /** Instead of one that is good for it. */
  certificate?: { certificate: string; key: string };
  /** Streams that go both ways, where the server knows of them. */
  bidi?: boolean;
}

export interface ForeignServer {
  readonly domain: string;
  /** The domain of its rooms. */
  readonly rooms: string;
  /** All that it said since its start. */
  readonly log: string;
  login(local: string, resource?: string): Promise<Wire>;
  /** Ends it and what it kept. */
  stop(): Promise<void>;
}

export const passwordOf = (local: string) => `secret of ${local}`;
