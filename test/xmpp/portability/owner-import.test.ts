/** What members may bring along by themselves: what their app could have sent, into their own account only. */
import { createHash } from 'node:crypto';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { archive } from '../../../xmpp/extensions/archive/archive.ts';
import { avatar } from '../../../xmpp/extensions/avatar.ts';
import { blocking } from '../../../xmpp/extensions/blocking.ts';
import { privateData } from '../../../xmpp/extensions/private-data.ts';
import { pubsub } from '../../../xmpp/extensions/pubsub/pubsub.ts';
import { vcardTemp } from '../../../xmpp/extensions/vcard-temp.ts';
import { importForOwner } from '../../../xmpp/portability/owner-import.ts';
import { readExport } from '../../../xmpp/portability/reader.ts';
import { change } from '../../../xmpp/store/changes.ts';
import type { Account } from '../../../xmpp/store/model.ts';
import { testConfig } from '../extensions/harness.ts';
import { type Box, openBox } from '../im/box.ts';

const EXTENSIONS = [blocking, archive, pubsub, vcardTemp, privateData, avatar];
const PIXEL = Buffer.from('89504e470d0a1a0a0000', 'hex');
const NODE_CONFIG = 'http://jabber.org/protocol/pubsub#node_config';

let box: Box;
let ann: Account;

async function setUp(config = testConfig): Promise<void> {
  const opened = await openBox(EXTENSIONS, config);
  onTestFinished(opened.close);
  ({ box } = opened);
  ann = await box.member(box.near, 'ann');
}

beforeEach(() => setUp());

const user = (content: string, name = 'alice', more = '') =>
  `<user name='${name}' password='hers' ${more}>${content}</user>`;
const file = (...users: string[]) =>
  `<server-data xmlns='urn:xmpp:pie:0'><host jid='elsewhere.example'>${users.join('')}</host></server-data>`;

async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}
const bring = (text: string) =>
  importForOwner(
    box.near,
    ann,
    readExport({
      bytes: bytesOf(text),
      include: () => {
        throw new Error('no other files');
      },
    }),
  );

const roster = (...items: string[]) => `<query xmlns='jabber:iq:roster'>${items.join('')}</query>`;
const nodes = (node: string, config: Record<string, string>, ...items: string[]) => {
  const fields = Object.entries(config).map(
    ([name, value]) => `<field var='pubsub#${name}'><value>${value}</value></field>`,
  );
  const form = `<x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>${NODE_CONFIG}</value></field>${fields.join('')}</x>`;
  return `<pubsub xmlns='http://jabber.org/protocol/pubsub#owner'><configure node='${node}'>${form}</configure></pubsub>
    <pubsub xmlns='http://jabber.org/protocol/pubsub'><items node='${node}'>${items.join('')}</items></pubsub>`;
};
const message = (id: string, body: string, stamp = '2026-05-01T10:00:00Z') =>
  `<result xmlns='urn:xmpp:mam:2' id='${id}'><forwarded xmlns='urn:xmpp:forward:0'>
    <delay xmlns='urn:xmpp:delay' stamp='${stamp}'/>
    <message xmlns='jabber:client' from='alice@elsewhere.example/p' to='romeo@b.test'><body>${body}</body></message>
  </forwarded></result>`;
const archived = (...results: string[]) => `<archive xmlns='urn:xmpp:pie:0#mam'>${results.join('')}</archive>`;

test('contacts come without anybody having agreed to be seen, and are told to the apps that are there', async () => {
  const client = await box.online(box.near, ann, 'desk');
  await box.contact(ann, 'old@b.test', { subscription: 'both', ask: false });
  const report = await bring(
    file(
      user(
        roster(
          `<item jid='romeo@b.test' name='Romeo' subscription='both' ask='subscribe' approved='true'><group>Friends</group></item>`,
          `<item jid='old@b.test' name='Other' subscription='none'/>`,
          `<item jid='old@b.test' subscription='remove'/>`,
        ),
      ),
    ),
  );
  expect(report).toEqual({ taken: { contacts: 1 }, left: [] });
  expect(box.store.roster.items(ann.id)).toMatchObject([
    { contact: 'old@b.test', name: '', subscription: 'both' },
    { contact: 'romeo@b.test', name: 'Romeo', groups: ['Friends'], subscription: 'none', ask: false, approved: false },
  ]);
  expect(client.received.map(String).join()).toContain('jid="romeo@b.test"');
});

