/** What the talks cannot wait for or come as: strangers, the rate of slots, a full disk, quotas that get free with time. */
import { expect, test } from 'vitest';
import { upload } from '../../../xmpp/extensions/upload/upload.ts';
import { Jid } from '../../../xmpp/routing/jid.ts';
import { StanzaError } from '../../../xmpp/routing/stanza-error.ts';
import { change } from '../../../xmpp/store/changes.ts';
import { type Element, xml } from '../../../xmpp/xml.ts';
import { testConfig, testHost } from './harness.ts';

const NS = 'urn:xmpp:http:upload:0';
const DAY_MS = 86_400_000;

async function setUp() {
  const host = await testHost(upload);
  const alice = await host.member('alice');
  const service = host.services.find('upload');
  const ask = async (from: string, size: number): Promise<Element | StanzaError> => {
    const payload = xml('request', { xmlns: NS, filename: 'a.jpg', size: String(size) });
    const to = Jid.parse('upload.casp3r.local');
    const stanza = xml('iq', { type: 'get', id: 'x' }, payload);
    const request = { type: 'get' as const, stanza, payload, from: Jid.parse(from), to, session: undefined, after: [] };
    try {
      return (await service?.iq(request)) as Element;
    } catch (error) {
      if (error instanceof StanzaError) return error;
      throw error;
    }
  };
  return { host, alice, ask };
}

test('strangers, other servers and domains get no slot', async () => {
  const { ask } = await setUp();
  for (const from of ['nobody@casp3r.local/x', 'alice@other.example/x', 'casp3r.local'])
    expect(await ask(from, 1)).toMatchObject({ condition: 'forbidden', type: 'auth' });
});

test('the quota says when it will do, and does then', async () => {
  const { host, alice, ask } = await setUp();
  const { quotaBytes, days } = testConfig.upload;
  const first = await ask('alice@casp3r.local/x', 1000);
  expect(first).toMatchObject({ name: 'slot' });
  const [slot] = host.store.uploads.ofAccount(alice.id);
  if (!slot) throw new Error('no slot');
  await host.store.journal.commit(
    change('upload stored', { account: alice.id, id: slot.id, atMs: host.clock.nowMs() }),
  );
  await ask('alice@casp3r.local/x', 1000);
  const refused = await ask('alice@casp3r.local/x', quotaBytes - 1500);
  // The slot that nobody used goes first, after five minutes.
  expect(refused).toMatchObject({ condition: 'resource-constraint', type: 'wait' });
  const stamp = (refused as StanzaError).application?.attrs.stamp ?? '';
  expect(Date.parse(stamp)).toBe(host.clock.nowMs() + 300_000);
  host.clock.pass(300_000);
  expect(await ask('alice@casp3r.local/x', 1000)).toMatchObject({ name: 'slot' });
  host.clock.pass(days * DAY_MS);
  expect(await ask('alice@casp3r.local/x', 1000)).toMatchObject({ name: 'slot' });
});

test('two slots asked for at once do not pass the quota together', async () => {
  const { ask } = await setUp();
  const answers = await Promise.all(Array.from({ length: 3 }, () => ask('alice@casp3r.local/x', 1000)));
  expect(answers.filter((answer) => answer instanceof StanzaError)).toHaveLength(1);
});

test('slots have a rate, and its error says when to come again', async () => {
  const { host, ask } = await setUp();
  for (let count = 0; count < 100; count += 1)
    expect(await ask('alice@casp3r.local/x', 1)).toMatchObject({ name: 'slot' });
  const refused = await ask('alice@casp3r.local/x', 1);
  expect(refused).toMatchObject({ condition: 'resource-constraint' });
  const stamp = (refused as StanzaError).application?.attrs.stamp ?? '';
  host.clock.pass(Date.parse(stamp) - host.clock.nowMs());
  expect(await ask('alice@casp3r.local/x', 1)).toMatchObject({ name: 'slot' });
});
