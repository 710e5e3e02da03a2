/** The box's address as the Internet sees it, where a router stands between: what its domain's DNS record says. */
import { isIPv4 } from 'node:net';
import { isHome, isInner } from '../../xmpp/address-ranges.ts';

const isPublic = (address: string): boolean => isIPv4(address) && !isInner(address) && !isHome(address);

/**
 * Undefined where the box has a public address itself, or the domain has none.
 * @param own the box's IPv4 addresses
 * @param resolve gives a name's IPv4 addresses; what it rejects with goes to the caller
 */
export async function publicAddress(
  domain: string,
  own: readonly string[],
  resolve: (name: string) => Promise<string[]>,
): Promise<string | undefined> {
  if (own.length === 0 || own.some(isPublic) || domain.endsWith('.local') || !domain.includes('.')) return undefined;
  return (await resolve(domain)).find(isPublic);
}