test('neither the password nor a second account of the file is taken', async () => {
  const before = box.store.accounts.credentials(ann.id);
  const scram =
    "<scram-credentials xmlns='urn:xmpp:pie:0#scram' mechanism='SCRAM-SHA-1'><iter-count>4096</iter-count><salt>AAAA</salt></scram-credentials>";
  const report = await bring(
    file(user(scram), user(roster("<item jid='a@b.test'/>"), 'bob'), user(roster("<item jid='c@b.test'/>"), 'alice')),
  );
  expect(report.taken).toEqual({});
  expect(report.left).toEqual([
    '<scram-credentials> of urn:xmpp:pie:0#scram: your password here stays as it is',
    'bob@elsewhere.example: one account is taken from a file, and it is not the first',
    'alice@elsewhere.example: one account is taken from a file, and it is not the first',
  ]);
  expect(box.store.accounts.credentials(ann.id)).toEqual(before);
  expect(box.near.accounts.list().map(({ local }) => local)).toEqual([ann.local]);
});

test('messages come into the own archive, once, as said by its owner', async () => {
  const text = file(user(archived(message('x1', 'one'), message('x2', 'two', '2099-01-01T00:00:00Z'))));
  expect(await bring(text)).toEqual({
    taken: { 'archived messages': 1 },
    left: ['<result> of urn:xmpp:mam:2: from the future'],
  });
  expect((await bring(text)).taken).toEqual({});
});

test('what goes beyond the quotas and sizes of messages is left', async () => {
  await setUp({
    ...testConfig,
    quotas: { archive: 600, nodes: 100, private: 100 },
    limits: { ...testConfig.limits, stanzaBytes: 500 },
  });
  const report = await bring(
    file(
      user(
        archived(
          message('x1', 'short'),
          message('x2', 'x'.repeat(600)),
          message('x3', 'y'.repeat(250)),
          message('x4', 'z'.repeat(250)),
        ) +
          nodes('urn:notes', {}, `<item id='1'><note xmlns='urn:notes'>${'n'.repeat(200)}</note></item>`) +
          `<query xmlns='jabber:iq:private'><big xmlns='urn:big'>${'p'.repeat(200)}</big></query>`,
      ),
    ),
  );
  expect(report.taken['archived messages']).toBeLessThan(4);
  expect(report.taken.items).toBeUndefined();
  expect(report.taken['private elements']).toBeUndefined();
  expect(report.left).toEqual([
    expect.stringContaining('too long for a message'),
    expect.stringContaining('archive of messages may have 600 bytes'),
    expect.stringContaining('your nodes hold'),
    expect.stringContaining('private data'),
  ]);
});

test('nodes come with their access model and their items; what is there stays', async () => {
  const { journal } = box.store;
  const own = box.near.addressOf(ann);
  await journal.commit(
    change('node set', { owner: ann.id, node: 'urn:mine', config: {} }),
    change('item published', {
      ...{ owner: ann.id, node: 'urn:mine', id: 'now', publisher: own, atMs: 1, keep: 1 },
      payload: "<mine xmlns='urn:mine'/>",
    }),
  );
  const item = (id: string, ns: string) => `<item id='${id}'><note xmlns='${ns}'>${id}</note></item>`;
  const report = await bring(
    file(
      user(
        nodes('urn:notes', { access_model: 'whitelist', max_items: '10' }, item('1', 'urn:n'), item('2', 'urn:n')) +
          nodes('urn:mine', { access_model: 'open' }, item('then', 'urn:mine')),
      ),
    ),
  );
  expect(report).toEqual({ taken: { items: 2 }, left: [] });
  expect(box.store.nodes.node(ann.id, 'urn:notes')?.config).toMatchObject({
    access_model: 'whitelist',
    max_items: '10',
  });
  expect(
    box.store.nodes
      .items(ann.id, 'urn:notes', 9)
      .map(({ id }) => id)
      .sort(),
  ).toEqual(['1', '2']);
  expect(box.store.nodes.items(ann.id, 'urn:mine', 9).map(({ id }) => id)).toEqual(['now']);
  expect(box.store.nodes.node(ann.id, 'urn:mine')?.config).toEqual({});
});

