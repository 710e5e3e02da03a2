import { describe, expect, test } from 'vitest';
import { csi } from '../../../../xmpp/extensions/csi/csi.ts';
import { type Element, parse } from '../../../../xmpp/xml.ts';
import { type Client, type TestHost, testHost } from '../harness.ts';

const FRIEND = 'bob@b.test/phone';
const ROOM = 'hall@rooms.test';
const STATES = 'http://jabber.org/protocol/chatstates';
const MUC = 'http://jabber.org/protocol/muc#user';
const EVENT = 'http://jabber.org/protocol/pubsub#event';

let count = 0;
const el = (text: string) => parse(text);
const from = (jid: string, inner: string, attrs = "type='chat'") => {
  count += 1;
  return el(`<message from='${jid}' id='m${count}' ${attrs}>${inner}</message>`);
};
const presence = (jid: string, status: string) =>
  el(`<presence from='${jid}' id='${status}'><status>${status}</status></presence>`);
const state = (name: string, jid = FRIEND) => from(jid, `<${name} xmlns='${STATES}'/>`);
const body = (text: string, jid = FRIEND) => from(jid, `<body>${text}</body>`);
const pep = (node: string, id: string, jid = 'bob@b.test') =>
  from(jid, `<event xmlns='${EVENT}'><items node='${node}'><item id='${id}'/></items></event>`, "type='headline'");
const carbon = (side: string, inner: string) =>
  from(
    'alice@casp3r.local',
    `<${side} xmlns='urn:xmpp:carbons:2'><forwarded xmlns='urn:xmpp:forward:0'>${inner}</forwarded></${side}>`,
    "type='chat' to='alice@casp3r.local/phone'",
  );
const selfPresence = (...codes: number[]) =>
  el(
    `<presence from='${ROOM}/Alice'><x xmlns='${MUC}'>${codes.map((code) => `<status code='${code}'/>`).join('')}</x></presence>`,
  );
const inRoom = (inner: string, nick = 'Carol') => from(`${ROOM}/${nick}`, inner, "type='groupchat'");

async function inactive(): Promise<{ host: TestHost; client: Client }> {
  const host = await testHost(csi);
  const client = host.client(await host.member('alice'), 'phone');
  says(host, client, 'inactive');
  return { host, client };
}

function says(host: TestHost, { session }: Client, name: 'active' | 'inactive'): void {
  const element = el(`<${name} xmlns='urn:xmpp:csi:0'/>`);
  expect(host.hooks.run('nonza', { session, element, taken: false }).taken).toBe(true);
}

/** What comes when these are sent to an inactive client, and what more when it becomes active. */
async function through(...stanzas: Element[]): Promise<{ atOnce: Element[]; later: Element[] }> {
  const { host, client } = await inactive();
  for (const stanza of stanzas) client.session.send(stanza);
  const atOnce = client.received.splice(0);
  says(host, client, 'active');
  return { atOnce, later: client.received };
}

describe('goes at once', () => {
  test.each<[string, Element]>([
    ['a message with a body', body('hello')],
    ['an OMEMO message', from(FRIEND, "<encrypted xmlns='urn:xmpp:omemo:2'/>")],
    ['an OMEMO message to a room', inRoom("<encrypted xmlns='eu.siacs.conversations.axolotl'/>")],
    ['a proposed call', from(FRIEND, "<propose xmlns='urn:xmpp:jingle-message:0' id='c'/>")],
    [
      'a call that another device took',
      carbon('sent', "<message xmlns='jabber:client'><proceed xmlns='urn:xmpp:jingle-message:0' id='c'/></message>"),
    ],
    ['a request', el("<iq type='set' id='j'><jingle xmlns='urn:xmpp:jingle:1'/></iq>")],
    ['an answer', el("<iq type='result' id='r'/>")],
    ['a subscription request', el("<presence type='subscribe' from='bob@b.test'/>")],
    ["one's own presence", el("<presence from='alice@casp3r.local/phone' to='alice@casp3r.local/phone'/>")],
    ["one's own place in a room", selfPresence(110)],
    ['an invitation', from(ROOM, `<x xmlns='${MUC}'><invite from='bob@b.test'/></x>`, '')],
    ['a direct invitation', from(FRIEND, `<x xmlns='jabber:x:conference' jid='${ROOM}'/>`, '')],
    ['an error', from(FRIEND, '<body>back</body>', "type='error'")],
    ['a page of an archive', from('alice@casp3r.local', "<result xmlns='urn:xmpp:mam:2' id='1'/>", '')],
    ['a reaction', from(FRIEND, "<reactions xmlns='urn:xmpp:reactions:0' id='m'/>")],
    ['what is not known', from(FRIEND, "<x xmlns='urn:example'/>")],
    ['a message of a room that the client is not known to be in', inRoom('<body>hello</body>')],
    ['the subject of a room', inRoom('<subject>Soup</subject>')],
    [
      'a copied message',
      carbon('received', `<message xmlns='jabber:client' from='${FRIEND}'><body>x</body></message>`),
    ],
  ])('%s', async (_, stanza) => {
    expect(await through(stanza)).toEqual({ atOnce: [stanza], later: [] });
  });
});

