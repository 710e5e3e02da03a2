/** What a SASL mechanism is, and which ones a stream is offered. */
import type { Account, Credential } from '../../store/model.ts';
import type { WireTls } from '../wire.ts';

/** What an exchange came to. */
export interface SaslLogin {
  /** Whether it proved that it knows the password. */
  proven: boolean;
  /** What it proved with is too old to be taken (XEP-0484). */
  expired?: boolean;
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

const HASHES = ['SHA-512', 'SHA-256', 'SHA-1'] as const satisfies readonly Credential['hash'][];

/** The hash of a SCRAM mechanism. */
export function hashOf(mechanism: string): Credential['hash'] {
  return HASHES.find((hash) => mechanism.startsWith(`SCRAM-${hash}`)) ?? 'SHA-1';
}

/**
 * Names of the mechanisms, strongest first. Empty where nothing may be sent in the clear.
 * @param bindings what a -PLUS mechanism can bind to; none of them is named where there is nothing
 * @param offers whether the host offers a hash to all (docs/decisions/0006)
 */
export function mechanismNames(
  secure: boolean,
  plainAllowed: boolean,
  bindings: ChannelBindings,
  offers: (hash: Credential['hash']) => boolean,
): string[] {
  if (!secure && !plainAllowed) return [];
  const scram = HASHES.filter(offers).map((hash) => `SCRAM-${hash}`);
  return [...(bindings.size > 0 ? scram.map((name) => `${name}-PLUS`) : []), ...scram, 'PLAIN'];
}
