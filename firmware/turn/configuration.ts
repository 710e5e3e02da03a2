/** turnserver.conf as the box writes it for coturn. */
import type { CertificateFiles } from '../certificate-files.ts';
import { deniedPeers } from './peers.ts';

/** What a video call takes with room to spare, in bytes a second and direction. */
const SESSION_BYTES = 500_000;
/** One call opens several: for each network of the phone, over UDP, TCP and TLS. */
const ALLOCATIONS_PER_MEMBER = 16;

export interface TurnFacts {
  /** Where it listens and relays; undefined for all addresses. */
  address: string | undefined;
  port: number;
  /** 0: no TLS. */
  tlsPort: number;
  relayPorts: { first: number; last: number };
  /** The box's address as the Internet sees it, and the own one that a router translates to it. */
  external: { outside: string; inside: string } | undefined;
  /** Peers at home may be relayed to; `loopback`, those on the box as well. */
  allow: { lan: boolean; loopback: boolean };
  ownAddresses: readonly string[];
  realm: string;
  secret: string;
  tls: CertificateFiles;
  /** For its own database, which stays empty, and the number of its process. */
  folder: string;
}

export function turnConfiguration(facts: TurnFacts): string {
  const { address, port, tlsPort, relayPorts, external, allow, tls, folder } = facts;
  const lines = [
    '# Written by CASP3R at each start; what is changed here is lost.',
    ...(address === undefined ? [] : [`listening-ip=${address}`, `relay-ip=${address}`]),
    `listening-port=${port}`,
    ...(tlsPort === 0
      ? ['no-tls', 'no-dtls']
      : [`tls-listening-port=${tlsPort}`, `cert=${tls.certificate}`, `pkey=${tls.key}`, 'no-tlsv1', 'no-tlsv1_1']),
    `min-port=${relayPorts.first}`,
    `max-port=${relayPorts.last}`,
    ...(external ? [`external-ip=${external.outside}/${external.inside}`] : []),
    'fingerprint',
    'use-auth-secret',
    `static-auth-secret=${facts.secret}`,
    `realm=${facts.realm}`,
    'stale-nonce=600',
    `user-quota=${ALLOCATIONS_PER_MEMBER}`,
    `total-quota=${relayPorts.last - relayPorts.first + 1}`,
    `max-bps=${SESSION_BYTES}`,
    'no-tcp-relay',
    'no-multicast-peers',
    ...(allow.loopback ? ['allow-loopback-peers'] : []),
    ...deniedPeers(facts.ownAddresses, allow).map((range) => `denied-peer-ip=${range}`),
    'no-cli',
    // Answers no longer than questions: nobody can be flooded through it by a forged sender.
    'no-rfc5780',
    'no-stun-backward-compatibility',
    'response-origin-only-with-rfc5780',
    'no-software-attribute',
    `userdb=${folder}/turndb`,
    'no-dynamic-ip-list',
    'no-dynamic-realms',
    'no-auth-pings',
    `pidfile=${folder}/turnserver.pid`,
    'log-file=stdout',
    'simple-log',
  ];
  return `${lines.join('\n')}\n`;
}
