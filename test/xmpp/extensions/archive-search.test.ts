import { expect, onTestFinished, test } from 'vitest';
import { chooseSearch, indexArchive } from '../../../xmpp/archiving/search.ts';
import { formElement } from '../../../xmpp/data-form.ts';
import { archive } from '../../../xmpp/extensions/archive/archive.ts';
import { commands } from '../../../xmpp/extensions/commands.ts';
import { disco } from '../../../xmpp/extensions/disco.ts';
import { NS_COMMANDS } from '../../../xmpp/routing/command.ts';
import { change } from '../../../xmpp/store/changes.ts';
import { type Element, xml } from '../../../xmpp/xml.ts';
import { type Client, conditionOf, payloadOf, type TestHost, testConfig, testHost } from './harness.ts';
import { chat, online, say } from './talk.ts';

const NS = 'urn:xmpp:mam:2';
const BOB = 'bob@casp3r.local';

async function open({ permitted = true } = {}): Promise<{ host: TestHost; alice: Client }> {
  testConfig.archive.search = permitted;
  onTestFinished(() => {
    testConfig.archive.search = false;
  });
  const host = await testHost(archive, commands, disco);
  const alice = host.client(await host.member('alice'), 'phone');
  const bob = host.client(await host.member('bob'), 'phone');
  for (const client of [alice, bob]) online(host, client);
  return { host, alice };
}

const choose = (host: TestHost, client: Client, on: boolean) => chooseSearch(host, client.session.account, on);

async function night(host: TestHost): Promise<void> {
  for (const work of host.hooks.run('night', { work: [] }).work) await work();
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
  const { host, alice } = await open();
  await choose(host, alice, true);
  for (const body of ['Meet at the Café', 'bring tea', 'tea at the cafe tomorrow'])
    await say(host, alice, BOB, chat(body));
  expect(await find(host, alice, 'cafe')).toEqual(['Meet at the Café', 'tea at the cafe tomorrow']);
  expect(await find(host, alice, 'TEA tom')).toEqual(['tea at the cafe tomorrow']);
  expect(await find(host, alice, 'coffee')).toEqual([]);
  expect(await find(host, alice, '"tea" OR * NEAR( body:')).toEqual([]);
  expect(await find(host, alice, '"*')).toEqual([]);
  const carol = host.client(await host.member('carol'), 'phone');
  await choose(host, carol, true);
  expect(await find(host, carol, 'tea')).toEqual([]);
});

test('what is encrypted, gone or removed is not found', async () => {
  const { host, alice } = await open();
  await choose(host, alice, true);
  const encrypted = xml('encrypted', { xmlns: 'urn:xmpp:omemo:2' });
  await say(host, alice, BOB, chat('secret words', {}, encrypted));
  await say(host, alice, BOB, chat('plain words'));
  expect(await find(host, alice, 'words')).toEqual(['plain words']);
  const account = alice.session.account.id;
  await host.store.journal.commit(change('archive pruned', { account, beforeMs: host.clock.nowMs() + 1 }));
  expect(await find(host, alice, 'words')).toEqual([]);
});

/** Whether the form has the field, and whether disco tells of it. */
async function offered(host: TestHost, asker: Client, to?: string): Promise<boolean[]> {
  const form = await host.ask(asker, 'get', xml('query', { xmlns: NS }), to);
  const info = await host.ask(asker, 'get', xml('query', { xmlns: 'http://jabber.org/protocol/disco#info' }), to);
  return [form, info].map((reply) => reply.toString().includes('urn:xmpp:fulltext:0'));
}

test('a member who has not switched it on does not know the field, nor does anyone else', async () => {
  const { host, alice } = await open();
  await say(host, alice, BOB, chat('plain words'));
  expect(await find(host, alice, 'words')).toBe('feature-not-implemented');
  expect(await offered(host, alice)).toEqual([false, false]);
  await choose(host, alice, true);
  expect(await offered(host, alice)).toEqual([true, true]);
  const carol = host.client(await host.member('carol'), 'phone');
  expect(await offered(host, carol)).toEqual([false, false]);
  // Who sees her presence need not know what she does with her archive.
  expect((await offered(host, carol, 'alice@casp3r.local'))[1]).toBe(false);
});

test('members choose by an ad-hoc command at their own account', async () => {
  const { host, alice } = await open();
  const command = (client: Client, attrs: Record<string, string>, ...children: Element[]) =>
    host.ask(
      client,
      'set',
      xml('command', { xmlns: NS_COMMANDS, node: 'urn:casp3r:archive:search', ...attrs }, ...children),
      'alice@casp3r.local',
    );
  for (const on of [true, false]) {
    const sessionid = payloadOf(await command(alice, {})).attrs.sessionid ?? '';
    const choice = formElement('submit', undefined, [{ var: 'search', values: [on ? '1' : '0'] }]);
    expect(payloadOf(await command(alice, { sessionid }, choice)).attrs.status).toBe('completed');
    expect(host.store.archive.search(alice.session.account.id)?.on).toBe(on);
  }
  const carol = host.client(await host.member('carol'), 'phone');
  expect(conditionOf(await command(carol, {}))).toBe('forbidden');
  testConfig.archive.search = false;
  expect(conditionOf(await command(alice, {}))).toBe('forbidden');
});

test('what is there already is found once it is indexed; off takes all of it away', async () => {
  const { host, alice } = await open();
  for (let i = 0; i < 250; i += 1) await say(host, alice, BOB, chat(`word${i} tea`));
  await choose(host, alice, true);
  await say(host, alice, BOB, chat('tea again'));
  await indexArchive(host, alice.session.account);
  const { id } = alice.session.account;
  expect(host.store.archive.search(id)).toEqual({ on: true, downTo: '' });
  expect(await find(host, alice, 'word0')).toEqual(['word0 tea']);
  expect(await find(host, alice, 'word249')).toEqual(['word249 tea']);
  expect(await find(host, alice, 'again')).toEqual(['tea again']);
  await choose(host, alice, false);
  expect(await find(host, alice, 'tea')).toBe('feature-not-implemented');
  await say(host, alice, BOB, chat('tea for nobody'));
  await night(host);
  await host.store.journal.commit(change('archive search set', { account: id, on: true }));
  expect(await find(host, alice, 'tea')).toEqual([]);
});

test('indexing that a stop of the box cut goes on at night, from where it was', async () => {
  const { host, alice } = await open();
  for (const body of ['first tea', 'second tea', 'third tea']) await say(host, alice, BOB, chat(body));
  const account = alice.session.account.id;
  const [, second] = host.store.archive.before(account, undefined, 2);
  await host.store.journal.commit(change('archive search set', { account, on: true }));
  await host.store.journal.commit(change('archive words added', { account, words: [], downTo: second?.id ?? '' }));
  await night(host);
  expect(await find(host, alice, 'tea')).toEqual(['first tea']);
});

test('where the owner of the box permits it no longer, the words go', async () => {
  const { host, alice } = await open();
  await choose(host, alice, true);
  await say(host, alice, BOB, chat('plain words'));
  testConfig.archive.search = false;
  expect(await find(host, alice, 'words')).toBe('feature-not-implemented');
  await night(host);
  testConfig.archive.search = true;
  expect(await find(host, alice, 'words')).toBe('feature-not-implemented');
  const { id: account } = alice.session.account;
  await host.store.journal.commit(change('archive search set', { account, on: true }));
  expect(await find(host, alice, 'words')).toEqual([]);
});
