/** The web server of a box on loopback ports, with all that its pages need, and somebody who asks it. */
import { request } from 'node:http';
import { onTestFinished } from 'vitest';
import { createApp } from '../../../firmware/http/app.ts';
import { Downloads } from '../../../firmware/http/downloads.ts';
import { Imports } from '../../../firmware/http/imports.ts';
import { WebServer } from '../../../firmware/http/web-server.ts';
import { Pairing } from '../../../firmware/pairing.ts';
import { systemRandom } from '../../../xmpp/clock.ts';
import type { Entrant } from '../../../xmpp/stream/door.ts';
import { TrustedProxies } from '../../../xmpp/stream/proxies.ts';
import { freePorts } from '../../kit/ports.ts';
import { silentLog } from '../../xmpp/extensions/harness.ts';
import { openHome } from '../home.ts';
import { openUploads } from './uploads.ts';

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

export async function openPages(proxies: string[] = []) {
  const home = await openHome();
  const { host, clock, server } = home;
  const [http = 0, https = 0] = await freePorts(2);
  const pairing = new Pairing({ invites: host.invites, clock, log: silentLog, onChange: () => {} });
  const presses: [string, number][] = [];
  const frame = new Uint8Array(1024).fill(0x55);
  const watchers = new Set<() => void>();
  const panel = {
    frame: () => frame,
    onFrame: (listener: () => void) => {
      watchers.add(listener);
      return () => watchers.delete(listener);
    },
    press: (button: string, heldMs: number) => void presses.push([button, heldMs]),
  };
  const ports = { c2s: 5222, c2sTls: 5223, http, https };
  const downloads = new Downloads(clock, systemRandom, (token) => `https://127.0.0.1/export/${token}`);
  const imports = new Imports(clock, systemRandom, silentLog, (token) => `https://127.0.0.1/import/${token}`);
  const app = createApp({
    hosts: () => server.hosts,
    portal: { logins: server.logins, federates: () => server.federates, peers: () => server.peers },
    pairing,
    panel,
    downloads,
    imports,
    clock,
    log: silentLog,
    ports,
    reachableHost: () => '127.0.0.1',
    streamUrls: () => undefined,
    fingerprint: () => 'AB:CD',
    onion: () => '',
  });
  const uploads = { server: await openUploads(home), plain: false };
  const secured = { protocols: server.protocols, take: (entrant: Entrant) => server.takeSecured(entrant) };
  const doors = { ...server.doors, proxies: new TrustedProxies(proxies) };
  const web = new WebServer({
    address: '127.0.0.1',
    http,
    https,
    doors,
    app,
    uploads,
    imports,
    streams: server.web,
    secured,
    log: silentLog,
  });
  await web.start();
  onTestFinished(() => web.stop());

  const ask = (
    path: string,
    options: { method?: string; headers?: Record<string, string>; form?: Record<string, string> } = {},
  ) =>
    new Promise<Answer>((resolve, reject) => {
      const body = options.form && new URLSearchParams(options.form).toString();
      const headers = { ...(body && { 'Content-Type': 'application/x-www-form-urlencoded' }), ...options.headers };
      const sent = request({
        host: '127.0.0.1',
        port: http,
        path,
        method: options.method ?? (body ? 'POST' : 'GET'),
        headers,
        agent: false,
      });
      sent.on('error', reject).on('response', (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (part: string) => {
          text += part;
        });
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: text }));
      });
      sent.end(body);
    });
  return { ...home, http, https, pairing, downloads, web, presses, watchers, frame, ask };
}
