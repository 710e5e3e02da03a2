import { isIPv6 } from 'node:net';

/**
 * What one peer is counted by: an IPv4 address, or the /64 of an IPv6 address, since a single machine may take any address of its
 * network (RFC 7934). An IPv4-mapped address counts as IPv4; what is no address counts as it is.
 */
export function addressKey(address: string): string {
  const [plain = ''] = address.split('%');
  if (!isIPv6(plain)) return plain;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(plain)?.[1];
  if (mapped !== undefined) return mapped;
  const [head = '', tail] = plain.split('::');
  const groups = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const after = tail === '' ? [] : tail.split(':');
    while (groups.length + after.length < 8) groups.push('0');
    groups.push(...after);
  }
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}

/** Where tor puts the number of a circuit (`HiddenServiceExportCircuitID` in its manual); nobody comes from there by other ways. */
const CIRCUITS = 'fc00:dead:beef:4dad::';

/** Whether this is no address but a circuit of tor: one peer each, of which anybody can have any number. */
export const isCircuit = (address: string): boolean => address.startsWith(CIRCUITS);

/**
 * What a connection is counted by: as above, and each circuit of tor by itself, for its peers are not neighbours. What costs a
 * stranger nothing to do again by another circuit is not to be counted by this.
 */
export const connectionKey = (address: string): string => (isCircuit(address) ? address : addressKey(address));
