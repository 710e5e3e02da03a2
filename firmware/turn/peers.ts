/** Where the relay does not send: everything that is not the Internet at large, and the box itself. */
import { isIPv6 } from 'node:net';
import { addressKey } from '../../xmpp/access/address-key.ts';

/** IANA's special-purpose registries (RFC 6890); never a peer of a call. */
const NOWHERE = [
  '0.0.0.0-0.255.255.255',
  '169.254.0.0-169.254.255.255',
  '192.0.0.0-192.0.0.255',
  '192.0.2.0-192.0.2.255',
  '192.88.99.0-192.88.99.255',
  '198.18.0.0-198.19.255.255',
  '198.51.100.0-198.51.100.255',
  '203.0.113.0-203.0.113.255',
  '224.0.0.0-255.255.255.255',
  // What stands for an IPv4 address in another form would get round the ranges above: NAT64, Teredo, 6to4.
  '64:ff9b::-64:ff9b:1:ffff:ffff:ffff:ffff:ffff',
  '100::-100::ffff:ffff:ffff:ffff',
  '2001::-2001:0:ffff:ffff:ffff:ffff:ffff:ffff',
  '2001:db8::-2001:db8:ffff:ffff:ffff:ffff:ffff:ffff',
  '2002::-2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
  'fe80::-feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
  'ff00::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
];

/**
 * Loopback, and IPv4 written as IPv6, compatible or mapped. A range that began at `::` would hold all of IPv4 for coturn, which
 * refuses the unspecified address by itself.
 */
const LOOPBACK = ['127.0.0.0-127.255.255.255', '::1-::ffff:ffff:ffff'];

/** RFC 1918, RFC 6598 (providers' NAT), RFC 4193. */
const LAN = [
  '10.0.0.0-10.255.255.255',
  '100.64.0.0-100.127.255.255',
  '172.16.0.0-172.31.255.255',
  '192.168.0.0-192.168.255.255',
  'fc00::-fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
];

export interface Allowed {
  lan: boolean;
  loopback: boolean;
}

/**
 * As coturn's `denied-peer-ip`.
 * @param own the box's addresses; around an IPv6 one the whole home network is, so that its /64 is denied
 */
export function deniedPeers(own: readonly string[], { lan, loopback }: Allowed): string[] {
  return [...NOWHERE, ...(loopback ? [] : LOOPBACK), ...(lan ? [] : [...LAN, ...new Set(own.map(rangeAround))])];
}

function rangeAround(address: string): string {
  if (!isIPv6(address)) return address;
  const network = addressKey(address).replace('::/64', '');
  return `${network}::-${network}:ffff:ffff:ffff:ffff`;
}
