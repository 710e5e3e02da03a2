/** Why another server cannot be reached or believed, in words for a person, and what it means for who wrote to it. */
import { StanzaError } from '../routing/stanza-error.ts';

export class PeerFailure extends Error {
  /** It will not be otherwise in a minute: nothing waits for another try. */
  readonly lasting: boolean;

  constructor(message: string, lasting = false) {
    super(message);
    this.name = 'PeerFailure';
    this.lasting = lasting;
  }

  /** RFC 6120 sections 8.3.3.16 and 8.3.3.17. */
  toStanzaError(): StanzaError {
    return new StanzaError(this.lasting ? 'remote-server-not-found' : 'remote-server-timeout', { text: this.message });
  }
}

export function asFailure(error: unknown): PeerFailure {
  if (error instanceof PeerFailure) return error;
  return new PeerFailure(error instanceof Error ? error.message : String(error));
}
