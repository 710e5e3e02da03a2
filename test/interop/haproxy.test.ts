/** HAProxy before the box, telling by PROXY headers of either version where clients really are. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { get } from 'node:https';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Box } from '../kit/box.ts';
import { freePorts } from '../kit/ports.ts';
import { Wire } from '../kit/wire.ts';
import { needs } from './peer.ts';

const PROXY = '127.0.0.1';
const CLIENT = '127.0.0.21';

const present = needs('haproxy', ['-v'], 'apt-get install haproxy');

describe.runIf(present)('haproxy', () => {
  test.each(['send-proxy', 'send-proxy-v2', 'send-proxy-v2-ssl'])(
    'with %s: the box knows its clients',
    async (header) => {
      const limit = 3;
      const box = await Box.start({
        'listen.proxy_protocol': [PROXY],
        'listen.allow_plain_loopback': false,
        'limits.streams_per_address': limit,
      });
      onTestFinished(() => box.dispose());
      const anna = await box.addAccount('anna');
      const proxied = await startProxy(box, header);
      const login = (security: 'starttls' | 'tls', port: number, localAddress: string) =>
        Wire.login({ ...box.reach(security), port, localAddress, ...anna, mechanism: 'SCRAM-SHA-256-PLUS' });

      // TLS goes through as it is, so that the login is bound to it.
      const held = [
        await login('starttls', proxied.c2s, CLIENT),
        await login('tls', proxied.c2sTls, CLIENT),
        await login('tls', proxied.https, CLIENT),
      ];
      const bound = () => box.log.split('\n').filter((line) => line.includes('a session was bound'));
      await expect.poll(bound).toHaveLength(limit);
      for (const line of bound()) expect(line).toContain(CLIENT);
      await expect(login('tls', proxied.c2sTls, CLIENT)).rejects.toThrow();
      await (await login('tls', proxied.c2sTls, '127.0.0.22')).close();

      const status = await new Promise((resolve, reject) => {
        const place = { host: '127.0.0.1', port: proxied.https, localAddress: '127.0.0.23' };
        get({ ...place, agent: false, rejectUnauthorized: false }, (answer) => resolve(answer.resume().statusCode)).on(
          'error',
          reject,
        );
      });
      expect(status).toBe(200);
      for (const wire of held) await wire.close();
    },
  );
});

/** Resolves with its ports once it takes connections. */
async function startProxy(box: Box, header: string): Promise<{ c2s: number; c2sTls: number; https: number }> {
  const [c2s = 0, c2sTls = 0, https = 0] = await freePorts(3);
  const ways = [
    ['c2s', c2s, box.ports.c2s],
    ['c2s_tls', c2sTls, box.ports.c2sTls],
    ['https', https, box.ports.https],
  ] as const;
  const file = join(box.folder, 'haproxy.cfg');
  const timeouts = 'defaults\n mode tcp\n timeout connect 5s\n timeout client 60s\n timeout server 60s\n';
  const listeners = ways.map(
    ([name, from, to]) =>
      `listen ${name}\n bind 127.0.0.1:${from}\n server box 127.0.0.1:${to} source ${PROXY} ${header}\n`,
  );
  await writeFile(file, timeouts + listeners.join(''));
  const child = spawn('haproxy', ['-db', '-f', file], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  onTestFinished(async () => {
    if (child.exitCode !== null) return;
    const gone = once(child, 'close');
    child.kill();
    await gone;
  });
  await expect
    .poll(() => answers(https), { timeout: 10_000 })
    .toBe(true)
    .catch(() => expect.fail(said));
  return { c2s, c2sTls, https };
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  const up = await new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
  });
  socket.destroy();
  return up;
}
