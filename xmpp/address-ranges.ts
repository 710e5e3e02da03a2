/** Which addresses are nobody's on the Internet at large (IANA's special-purpose registries, RFC 6890). */
import { BlockList, isIPv6 } from 'node:net';

/** One list for each family: a range of IPv6 that holds `::ffff:0:0/96` would hold all of IPv4 for BlockList. */
interface Ranges {
  v4: BlockList;
  v6: BlockList;
}

/** This machine, this link, nowhere, everyone; IPv4 written as IPv6. */
const INNER: Ranges = {
  v4: listOf('ipv4', '0.0.0.0/8', '127.0.0.0/8', '169.254.0.0/16', '224.0.0.0/3'),
  v6: listOf('ipv6', '::/96', '::ffff:0:0/96', 'fe80::/10', 'ff00::/8'),
};

/** Home networks: RFC 1918, RFC 6598 (providers' NAT), RFC 4193. */
const HOME: Ranges = {
  v4: listOf('ipv4', '10.0.0.0/8', '100.64.0.0/10', '172.16.0.0/12', '192.168.0.0/16'),
  v6: listOf('ipv6', 'fc00::/7'),
};

export const isInner = (address: string): boolean => isWithin(INNER, address);

export const isHome = (address: string): boolean => isWithin(HOME, address);

function isWithin({ v4, v6 }: Ranges, address: string): boolean {
  return isIPv6(address) ? v6.check(address, 'ipv6') : v4.check(address, 'ipv4');
}

function listOf(family: 'ipv4' | 'ipv6', ...ranges: string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [network = '', bits] = range.split('/');
    list.addSubnet(network, Number(bits), family);
  }
  return list;
}
