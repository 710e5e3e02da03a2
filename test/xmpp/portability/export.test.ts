import { afterEach, beforeEach, expect, test } from 'vitest';
import { credentialsOf } from '../../../xmpp/access/password.ts';
import { systemRandom } from '../../../xmpp/clock.ts';
import { archive } from '../../../xmpp/extensions/archive/archive.ts';
import { pubsub } from '../../../xmpp/extensions/pubsub/pubsub.ts';
import { Importer, type ImportReport } from '../../../xmpp/portability/importer.ts';
import { type ExportSource, readExport } from '../../../xmpp/portability/reader.ts';
import { exportAccount } from '../../../xmpp/portability/writer.ts';
import { change } from '../../../xmpp/store/changes.ts';
import type { Account } from '../../../xmpp/store/model.ts';
import { parse, xml } from '../../../xmpp/xml.ts';
import { type Box, openBox } from '../im/box.ts';

let box: Box;
let fresh: Box;
let closing: (() => Promise<void>)[];

beforeEach(async () => {
  const [one, two] = [await openBox([pubsub, archive]), await openBox([pubsub, archive])];
  ({ box } = one);
  fresh = two.box;
  closing = [one.close, two.close];
});
afterEach(async () => {
  for (const close of closing) await close();
});

/** Cut into pieces that part characters and tags. */
async function* inPieces(text: string, size = 97): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
const files = (all: Record<string, string>, name: string): ExportSource => ({
  bytes: inPieces(all[name] ?? ''),
  include(href) {
    if (all[href] === undefined) throw new Error(`no file ${href}`);
    return files(all, href);
  },
});

async function importInto(target: Box, source: string | ExportSource, merge = false): Promise<Importer['result']> {
  const importer = new Importer((domain) => (target.near.serves(domain) ? target.near : undefined), { merge });
  for await (const piece of readExport(typeof source === 'string' ? files({ f: source }, 'f') : source))
    await importer.take(piece);
  return importer.result;
}
function only({ accounts }: Importer['result']): ImportReport {
  const [report] = accounts;
  if (!report || accounts.length > 1) throw new Error(`${accounts.length} accounts`);
  return report;
}
const fileOf = (account: Account, from = box) => [...exportAccount(from.near, account)].join('');

/** A member who has lived here for a while. */
async function settled(): Promise<Account> {
  const account = await box.member(box.near, 'alice');
  const own = box.near.addressOf(account);
  const { journal } = box.store;
  const archived = Array.from({ length: 450 }, (_, index) =>
    change('message archived', {
      account: account.id,
      id: box.store.newId(),
      peer: 'romeo@b.test',
      peerFull: 'romeo@b.test/o',
      direction: index % 2 ? 'out' : 'in',
      atMs: box.clock.nowMs(),
      stanza: xml(
        'message',
        {
          xmlns: 'jabber:client',
          from: index % 2 ? `${own}/p` : 'romeo@b.test/o',
          to: index % 2 ? 'romeo@b.test/o' : own,
        },
        xml('body', {}, `<${index}> & 🎈`),
      ).toString(),
    }),
  );
  await box.contact(account, 'romeo@b.test', { subscription: 'both' });
  await journal.commit(
    change('credentials set', { account: account.id, credentials: await credentialsOf('correct horse', systemRandom) }),
    change('roster item set', {
      account: account.id,
      item: {
        contact: 'nurse@b.test',
        name: 'A & B',
        groups: ['Home', 'x<y'],
        subscription: 'to',
        ask: false,
        approved: true,
      },
    }),
    change('subscription request kept', {
      account: account.id,
      contact: 'paris@b.test',
      stanza: xml('presence', { type: 'subscribe', from: 'paris@b.test', to: own }).toString(),
    }),
    change('blocked set', { account: account.id, jid: 'tybalt@b.test' }),
    change('vcard set', { account: account.id, vcard: "<vCard xmlns='vcard-temp'><FN>Älice</FN></vCard>" }),
    change('private data set', {
      account: account.id,
      name: 'prefs',
      namespace: 'urn:a',
      data: "<prefs xmlns='urn:a'><b xmlns='urn:b'/></prefs>",
    }),
    change('offline message kept', {
      account: account.id,
      id: box.store.newId(),
      atMs: 5000,
      stanza: "<message xmlns='jabber:client' from='romeo@b.test/o' type='chat'><body>hi</body></message>",
    }),
    change('node set', {
      owner: account.id,
      node: 'urn:notes',
      config: { access_model: 'whitelist', max_items: '10' },
    }),
    change('node affiliation set', {
      owner: account.id,
      node: 'urn:notes',
      jid: 'romeo@b.test',
      affiliation: 'member',
    }),
    ...['one', 'two'].map((id) =>
      change('item published', {
        owner: account.id,
        node: 'urn:notes',
        id,
        publisher: own,
        atMs: 1,
        payload: `<note xmlns='urn:notes'>${id}</note>`,
        keep: 10,
      }),
    ),
    ...archived,
  );
  return account;
}

