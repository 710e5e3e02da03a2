/** The XMPP server of the box, as casp3r.toml wants it, with what the box does for it. */
import type { Clock, Random } from '../xmpp/clock.ts';
import { XmppServer } from '../xmpp/server.ts';
import type { Store } from '../xmpp/store/store.ts';
import { componentSecrets } from './component-secrets.ts';
import { type BoxFacts, type Config, serverConfig } from './config.ts';
import type { OneTimePages } from './http/one-time.ts';
import type { BoxLog } from './log.ts';
import type { Network } from './network.ts';
import type { Tor } from './tor/tor.ts';
import type { Calls } from './turn/calls.ts';
import type { UploadFiles } from './upload-files.ts';
import { software } from './version.ts';

export interface ServerParts extends OneTimePages {
  config: Config;
  store: Store;
  network: Network;
  calls: Calls;
  tor: Tor;
  files: UploadFiles;
  power: BoxFacts['power'];
  clock: Clock;
  random: Random;
  log: BoxLog;
}

/** Starts nothing yet. @throws BoxError secret-unreadable */
export function buildServer(parts: ServerParts): XmppServer {
  const { config, store, network, calls, tor, files, power, downloads, imports, clock, random, log } = parts;
  const told = serverConfig(config, {
    tls: network.certificate.files,
    componentSecrets: componentSecrets(config),
    externalServices: calls,
    uploadUrl: (domain) => network.uploads(domain),
    roomBytes: () => files.roomBytes(),
    reachableAt: (domain) => network.reachableAt(domain),
    invitationUrl: (code) => network.addresses.invitation(code),
    onion: () => tor.onion,
    torSocket: () => tor.socket,
    downloads,
    imports,
    power,
  });
  return new XmppServer({ config: told, store, clock, random, log, software });
}
