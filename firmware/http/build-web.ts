/** The web ports of the box: pages, uploads, and streams that come over them. */
import { whoMay } from '../../xmpp/access/may-log-in.ts';
import type { Clock } from '../../xmpp/clock.ts';
import type { XmppServer } from '../../xmpp/server.ts';
import type { Id } from '../../xmpp/store/model.ts';
import type { Config } from '../config.ts';
import type { BoxLog } from '../log.ts';
import type { Network } from '../network.ts';
import type { UploadFiles } from '../upload-files.ts';
import { createApp } from './app.ts';
import type { Site } from './site.ts';
import { UploadServer } from './upload.ts';
import { WebServer } from './web-server.ts';

export interface WebParts extends Pick<Site, 'pairing' | 'panel' | 'downloads' | 'imports' | 'onion'> {
  config: Config;
  server: XmppServer;
  files: UploadFiles;
  network: Network;
  clock: Clock;
  log: BoxLog;
}

/** Opens nothing yet. */
export function buildWeb(parts: WebParts): WebServer {
  const { config, server, files, network, clock, log, ...pages } = parts;
  const { addresses, certificate } = network;
  const { address, c2s, c2s_tls, http, https } = config.listen;
  const app = createApp({
    ...pages,
    hosts: () => server.hosts,
    portal: { logins: server.logins, federates: () => server.federates, peers: () => server.peers },
    clock,
    log,
    ports: { c2s, c2sTls: c2s_tls, http, https },
    reachableHost: () => addresses.host(),
    streamUrls: (domain) => addresses.streams(network.reachableAt(domain), config.web.url),
    fingerprint: () => certificate.fingerprint(),
  });
  const mayUpload = (id: Id) => server.hosts.some((host) => whoMay(host, id, 'upload') !== undefined);
  const plain = https === 0 || config.upload.url !== '';
  return new WebServer({
    address,
    http,
    https,
    doors: server.doors,
    app,
    imports: pages.imports,
    uploads: { server: new UploadServer({ files, mayUpload, clock, log }), plain },
    streams: server.web,
    secured: { protocols: server.protocols, take: (entrant) => server.takeSecured(entrant) },
    log,
  });
}
