/** Under which addresses the home network reaches this box. */
import type { NetworkInterfaceInfo } from 'node:os';

/** `os.networkInterfaces()`, or a test's own. */
export type Interfaces = NodeJS.Dict<NetworkInterfaceInfo[]>;

export interface LanAddresses {
  v4: string[];
  v6: string[];
}

/** Bridges and tunnels of containers and virtual machines: other machines cannot open what is behind them. */
const VIRTUAL = /^(docker|br-|veth|virbr|vmnet|vboxnet|lxc|lxd|podman|cni|tun|tap|wg|tailscale|zt)/;

/** The box's own addresses without loopback and link-local ones; those of containers and tunnels come last. */
export function lanAddresses(interfaces: Interfaces): LanAddresses {
  const named = Object.entries(interfaces).sort(
    ([one], [other]) => Number(VIRTUAL.test(one)) - Number(VIRTUAL.test(other)),
  );
  const usable = named
    .flatMap(([, infos]) => infos ?? [])
    .filter((info) => !info.internal && !isLinkLocal(info.address));
  const family = (name: NetworkInterfaceInfo['family']) => [
    ...new Set(usable.filter((info) => info.family === name).map((info) => info.address)),
  ];
  return { v4: family('IPv4'), v6: family('IPv6') };
}

/**
 * The host that a phone is told to open: the IPv4 address of the home network, for many Android phones do not resolve `.local`
 * names; else the domain, where it is a name that anyone resolves or there is a network at all; else `localhost`.
 */
export function hostForPhones({ v4, v6 }: LanAddresses, domain: string): string {
  const [address] = v4;
  if (address !== undefined) return address;
  return v6.length > 0 || !domain.endsWith('.local') ? domain : 'localhost';
}

export interface WebPlace {
  host: string;
  /** Ports; 0 where a listener is off. */
  http: number;
  https: number;
}

/**
 * The address of an invitation's page. Plain HTTP goes first: on a home network a self-made certificate only frightens, and the
 * page asks for nothing until the person has followed it. Undefined where both listeners are off.
 */
export function invitationUrl({ host, http, https }: WebPlace, code: string): string | undefined {
  const name = host.includes(':') ? `[${host}]` : host;
  if (http !== 0) return `http://${name}${http === 80 ? '' : `:${http}`}/j/${code}`;
  return https === 0 ? undefined : `https://${name}${https === 443 ? '' : `:${https}`}/j/${code}`;
}

/** The same as the panel's QR code holds it: upper case takes little more than half the room there. */
export function panelUrl(url: string): string {
  return url.toUpperCase();
}

function isLinkLocal(address: string): boolean {
  return address.startsWith('169.254.') || /^fe[89ab]/i.test(address);
}

/** An address that only this machine can reach: a box that listens there has nobody to be announced to. */
export function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.');
}
