/** Why another server cannot be reached or believed, in words for a person, and what it means for who wrote to it. */
import type { StanzaCondition } from '../routing/stanza-error.ts';
import { StanzaError } from '../routing/stanza-error.ts';

/**
 * What each kind is for who wrote to that server (RFC 6120 sections 8.3.3.16 and 8.3.3.17, XEP-0220 section 2.1.1), and for a
 * server that was to be called back there (XEP-0220 section 2.5).
 */
const CONDITIONS = {
  /** There is no such server. */
  unresolved: ['remote-server-not-found', 'remote-server-not-found'],
  /** No stream through TLS could be opened to it. */
  unconnected: ['remote-server-timeout', 'remote-connection-failed'],
  /** It did not prove who it is. */
  unproved: ['remote-server-timeout', 'not-authorized'],
  /** It does not want us. */
  refused: ['remote-server-timeout', 'remote-server-not-found'],
  /** It takes us for an impostor. */
  invalid: ['internal-server-error', 'forbidden'],
  /** The rules of this server. */
  denied: ['not-allowed', 'policy-violation'],
  /** It was there, and is gone or silent. */
  lost: ['remote-server-timeout', 'remote-server-timeout'],
} as const satisfies Record<string, readonly [StanzaCondition, StanzaCondition]>;

export interface FailureFacts {
  kind?: keyof typeof CONDITIONS;
  /** It will not be otherwise in a minute: nothing waits for another try. */
  lasting?: boolean;
}

export class PeerFailure extends Error {
  readonly kind: keyof typeof CONDITIONS;
  readonly lasting: boolean;

  constructor(message: string, { kind = 'lost', lasting = false }: FailureFacts = {}) {
    super(message);
    this.name = 'PeerFailure';
    this.kind = kind;
    this.lasting = lasting;
  }

  toStanzaError(): StanzaError {
    const [condition] = CONDITIONS[this.kind];
    return new StanzaError(condition, { type: this.lasting ? 'cancel' : 'wait', text: this.message });
  }

  get dialbackCondition(): StanzaCondition {
    return CONDITIONS[this.kind][1];
  }
}

export function asFailure(error: unknown): PeerFailure {
  if (error instanceof PeerFailure) return error;
  return new PeerFailure(error instanceof Error ? error.message : String(error));
}
