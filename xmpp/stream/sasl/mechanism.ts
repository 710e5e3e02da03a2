/** What a SASL mechanism is, and which ones a stream is offered. */
import type { Account } from '../../store/model.ts';
import type { WireTls } from '../wire.ts';

/** What an exchange came to. */
export interface SaslLogin {
  /** Whom the client said it is. */
  name: string;
  /** Whether it proved that it knows the password. */
  proven: boolean;
  /** Absent where a proven account may not log in, and where nothing was proven. */
  account: Account | undefined;
  /** Whom it wants to act as, where it said so. */
  authzid: string | undefined;
  /** What the mechanism says along with success. */
  data?: Buffer;
}

export type SaslStep = { challenge: Buffer } | SaslLogin;

/** One attempt. */
export interface SaslMechanism {
  /** @throws SaslFailure */
  respond(data: Buffer): Promise<SaslStep>;
}

/** Channel bindings (RFC 5929, RFC 9266) that a connection has, by type, the better one first. */
export type ChannelBindings = ReadonlyMap<string, Buffer>;

export function channelBindings(tls: WireTls | undefined): ChannelBindings {
  const bindings = new Map<string, Buffer>();
  if (tls?.exporter) bindings.set('tls-exporter', tls.exporter);
  if (tls) bindings.set('tls-server-end-point', tls.identity.endPointHash);
  return bindings;
}

/** Names of the mechanisms, strongest first. Empty where nothing may be sent in the clear. */
export function mechanismNames(secure: boolean, plainAllowed: boolean): string[] {
  if (secure) return ['SCRAM-SHA-256-PLUS', 'SCRAM-SHA-1-PLUS', 'SCRAM-SHA-256', 'SCRAM-SHA-1', 'PLAIN'];
  return plainAllowed ? ['SCRAM-SHA-256', 'SCRAM-SHA-1', 'PLAIN'] : [];
}