describe('waits', () => {
  test.each<[string, Element]>([
    ['presence', presence(FRIEND, 'here')],
    ['a chat state', state('composing')],
    ['a receipt', from(FRIEND, "<received xmlns='urn:xmpp:receipts' id='m'/><store xmlns='urn:xmpp:hints'/>")],
    ['a marker', from(FRIEND, "<displayed xmlns='urn:xmpp:chat-markers:0' id='m'/>")],
    ['a notification', pep('http://jabber.org/protocol/tune', 'a')],
    [
      'what another device sent',
      carbon('sent', "<message xmlns='jabber:client' to='bob@b.test'><body>x</body></message>"),
    ],
    ['a copied chat state', carbon('received', `<message xmlns='jabber:client'><paused xmlns='${STATES}'/></message>`)],
  ])('%s', async (_, stanza) => {
    expect(await through(stanza)).toEqual({ atOnce: [], later: [stanza] });
  });
});

describe('rooms', () => {
  const enter = selfPresence(100, 110);
  const enterStrangers = selfPresence(110);
  const word = inRoom('<body>hello all</body>');

  test('among people who know each other, words go at once', async () => {
    expect((await through(enter, word)).atOnce).toEqual([enter, word]);
  });

  test.each([
    ['words wait', 'hello all', false],
    ['the own nick goes at once', 'alice: hello', true],
    ['but as a word of its own', 'malice is bad', false],
    ['also at the end', 'hello Alice', true],
  ])('among strangers %s', async (_, text, goes) => {
    const said = inRoom(`<body>${text}</body>`);
    expect((await through(enterStrangers, said)).atOnce).toEqual(goes ? [enterStrangers, said] : [enterStrangers]);
  });

  test("the client's own words come back at once, and a mention by reference does", async () => {
    const own = inRoom('<body>hello</body>', 'Alice');
    const meant = inRoom("<body>hey</body><reference xmlns='urn:xmpp:reference:0' type='mention' uri='xmpp:a@b'/>");
    expect((await through(enterStrangers, own, meant)).atOnce).toEqual([enterStrangers, own, meant]);
  });

  test('one that stops naming its occupants is one of strangers', async () => {
    const changed = from(ROOM, `<x xmlns='${MUC}'><status code='173'/></x>`, "type='groupchat'");
    const { later } = await through(enter, changed, word);
    expect(later).toContain(word);
  });
});

describe('merging', () => {
  test('leaves the newest presence of each full JID', async () => {
    const newest = [presence('carol@c.test/a', 'x'), presence('bob@b.test/tablet', 'y'), presence(FRIEND, 'away')];
    const { later } = await through(presence(FRIEND, 'here'), ...newest);
    expect(later).toEqual(newest);
  });

  test('leaves the newest chat state, and none before what was said', async () => {
    const paused = state('paused');
    expect((await through(state('composing'), paused)).later).toEqual([paused]);
    const said = body('hello');
    expect(await through(state('composing'), said)).toEqual({ atOnce: [said], later: [] });
  });

  test('leaves the newest item of a node that tells one thing, and each item of others', async () => {
    const [one, two] = [pep('urn:xmpp:avatar:metadata', 'a'), pep('urn:xmpp:avatar:metadata', 'b')];
    const [room, other] = [pep('urn:xmpp:bookmarks:1', 'r@m.test'), pep('urn:xmpp:bookmarks:1', 's@m.test')];
    const again = pep('urn:xmpp:bookmarks:1', 'r@m.test');
    expect((await through(one, two, room, other, again)).later).toEqual([two, other, again]);
  });

  test('keeps every receipt', async () => {
    const receipts = ['a', 'b'].map((id) => from(FRIEND, `<received xmlns='urn:xmpp:receipts' id='${id}'/>`));
    expect((await through(...receipts)).later).toEqual(receipts);
  });

  test('leaves out nothing that somebody wants to know the arrival of', async () => {
    const { client } = await inactive();
    const kept = state('active');
    client.session.send(kept, () => undefined);
    expect(client.received).toEqual([kept]);
  });
});

describe('order', () => {
  test('what a sender said earlier goes before what cannot wait; others go on waiting', async () => {
    const here = presence(FRIEND, 'here');
    const devices = pep('urn:xmpp:omemo:2:devices', 'current');
    const other = presence('carol@c.test/a', 'there');
    const said = body('hello');
    expect(await through(here, other, devices, said)).toEqual({ atOnce: [here, devices, said], later: [other] });
  });

  test("what another device answered comes before the friend's next words", async () => {
    const answer = carbon(
      'sent',
      "<message xmlns='jabber:client' from='alice@casp3r.local/pc' to='bob@b.test'><body>x</body></message>",
    );
    const said = body('hello');
    expect((await through(answer, said)).atOnce).toEqual([answer, said]);
  });
});

test('the queue is bounded: a full one goes out', async () => {
  const { client } = await inactive();
  for (let n = 0; n < 500; n += 1) client.session.send(presence(`m${n}@b.test/x`, 'here'));
  expect(client.received).toEqual([]);
  client.session.send(presence('last@b.test/x', 'here'));
  expect(client.received).toHaveLength(501);
});

test('the queue is bounded in bytes as well', async () => {
  const { client } = await inactive();
  for (let n = 0; n < 4; n += 1) client.session.send(presence(`m${n}@b.test/x`, 'x'.repeat(40_000)));
  expect(client.received).toHaveLength(4);
});

test('a session that ends gives what waited to its outlet, and one that is resumed is active', async () => {
  const { host, client } = await inactive();
  const here = presence(FRIEND, 'here');
  client.session.send(here);
  host.hooks.run('session resumed', { session: client.session });
  expect([client.received, client.session.gate?.inactive]).toEqual([[here], false]);
  host.hooks.run('session disconnected', { session: client.session });
  const away = presence(FRIEND, 'away');
  client.session.send(away);
  expect(client.received).toEqual([here]);
  host.sessions.end(client.session);
  expect(client.received).toEqual([here, away]);
});
