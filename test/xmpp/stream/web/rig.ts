/** The rig of ../rig.ts with a port of HTTP before it, on loopback, without TLS. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebStreams } from '../../../../xmpp/stream/web/web-streams.ts';
import { type Rig, type RigOptions, startRig } from '../rig.ts';

export interface WebRig extends Rig {
  http: number;
  web: WebStreams;
}

export async function startWebRig(options: RigOptions = {}): Promise<WebRig> {
  const rig = await startRig({ allowPlainLoopback: true, ...options });
  const web = new WebStreams(rig.context);
  const server: Server = createServer((request, response) => {
    if (!web.handle(request, response)) response.writeHead(404).end();
  });
  server.on('upgrade', (request, socket, head) => web.upgrade(request, socket, head));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stopRig = rig.stop;
  const stop = async () => {
    await web.stop();
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
    await stopRig();
  };
  // Not a copy: the rig's own parts look at `rig.engine`.
  return Object.assign(rig, { http: (server.address() as AddressInfo).port, web, stop });
}
