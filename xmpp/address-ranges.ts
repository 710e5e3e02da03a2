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

const NAT64 = listOf('ipv6', '64:ff9b::/96');

/** Home networks: RFC 1918, RFC 6598 (providers' NAT), RFC 4193, and before it RFC 3513. */
const HOME: Ranges = {
  v4: listOf('ipv4', '10.0.0.0/8', '100.64.0.0/10', '172.16.0.0/12', '192.168.0.0/16'),
  v6: listOf('ipv6', 'fc00::/7', 'fec0::/10', '64:ff9b:1::/48'),
};

export const isInner = (address: string): boolean => isWithin(INNER, address);

export const isHome = (address: string): boolean => isWithin(HOME, address);

function isWithin({ v4, v6 }: Ranges, address: string): boolean {
  if (!isIPv6(address)) return v4.check(address, 'ipv4');
  const translated = translatedFrom(address);
  return v6.check(address, 'ipv6') || (translated !== undefined && v4.check(translated, 'ipv4'));
}

/** The IPv4 address to which a network hands on what is sent to this one (RFC 6052 section 2.1, RFC 3056). */
function translatedFrom(address: string): string | undefined {
  const groups = groupsOf(address);
  const pair = NAT64.check(address, 'ipv6') ? groups.slice(6) : groups[0] === 0x2002 ? groups.slice(1, 3) : undefined;
  return pair?.flatMap((group) => [group >> 8, group & 0xff]).join('.');
}

/** The eight numbers of an IPv6 address. */
function groupsOf(address: string): number[] {
  const { hostname } = new URL(`http://[${address.replace(/%.*$/, '')}]`);
  const [head = '', tail] = hostname.slice(1, -1).split('::');
  const numbers = (text: string) => (text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16)));
  if (tail === undefined) return numbers(head);
  const [before, after] = [numbers(head), numbers(tail)];
  return [...before, ...Array.from({ length: 8 - before.length - after.length }, () => 0), ...after];
}

function listOf(family: 'ipv4' | 'ipv6', ...ranges: string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [network = '', bits] = range.split('/');
    list.addSubnet(network, Number(bits), family);
  }
  return list;
}
