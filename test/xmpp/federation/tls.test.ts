/** What is told of a handshake that fails, and of certificates of those who are dialled. */
import { createServer } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { RawPeer } from './raw.ts';
import { World } from './side.ts';

async function dialled(options: TlsOptions | undefined, wanted = {}) {
  const world = await World.create();
  const a = await world.side({ domains: ['a.test'], rules: { requireCertificate: true } });
  const issued = await world.authority.issue({ domains: ['b.test'], ...wanted });
  const server =
    options === undefined
      ? createServer((socket) => void socket.on('error', () => socket.destroy()).write('<stream:stream>'))
      : createTlsServer({ cert: issued.certificate, key: issued.key, ...options }, (socket) => {
          socket.on('error', () => socket.destroy());
        });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  world.hosts['b.test'] = `127.0.0.1:${(server.address() as { port: number }).port} tls`;
  a.say('u@a.test/x', 'v@b.test', 'one');
  await a.until(() => a.state('b.test')?.lastError !== undefined);
  return a.state('b.test')?.lastError?.text;
}

test('a server that knows TLS 1.1 at most is not talked to', async () => {
  const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' } as const;
  expect(await dialled(old)).toBe('the TLS handshake failed: it knows old versions of TLS only, which are broken');
});

test('one that speaks no TLS where it is said to', async () => {
  expect(await dialled(undefined)).toBe('the TLS handshake failed: what it speaks is no TLS');
});

test.each([
  ['that is not valid yet', { fromDays: 2 }, 'its certificate is no good: it is not valid yet'],
  ['that is made for mail', { purpose: 'mail' }, 'its certificate is no good: it is not meant for servers'],
  ['of other domains', { domains: ['*.b.test'] }, 'its certificate is for *.b.test'],
])('a certificate %s is none', async (_, wanted, words) => {
  expect(await dialled({}, wanted)).toBe(words);
});

test('one that dials with direct TLS and offers no protocol by ALPN is let in', async () => {
  const world = await World.create();
  const b = await world.side({ domains: ['b.test'] });
  const peer = await RawPeer.open(b.portTls, await world.authority.issue({ domains: ['a.test'] }), false);
  await peer.logIn('a.test', 'b.test');
  peer.write("<message from='u@a.test' to='v@b.test'><body>one</body></message>");
  expect(await b.heard(1)).toEqual(['one']);
});
