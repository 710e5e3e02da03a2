import { expect, onTestFinished, test } from 'vitest';
import { archive } from '../../../xmpp/extensions/archive/archive.ts';
import { change } from '../../../xmpp/store/changes.ts';
import { xml } from '../../../xmpp/xml.ts';
import { type Client, conditionOf, type TestHost, testConfig, testHost } from './harness.ts';
import { chat, online, say } from './talk.ts';

const NS = 'urn:xmpp:mam:2';
const BOB = 'bob@casp3r.local';

async function open(): Promise<{ host: TestHost; alice: Client }> {
  const host = await testHost(archive);
  const alice = host.client(await host.member('alice'), 'phone');
  const bob = host.client(await host.member('bob'), 'phone');
  for (const client of [alice, bob]) online(host, client);
  return { host, alice };
}

function searching(): void {
  testConfig.archive.search = true;
  onTestFinished(() => {
    testConfig.archive.search = false;
  });
}

/** The bodies that are found, or the condition of the error. */
async function find(host: TestHost, client: Client, words: string): Promise<string[] | string> {
  client.received.length = 0;
  const field = (name: string, value: string) => xml('field', { var: name }, xml('value', {}, value));
  const fields = [field('FORM_TYPE', NS), field('{urn:xmpp:fulltext:0}fulltext', words)];
  const form = xml('x', { xmlns: 'jabber:x:data', type: 'submit' }, ...fields);
  const reply = await host.ask(client, 'set', xml('query', { xmlns: NS }, form));
  return (
    conditionOf(reply) ?? client.received.map((stanza) => /<body>(.*?)<\/body>/.exec(stanza.toString())?.[1] ?? '')
  );
}

test('members find their own messages by their words, whatever case and accents (XEP-0431)', async () => {
  searching();
  const { host, alice } = await open();
  for (const body of ['Meet at the Café', 'bring tea', 'tea at the cafe tomorrow'])
    await say(host, alice, BOB, chat(body));
  expect(await find(host, alice, 'cafe')).toEqual(['Meet at the Café', 'tea at the cafe tomorrow']);
  expect(await find(host, alice, 'TEA tom')).toEqual(['tea at the cafe tomorrow']);
  expect(await find(host, alice, 'coffee')).toEqual([]);
  expect(await find(host, alice, '"tea" OR * NEAR( body:')).toEqual([]);
  expect(await find(host, alice, '"*')).toEqual([]);
  const carol = host.client(await host.member('carol'), 'phone');
  expect(await find(host, carol, 'tea')).toEqual([]);
});

test('what is encrypted, gone or removed is not found', async () => {
  searching();
  const { host, alice } = await open();
  const encrypted = xml('encrypted', { xmlns: 'urn:xmpp:omemo:2' });
  await say(host, alice, BOB, chat('secret words', {}, encrypted));
  await say(host, alice, BOB, chat('plain words'));
  expect(await find(host, alice, 'words')).toEqual(['plain words']);
  const account = alice.session.account.id;
  await host.store.journal.commit(change('archive pruned', { account, beforeMs: host.clock.nowMs() + 1 }));
  expect(await find(host, alice, 'words')).toEqual([]);
});

test('a box that does not search does not know the field', async () => {
  const { host, alice } = await open();
  await say(host, alice, BOB, chat('plain words'));
  expect(await find(host, alice, 'words')).toBe('feature-not-implemented');
});