/** All that an account is, without what only this box says of it. */
function everything(of: Box, { id, local }: Account): object {
  const { store } = of;
  return {
    local,
    credentials: store.accounts.credentials(id),
    roster: store.roster.items(id),
    requests: store.roster.requests(id).map(({ contact }) => contact),
    blocked: store.extras.blocked(id),
    vcard: parse(store.extras.vcard(id) ?? '<none/>').toString(),
    prefs: store.extras.allPrivateData(id).map((data) => parse(data).toString()),
    offline: store.offline.list(id, 10).map(({ atMs, stanza }) => [atMs, parse(stanza).toString()]),
    node: store.nodes.node(id, 'urn:notes')?.config.access_model,
    affiliations: store.nodes.affiliations(id, 'urn:notes').map(({ jid, affiliation }) => [jid, affiliation]),
    items: store.nodes.items(id, 'urn:notes').map((item) => [item.id, parse(item.payload).toString()]),
    archive: store.archive
      .page({ account: id, limit: 1000, fromEnd: false })
      .messages.map(({ account: _, stanza, ...message }) => ({ ...message, stanza: parse(stanza).toString() })),
  };
}

test('an account goes to another box whole, and the same password opens it there', async () => {
  const account = await settled();
  const report = only(await importInto(fresh, fileOf(account)));
  expect(report).toMatchObject({ created: true, needsPassword: false, left: [] });
  expect(report.taken).toEqual({
    contacts: 2,
    requests: 1,
    vCards: 1,
    'private elements': 1,
    'block lists': 1,
    items: 2,
    'offline messages': 1,
    'archived messages': 450,
  });
  const arrived = fresh.near.accounts.find(account.local);
  expect(arrived && everything(fresh, arrived)).toEqual(everything(box, account));
  expect(await fresh.near.accounts.checkPassword(account.local, 'correct horse')).toMatchObject({ id: arrived?.id });
  expect(await fresh.near.accounts.checkPassword(account.local, 'wrong horse')).toBeUndefined();
});

test('the same file twice changes nothing more', async () => {
  const account = await settled();
  const file = fileOf(account);
  await importInto(fresh, file);
  const arrived = fresh.near.accounts.find(account.local);
  if (!arrived) throw new Error('nobody came');
  const before = everything(fresh, arrived);
  expect(only(await importInto(fresh, file, true))).toMatchObject({ created: false, taken: {} });
  expect(everything(fresh, arrived)).toEqual(before);
});

