/** XEP-0474 and XEP-0515: what SCRAM's first answer says, in both profiles, is what a client finds by its own reckoning. */
import { createHash } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import { downgradeProtection } from '../../../../xmpp/stream/sasl/downgrade.ts';
import { TestClient } from '../client.ts';
import { type Rig, startRig } from '../rig.ts';

let rig: Rig | undefined;
afterEach(() => rig?.stop());

test('hashes the sorted names as XEP-0474 shows', () => {
  // The example of section 5.3, its hash computed by the text's own rules.
  const list = 'SCRAM-SHA-1\x1eSCRAM-SHA-1-PLUS\x1ftls-exporter\x1etls-server-end-point';
  const expected = createHash('sha1').update(list).digest('base64');
  const bindings = ['tls-server-end-point', 'tls-exporter'];
  const said = downgradeProtection('SHA-1', ['SCRAM-SHA-1-PLUS', 'SCRAM-SHA-1'], bindings, 'TLSv1.3');
  expect(said).toBe(`h=${expected},t=0304`);
  expect(said).toBe('h=G6k/rBLDqgOhRRaCuuatSDFkJ08=,t=0304');
});

test('leaves out channel bindings and TLS where there are none', () => {
  const expected = createHash('sha256').update('PLAIN\x1eSCRAM-SHA-256').digest('base64');
  expect(downgradeProtection('SHA-256', ['SCRAM-SHA-256', 'PLAIN'], [], undefined)).toBe(`h=${expected}`);
});

const FIRST = Buffer.from('n,,n=juliet,r=nonce').toString('base64');
const PROFILES: [string, RegExp, string][] = [
  [
    'SASL',
    /<mechanisms .*<\/mechanisms>/,
    `<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='SCRAM-SHA-512'>${FIRST}</auth>`,
  ],
  [
    'SASL2',
    /<authentication .*?<inline>/,
    `<authenticate xmlns='urn:xmpp:sasl:2' mechanism='SCRAM-SHA-512'><initial-response>${FIRST}</initial-response></authenticate>`,
  ],
];

test.each(PROFILES)('%s says it as it was offered', async (_, offered, begin) => {
  rig = await startRig({ directTls: true });
  const client = await TestClient.connectTls(rig.port, { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' });
  const features = await client.open();
  const list = offered.exec(features)?.[0] ?? '';
  const names = [...list.matchAll(/<mechanism>([^<]+)/g)].map((match) => match[1]).sort();
  const types = [...features.matchAll(/channel-binding type='([^']+)/g)].map((match) => match[1]).sort();
  expect(names.length).toBeGreaterThan(0);
  const hash = createHash('sha512')
    .update(`${names.join('\x1e')}\x1f${types.join('\x1e')}`)
    .digest('base64');
  client.send(begin);
  const challenge = />([A-Za-z0-9+/=]+)<\/challenge>/.exec(await client.until('</challenge>'))?.[1] ?? '';
  expect(Buffer.from(challenge, 'base64').toString()).toMatch(/^r=nonce/);
  expect(Buffer.from(challenge, 'base64').toString().endsWith(`,h=${hash},t=0303`)).toBe(true);
});
