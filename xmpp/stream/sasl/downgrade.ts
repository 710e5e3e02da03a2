/**
 * What SCRAM's first answer says of the offer and of TLS, so that a client sees whether somebody between the two changed either
 * (XEP-0474 section 6, XEP-0515 section 4). It is signed with the password by way of the proof.
 */
import { createHash } from 'node:crypto';
import type { Credential } from '../../store/model.ts';
import { nodeHashName } from './scram-keys.ts';

const TLS_VERSIONS: Record<string, string> = { 'TLSv1.2': '0303', 'TLSv1.3': '0304' };

/** @param bindingTypes as they are advertised; empty where none are */
export function downgradeProtection(
  hash: Credential['hash'],
  mechanisms: readonly string[],
  bindingTypes: readonly string[],
  tlsVersion: string | undefined,
): string {
  const offer = list(mechanisms) + (bindingTypes.length === 0 ? '' : `\x1f${list(bindingTypes)}`);
  const digest = createHash(nodeHashName(hash)).update(offer).digest('base64');
  const version = tlsVersion && TLS_VERSIONS[tlsVersion];
  return `h=${digest}${version ? `,t=${version}` : ''}`;
}

/** Names are ASCII, so this order is that of their octets. */
const list = (names: readonly string[]) => [...names].sort().join('\x1e');