test('an account that is there is left alone, and merged only where that is asked for, keeping what it has', async () => {
  const account = await settled();
  const file = fileOf(account);
  await importInto(fresh, file);
  const arrived = fresh.near.accounts.find(account.local);
  if (!arrived) throw new Error('nobody came');
  await fresh.near.accounts.setPassword(arrived, 'battery staple');
  await fresh.contact(arrived, 'nurse@b.test', { subscription: 'none' });
  await fresh.store.journal.commit(change('roster item removed', { account: arrived.id, contact: 'romeo@b.test' }));
  expect(only(await importInto(fresh, file))).toMatchObject({
    created: false,
    taken: {},
    left: ['all of it: the account is there already'],
  });
  expect(only(await importInto(fresh, file, true)).taken).toEqual({ contacts: 1 });
  expect(
    fresh.near.roster
      .items(arrived)
      .map(({ contact, subscription }) => `${contact} ${subscription}`)
      .sort(),
  ).toEqual(['nurse@b.test none', 'romeo@b.test both']);
  expect(await fresh.near.accounts.checkPassword(account.local, 'correct horse')).toBeUndefined();
});

/** As mod_storage_xep0227 lays it out: parts in the order in which they were first written, PEP items before their configuration. */
const PROSODY = `<?xml version='1.0'?>
<server-data xmlns='urn:xmpp:pie:0'><host jid='near.example'><user name='juliet' xmlns:p='http://prosody.im/protocol/extended-xep0227' p:created='1'>
<scram-credentials xmlns='urn:xmpp:pie:0#scram' mechanism='SCRAM-SHA-1'><server-key>D+CSWLOshSulAsxiupA+qs2/fTE=</server-key><stored-key>6dlGYMOdZcOPutkcNY8U2g7vK9Y=</stored-key><iter-count>4096</iter-count><salt>QSXCR+Q6sek8bf92</salt></scram-credentials>
<query xmlns='jabber:iq:roster' version='7'><item jid='romeo@far.example' subscription='both' name='Romeo'><group>Friends</group></item><item jid='@@' subscription='both'/></query>
<presence xmlns='jabber:client' from='paris@far.example' type='subscribe'/>
<vCard xmlns='vcard-temp'><FN>Juliet</FN></vCard>
<pubsub xmlns='http://jabber.org/protocol/pubsub'><items node='urn:xmpp:bookmarks:1'><item id='a@rooms.far.example'><conference xmlns='urn:xmpp:bookmarks:1' autojoin='true'/></item><item id='b@rooms.far.example'><conference xmlns='urn:xmpp:bookmarks:1'/></item></items></pubsub>
<pubsub xmlns='http://jabber.org/protocol/pubsub#owner'><configure node='urn:xmpp:bookmarks:1'><x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE' type='hidden'><value>http://jabber.org/protocol/pubsub#node_config</value></field><field var='pubsub#max_items' type='text-single'><value>max</value></field><field var='pubsub#persist_items' type='boolean'><value>1</value></field><field var='pubsub#access_model' type='list-single'><value>whitelist</value></field><field var='pubsub#odd'><value>x</value></field></x></configure></pubsub>
<archive xmlns='urn:xmpp:pie:0#mam'><result xmlns='urn:xmpp:mam:2' id='ab-2'><forwarded xmlns='urn:xmpp:forward:0'><delay xmlns='urn:xmpp:delay' stamp='2020-07-10T23:08:26Z'/><message xmlns='jabber:client' from='juliet@near.example/b' to='romeo@far.example' type='chat'><body>second</body></message></forwarded></result><result xmlns='urn:xmpp:mam:2' id='zz-1'><forwarded xmlns='urn:xmpp:forward:0'><delay xmlns='urn:xmpp:delay' stamp='2020-07-10T23:08:25Z'/><message xmlns='jabber:client' to='juliet@near.example/b' from='romeo@far.example/o' type='chat'><body>first</body></message></forwarded></result></archive>
<weather xmlns='urn:weather'/>
</user></host></server-data>`;

