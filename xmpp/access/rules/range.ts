/** Ranges of network addresses, as an owner types them: `192.0.2.0/24`, `2001:db8::/32`, or one address. */
import { BlockList, isIP, SocketAddress } from 'node:net';

export interface Range {
  /** As it is kept: the shortest form of the address, and its width. */
  text: string;
  /** Whether a client's address is in it. One of IPv4 that is written as IPv6 counts as what it is. */
  holds(address: string): boolean;
}

interface Plain {
  family: 'ipv4' | 'ipv6';
  address: string;
}

const MAPPED = '::ffff:';
/** Bits that stand before an address of IPv4 which is written as IPv6. */
const MAPPED_BITS = 96;

/** @throws RangeError, in words for who typed it */
export function readRange(typed: string): Range {
  const [network = '', bits, ...rest] = typed.split('/');
  const version = network.includes('%') ? 0 : isIP(network);
  const widest = version === 4 ? 32 : 128;
  const width = bits === undefined ? widest : Number(bits);
  if (version === 0 || rest.length > 0 || !/^\d{1,3}$/.test(bits ?? '0') || width > widest)
    throw new RangeError(`"${typed}" is not an address or a range such as 192.0.2.0/24`);
  const plain = plainOf(network);
  const isMapped = version === 6 && plain.family === 'ipv4';
  if (isMapped && width < MAPPED_BITS) return rangeOf({ family: 'ipv6', address: network }, width);
  return rangeOf(plain, isMapped ? width - MAPPED_BITS : width);
}

function rangeOf({ family, address }: Plain, width: number): Range {
  const list = new BlockList();
  list.addSubnet(address, width, family);
  return {
    text: `${address}/${width}`,
    // A list of IPv6 that holds the mapped ones would hold all of IPv4 as well.
    holds(client) {
      const [own = ''] = client.split('%');
      if (isIP(own) === 0) return false;
      const plain = plainOf(own);
      return plain.family === family && list.check(plain.address, family);
    },
  };
}

function plainOf(address: string): Plain {
  if (isIP(address) === 4) return { family: 'ipv4', address };
  const { address: short } = new SocketAddress({ address, family: 'ipv6' });
  const mapped = short.startsWith(MAPPED) ? short.slice(MAPPED.length) : '';
  return isIP(mapped) === 4 ? { family: 'ipv4', address: mapped } : { family: 'ipv6', address: short };
}
