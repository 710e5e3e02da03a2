/** The box's address as the Internet sees it, where a router stands between: what its domain's DNS record says. */
import { BlockList, isIPv4 } from 'node:net';

/** RFC 1918, RFC 6598, loopback, link-local, and what is nobody's. */
const NOT_PUBLIC = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['224.0.0.0', 3],
] as const)
  NOT_PUBLIC.addSubnet(network, prefix);

export const isPublic = (address: string): boolean => isIPv4(address) && !NOT_PUBLIC.check(address);

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