test("a file as Prosody's store writes it", async () => {
  const report = only(await importInto(fresh, PROSODY));
  expect(report.created).toBe(true);
  expect(report.left).toEqual([
    expect.stringContaining('<item> of jabber:iq:roster'),
    expect.stringContaining('<weather> of urn:weather'),
  ]);
  const juliet = fresh.near.accounts.find('juliet');
  if (!juliet) throw new Error('nobody came');
  expect(fresh.store.accounts.credentials(juliet.id)).toMatchObject([{ hash: 'SHA-1', iterations: 4096 }]);
  expect(fresh.near.roster.items(juliet)).toMatchObject([{ contact: 'romeo@far.example', groups: ['Friends'] }]);
  const { messages } = fresh.store.archive.page({ account: juliet.id, limit: 10, fromEnd: false });
  expect(
    messages.map(({ direction, peer, stanza }) => `${direction} ${peer} ${parse(stanza).getChildText('body')}`),
  ).toEqual(['in romeo@far.example first', 'out romeo@far.example second']);
  expect(fresh.store.nodes.items(juliet.id, 'urn:xmpp:bookmarks:1').map(({ id }) => id)).toEqual([
    'a@rooms.far.example',
    'b@rooms.far.example',
  ]);
  expect(fresh.store.nodes.node(juliet.id, 'urn:xmpp:bookmarks:1')?.config).toMatchObject({
    access_model: 'whitelist',
  });
});

test('a password in the file becomes keys; without either somebody has to set one', async () => {
  const user = (attrs: string) =>
    `<server-data xmlns='urn:xmpp:pie:0'><host jid='near.example'><user ${attrs}/></host></server-data>`;
  await importInto(fresh, user("name='nurse' password='correct horse'"));
  expect(await fresh.near.accounts.checkPassword('nurse', 'correct horse')).toBeDefined();
  expect(only(await importInto(fresh, user("name='friar'"))).needsPassword).toBe(true);
});

test('what is included is read, from beside the file that includes it', async () => {
  const xi = "xmlns='urn:xmpp:pie:0' xmlns:xi='http://www.w3.org/2001/XInclude'";
  const result = await importInto(
    fresh,
    files(
      {
        main: `<server-data ${xi}><xi:include href='near.xml'/></server-data>`,
        'near.xml': `<host ${xi} jid='near.example'><xi:include href='juliet.xml'/><xi:include href='nurse.xml'/></host>`,
        'juliet.xml': `<user ${xi} name='juliet'><xi:include href='vcard.xml'/></user>`,
        'vcard.xml': "<vCard xmlns='vcard-temp'><FN>Juliet</FN></vCard>",
        'nurse.xml': "<user xmlns='urn:xmpp:pie:0' name='nurse'/>",
      },
      'main',
    ),
  );
  expect(result.accounts.map(({ address, taken }) => [address, taken])).toEqual([
    ['juliet@near.example', { vCards: 1 }],
    ['nurse@near.example', {}],
  ]);
});

test('accounts of a domain that this box does not serve are named and left', async () => {
  const result = await importInto(
    fresh,
    "<server-data xmlns='urn:xmpp:pie:0'><host jid='far.example'><user name='x'><vCard xmlns='vcard-temp'/></user></host><odd xmlns='urn:odd'><a/></odd></server-data>",
  );
  expect(result).toEqual({
    accounts: [],
    stray: ['x@far.example: this box does not serve far.example', '<odd> of urn:odd'],
  });
});

test.each([
  ['no export', '<html/>'],
  ['a document type', "<!DOCTYPE a [<!ENTITY x 'y'>]><server-data xmlns='urn:xmpp:pie:0'/>"],
  ['an entity of its own', "<server-data xmlns='urn:xmpp:pie:0'>&x;</server-data>"],
  ['half a file', "<server-data xmlns='urn:xmpp:pie:0'><host jid='near.example'>"],
])('%s is refused', async (_what, text) => {
  await expect(importInto(fresh, text)).rejects.toThrow();
});
