/** A real server on a real store in a temporary folder, with time that only the test lets pass. It listens nowhere. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { ownCertificate } from '../../firmware/certificate.ts';
import type { CertificateFiles } from '../../firmware/certificate-files.ts';
import { systemRandom } from '../../xmpp/clock.ts';
import type { ServerConfig } from '../../xmpp/config.ts';
import type { Host } from '../../xmpp/extension.ts';
import { XmppServer } from '../../xmpp/server.ts';
import { change } from '../../xmpp/store/changes.ts';
import { silentLog, TestClock, testConfig } from '../xmpp/extensions/harness.ts';
import { openQuickStore } from '../xmpp/store/quick-store.ts';

export interface Home {
  folder: string;
  clock: TestClock;
  server: XmppServer;
  host: Host;
  tls: CertificateFiles;
}

export async function openHome(changes: Partial<ServerConfig> = {}): Promise<Home> {
  const folder = mkdtempSync(join(tmpdir(), 'casp3r-home-'));
  const clock = new TestClock();
  const store = await openQuickStore(folder, clock);
  await store.journal.commit(
    change('server set', {
      id: store.newId(),
      domain: 'home.test',
      fallbacks: [],
      mode: 'family',
      registration: 'invite',
    }),
  );
  const tls = await ownCertificate(
    join(folder, 'tls'),
    { domains: ['home.test', 'localhost'], addresses: [] },
    Date.now(),
  );
  const config = { ...testConfig, tls, ...changes };
  const software = { name: 'CASP3R', version: '0.0.0' };
  const server = new XmppServer({ config, store, clock, random: systemRandom, log: silentLog, software });
  await server.start();
  onTestFinished(async () => {
    await server.stop();
    await store.close();
    rmSync(folder, { recursive: true });
  });
  const [host] = server.hosts;
  if (!host) throw new Error('no host');
  return { folder, clock, server, host, tls };
}
