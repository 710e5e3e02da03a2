/** What tor is told: one onion service, and a way to those of other servers for the box alone. No relay, no control port. */

export interface TorFacts {
  /** Of the box alone. */
  folder: string;
  /** Where the box takes what comes by tor, on 127.0.0.1; 0 where there is none. */
  ports: { c2s: number; c2sTls: number; s2s: number; s2sTls: number };
  /** Of its SOCKS proxy, which only the box's own account can open; absolute. Undefined for none. */
  socket: string | undefined;
  /** The process that it ends with. */
  owner: number;
  /** Tests: it stays within the machine. */
  offline: boolean;
}

/** The ports that apps and servers try by themselves. */
const C2S = 5222;
const C2S_TLS = 5223;
const S2S = 5269;
const S2S_TLS = 5270;

export function torConfiguration({ folder, ports, socket, owner, offline }: TorFacts): string {
  const service = (
    [
      [C2S, ports.c2s],
      [C2S_TLS, ports.c2sTls],
      [S2S, ports.s2s],
      [S2S_TLS, ports.s2sTls],
    ] as const
  )
    .filter(([, port]) => port !== 0)
    .map(([outside, port]) => `HiddenServicePort ${outside} 127.0.0.1:${port}`);
  return [
    `DataDirectory ${quoted(`${folder}/state`)}`,
    `PidFile ${quoted(`${folder}/tor.pid`)}`,
    socket === undefined ? 'SocksPort 0' : `SocksPort unix:${quoted(socket)} OnionTrafficOnly ExtendedErrors`,
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
