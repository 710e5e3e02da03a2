/** What tor is told: one onion service for apps, and nothing else. No proxy for others, no relay, no control port. */

export interface TorFacts {
  /** Of the box alone. */
  folder: string;
  /** Where the box takes what comes by tor, on 127.0.0.1; 0 where there is none. */
  ports: { c2s: number; c2sTls: number };
  /** The process that it ends with. */
  owner: number;
  /** Tests: it stays within the machine. */
  offline: boolean;
}

/** The ports that apps try by themselves. */
const C2S = 5222;
const C2S_TLS = 5223;

export function torConfiguration({ folder, ports, owner, offline }: TorFacts): string {
  const service = (
    [
      [C2S, ports.c2s],
      [C2S_TLS, ports.c2sTls],
    ] as const
  )
    .filter(([, port]) => port !== 0)
    .map(([outside, port]) => `HiddenServicePort ${outside} 127.0.0.1:${port}`);
  return [
    `DataDirectory ${quoted(`${folder}/state`)}`,
    `PidFile ${quoted(`${folder}/tor.pid`)}`,
    'SocksPort 0',
    'AvoidDiskWrites 1',
    'Log notice stdout',
    `__OwningControllerProcess ${owner}`,
    `HiddenServiceDir ${quoted(`${folder}/onion`)}`,
    // Each circuit comes as an address of its own, so that limits by address tell strangers from each other.
    'HiddenServiceExportCircuitID haproxy',
    ...service,
    ...(offline ? ['DisableNetwork 1'] : []),
    '',
  ].join('\n');
}

const quoted = (path: string) => `"${path.replace(/["\\]/g, '\\$&')}"`;