test('items before the configuration of their node, as Prosody writes them', async () => {
  const [config = '', items = ''] = nodes(
    'urn:notes',
    { access_model: 'open' },
    "<item id='1'><n xmlns='urn:n'/></item>",
  ).split('\n');
  expect(await bring(file(user(items + config)))).toEqual({ taken: { items: 1 }, left: [] });
  expect(box.store.nodes.node(ann.id, 'urn:notes')?.config).toMatchObject({ access_model: 'open' });
});

test('an avatar by PEP is one in the vCard as well, as when an app sets it', async () => {
  const data = "<item id='SHA1'><data xmlns='urn:xmpp:avatar:data'>BYTES</data></item>";
  const info =
    "<item id='SHA1'><metadata xmlns='urn:xmpp:avatar:metadata'><info id='SHA1' bytes='10' type='image/png'/></metadata></item>";
  const text = file(
    user(
      nodes('urn:xmpp:avatar:data', { access_model: 'open' }, data) +
        nodes('urn:xmpp:avatar:metadata', { access_model: 'open' }, info),
    ),
  );
  const sha1 = createHash('sha1').update(PIXEL).digest('hex');
  const report = await bring(text.replaceAll('SHA1', sha1).replace('BYTES', PIXEL.toString('base64')));
  expect(report).toEqual({ taken: { items: 2 }, left: [] });
  expect(box.store.extras.vcard(ann.id)).toContain(PIXEL.toString('base64'));
});

test('those blocked there are blocked here, private data and a vCard join where there are none', async () => {
  const list =
    "<query xmlns='jabber:iq:privacy'><default name='b'/><list name='b'><item type='jid' value='tybalt@b.test' action='deny' order='1'/></list></query>";
  const rest =
    "<vCard xmlns='vcard-temp'><FN>Alice</FN></vCard><query xmlns='jabber:iq:private'><p xmlns='urn:p'/></query>";
  expect((await bring(file(user(list + rest)))).taken).toEqual({ 'block lists': 1, vCards: 1, 'private elements': 1 });
  expect(box.store.extras.blocked(ann.id)).toEqual(['tybalt@b.test']);
  expect((await bring(file(user(list + rest.replace('Alice', 'Eve'))))).taken).toEqual({});
  expect(box.store.extras.vcard(ann.id)).toContain('Alice');
});

test('what is still to come of an account that is disabled meanwhile is not taken', async () => {
  const [first, second] = ["<item jid='a@b.test'/>", "<item jid='b@b.test'/>"];
  const text = file(user(roster(first, second)));
  async function* inTwo(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(text.slice(0, text.indexOf(second)));
    await box.near.accounts.setStatus(ann, 'disabled');
    yield Buffer.from(text.slice(text.indexOf(second)));
  }
  const include = () => {
    throw new Error('no other files');
  };
  const pieces = readExport({ bytes: inTwo(), include });
  await expect(importForOwner(box.near, ann, pieces)).rejects.toThrow('may not be used');
  expect(box.store.roster.items(ann.id).map(({ contact }) => contact)).toEqual(['a@b.test']);
});

test('a file that breaks off leaves what came before it', async () => {
  const text = file(user(archived(message('x1', 'one')) + roster("<item jid='a@b.test'/>", "<item jid='b@b.test'/>")));
  await expect(bring(text.slice(0, text.indexOf("<item jid='b@b.test'")))).rejects.toThrow();
  expect(box.store.roster.items(ann.id).map(({ contact }) => contact)).toEqual(['a@b.test']);
});
