/** A server that has something of everything gets another primary domain: where its old name stays, and that everything goes on. */
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { type Change, change } from '../../../xmpp/store/changes.ts';
import type { Account } from '../../../xmpp/store/model.ts';
import { type Element, parse, xml } from '../../../xmpp/xml.ts';
import { type Box, iq, presence, seen } from '../im/box.ts';
import { openServers, type Servers } from './rig.ts';

const OLD = 'near.example';
const NEW = 'later.example';

/** Columns in which people and places of the server are called by their name of today. */
const MOVES = [
  'access_rules.subject',
  'approval_requests.contact',
  'archive.peer',
  'archive.peer_full',
  'archive_preferences.preferences',
  'held_stanzas.sender',
  'node_affiliations.jid',
  'node_items.id',
  'node_items.publisher',
  'node_subscriptions.jid',
  'nodes.config',
  'nodes.creator',
  'roster_items.contact',
  'room_affiliations.jid',
  'room_hat_wearers.jid',
  'rooms.creator',
  'servers.domain',
  'subscription_requests.contact',
];

/** Columns in which the old name is meant to stay, and why. */
const STAYS: Readonly<Record<string, string>> = {
  'servers.fallbacks': 'it goes on being answered',
  'roster_items.knows_us_at': 'by which a contact elsewhere still knows the member',
  'accepted_senders.sender': 'beside the new one: who was let in stays so by either',
  'approvals.contact': 'beside the new one, likewise',
  'blocked.jid': 'beside the new one: who was blocked stays so by either',
  'cleared_senders.sender': 'a mark in time, for changes that come late',
  'subscription_requests.stanza': 'a contact elsewhere asked for this name, and knows the member by it once answered',
  'approval_requests.stanza': 'as it was asked; it goes on as such',
  'held_stanzas.stanza': 'somebody elsewhere wrote to this name',
  'archive.stanza': 'as it was said',
  'offline_messages.stanza': 'as it was said',
  'reports.jid': 'a record',
  'reports.stanzas': 'a record, of what was said',
  'acts.who': 'a record',
  'acts.about': 'a record',
  'access_rules.set_by': 'a record',
  'access_rules.why': 'in the words of a person',
  'invite_uses.account': 'a record',
  'invites.note': 'in the words of a person',
  'secrets.value': 'an announcement, in the words of a person',
  'last_seen.status': 'in the words of a person',
  'room_affiliations.reason': 'in the words of a person',
  'room_configs.config': 'in the words of a person',
  'room_subjects.subject': 'in the words of a person',
  'roster_items.name': 'in the words of a person',
  'vcards.vcard': 'in the words of a person',
  'private_data.data': 'what a client keeps to itself, in a form of its own',
  'node_items.payload': 'what a client published, in a form of its own',
  'push_registrations.service': 'a program beside the box, whose name is its own',
  'components.domain': 'a program beside the box, whose name is its own',
};

/** Columns of text, by their names, that hold no address. */
const NO_ADDRESS =
  /\.(id|one|hlc|\w+_hlc|account|server|owner|room|circle|code|local|node|nick|uri|title|hue|role|status|mode|registration|action|decision|direction|groups|circles|subscription|affiliation|state|options|standing|kind|keys|hash|name|namespace|created_by|username|resets|came_from|what|reason|words|resource|shows|client|software|device|tokens|secret|type|purpose|replaced|down_to|value)$/;
const SPECIAL = [...MOVES, ...Object.keys(STAYS)];

const isOld = (text: string) => text.replaceAll(`old.${OLD}`, '').includes(OLD);

let servers: Servers;
let box: Box;
let ann: Account;
let bea: Account;
let cora: Account;
let lily: Account;

const commit = (...changes: Change[]) => box.store.journal.commit(...changes);
const item = (contact: string, more: object = {}) => ({
  contact,
  name: '',
  groups: [],
  subscription: 'both' as const,
  ask: false,
  approved: false,
  ...more,
});
const at = (account: Account, domain = OLD) => `${account.local}@${domain}`;
const chat = (from: string, to: string, body = 'Hello') =>
  xml('message', { xmlns: 'jabber:client', type: 'chat', id: 'm', from, to }, xml('body', {}, body)).toString();
const subscribe = (from: string, to: string) => xml('presence', { type: 'subscribe', from, to }).toString();

beforeEach(async () => {
  servers = await openServers();
  ({ box } = servers);
  ann = await box.member(box.near, 'ann');
  bea = await box.member(box.near, 'bea');
  cora = await box.member(box.other, 'cora');
  lily = await box.member(box.other, 'lily');
  onTestFinished(() => expect(box.faults).toBe(0));
});

/** Something of everything, in words of both hosts. */
async function furnish(): Promise<void> {
  const { near, other, store } = box;
  const [annOld, beaOld, coraNow] = [at(ann), at(bea), at(cora, 'other.example')];
  const den = `den@rooms.${OLD}`;
  const atMs = 1;
  const node = (owner: string, name: string, more: object = {}) =>
    change('node set', { owner, node: name, config: {}, creator: annOld, createdMs: atMs, ...more });
  const published = (owner: string, name: string, id: string, payload: Element, publisher = `${annOld}/desk`) =>
    change('item published', { owner, node: name, id, publisher, atMs, payload: payload.toString(), keep: 100 });
  await commit(
    change('role set', { account: lily.id, role: 'limited' }),
    // Contacts, and who wants to be one.
    change('roster item set', { account: ann.id, item: item(beaOld) }),
    change('roster item set', { account: bea.id, item: item(annOld, { name: `Ann of ${OLD}`, groups: ['Friends'] }) }),
    change('roster item set', { account: ann.id, item: item(coraNow) }),
    change('roster item set', { account: cora.id, item: item(annOld, { name: 'Ann' }) }),
    change('roster item set', { account: ann.id, item: item('far@far.example') }),
    change('roster item set', { account: bea.id, item: item(coraNow, { subscription: 'none' }) }),
    change('roster item set', { account: cora.id, item: item(beaOld, { subscription: 'none', ask: true }) }),
    change('subscription request kept', { account: bea.id, contact: coraNow, stanza: subscribe(coraNow, beaOld) }),
    change('subscription request kept', { account: bea.id, contact: annOld, stanza: subscribe(annOld, beaOld) }),
    change('subscription request kept', { account: lily.id, contact: beaOld, stanza: subscribe(beaOld, 'lily') }),
    change('subscription request kept', {
      account: ann.id,
      contact: 'shy@far.example',
      stanza: subscribe('shy@far.example', annOld),
    }),
    // Messages.
    ...[ann, cora].map((account) =>
      change('message archived', {
        account: account.id,
        id: store.newId(),
        peer: account === ann ? coraNow : annOld,
        peerFull: `${account === ann ? coraNow : annOld}/desk`,
        direction: 'in' as const,
        atMs,
        stanza: chat(`${annOld}/desk`, coraNow),
      }),
    ),
    change('archive preferences set', {
      account: cora.id,
      preferences: { default: 'roster', always: [annOld], never: [den] },
    }),
    change('offline message kept', { account: cora.id, id: store.newId(), atMs, stanza: chat(annOld, coraNow) }),
    // Whom they know and whom not.
    change('blocked set', { account: cora.id, jid: `rude@${OLD}` }),
    change('report kept', {
      account: cora.id,
      id: store.newId(),
      jid: beaOld,
      atMs,
      reason: 'urn:xmpp:reporting:spam',
      text: '',
      stanzas: [chat(beaOld, coraNow)],
    }),
    change('stanza held', {
      account: cora.id,
      id: store.newId(),
      from: beaOld,
      atMs,
      stanza: chat(`${beaOld}/desk`, coraNow),
    }),
    change('stanza held', {
      account: ann.id,
      id: store.newId(),
      from: 'shy@far.example',
      atMs,
      stanza: chat('shy@far.example/x', annOld),
    }),
    change('sender accepted', { account: lily.id, from: annOld }),
    change('approval set', { account: lily.id, contact: annOld, approved: true }),
    change('approval set', { account: lily.id, contact: `rude@${OLD}`, approved: false }),
    change('approval asked', {
      account: lily.id,
      contact: beaOld,
      direction: 'in',
      atMs,
      stanza: subscribe(beaOld, at(lily, 'other.example')),
    }),
    ...[`account:${annOld}`, `domain:${OLD}`, `domain:rooms.${OLD}`].map((subject, position) =>
      change('access rule set', {
        id: store.newId(),
        server: other.server.id,
        position,
        subject,
        action: 'join-room',
        decision: 'allow',
        setBy: annOld,
        setMs: atMs,
        why: `${OLD} is nice`,
      }),
    ),
    change('act recorded', {
      id: store.newId(),
      server: near.server.id,
      atMs,
      who: annOld,
      from: '',
      what: 'user role',
      about: beaOld,
    }),
    // Nodes, of members and of both services.
    node(ann.id, 'urn:xmpp:bookmarks:1'),
    published(ann.id, 'urn:xmpp:bookmarks:1', den, xml('conference', { xmlns: 'urn:xmpp:bookmarks:1', name: 'Den' })),
    node(ann.id, 'urn:xmpp:mds:displayed:0'),
    ...[beaOld, coraNow].map((id) =>
      published(
        ann.id,
        'urn:xmpp:mds:displayed:0',
        id,
        xml(
          'displayed',
          { xmlns: 'urn:xmpp:mds:displayed:0' },
          xml('stanza-id', { xmlns: 'urn:xmpp:sid:0', by: annOld, id: '1' }),
        ),
      ),
    ),
    node(ann.id, 'storage:bookmarks'),
    published(
      ann.id,
      'storage:bookmarks',
      'current',
      xml('storage', { xmlns: 'storage:bookmarks' }, xml('conference', { jid: den })),
    ),
    node(ann.id, 'urn:own'),
    published(ann.id, 'urn:own', 'one', xml('own', { xmlns: 'urn:own' }, `I am at ${OLD}`)),
    ...[near, other].flatMap(({ server: { id } }) => [
      node(id, 'news', { config: { title: 'News', contact: `${annOld}\nfar@far.example` } }),
      published(id, 'news', 'one', xml('news', { xmlns: 'urn:news' })),
      change('node affiliation set', { owner: id, node: 'news', jid: annOld, affiliation: 'owner' }),
      change('node subscription set', {
        owner: id,
        node: 'news',
        jid: `${beaOld}/desk`,
        state: 'subscribed',
        options: {},
      }),
    ]),
    ...['storage:bookmarks', 'storage:rosternotes'].map((namespace) =>
      change('private data set', {
        account: cora.id,
        name: 'storage',
        namespace,
        data: xml(
          'storage',
          { xmlns: namespace },
          xml('one', { jid: namespace.endsWith('notes') ? annOld : den }),
        ).toString(),
      }),
    ),
    change('private data set', {
      account: cora.id,
      name: 'own',
      namespace: 'urn:own',
      data: xml('own', { xmlns: 'urn:own' }, OLD).toString(),
    }),
    change('vcard set', { account: ann.id, vcard: xml('vCard', {}, xml('JABBERID', {}, annOld)).toString() }),
    change('last seen set', { account: ann.id, atMs, status: `Moving from ${OLD}` }),
    change('push enabled', {
      account: ann.id,
      service: `push.${OLD}`,
      node: '',
      resource: 'desk',
      client: '',
      options: '',
      shows: [],
      atMs,
    }),
    change('component set', { domain: `irc.${OLD}`, secret: 'x' }),
    change('secret set', {
      server: near.server.id,
      name: 'announcement motd',
      value: JSON.stringify({ text: `Welcome to ${OLD}`, setMs: 1 }),
    }),
    change('invite created', {
      code: 'CODE',
      server: near.server.id,
      role: 'member',
      createdMs: atMs,
      expiresMs: 2,
      uses: 1,
      usesLeft: 1,
      note: `for ${OLD}`,
    }),
    change('invite used', { code: 'CODE', account: annOld }),
    // Rooms: one of each host, both with people of both.
    ...[near, other].flatMap(({ server }) => {
      const room = store.newId();
      return [
        change('room created', { id: room, server: server.id, local: 'den', creator: annOld, createdMs: atMs }),
        change('room configured', { room, config: { roomdesc: `We are ${OLD}`, persistentroom: 'true' } }),
        ...[
          { jid: annOld, affiliation: 'owner' as const, nick: 'Ann', reason: '' },
          { jid: beaOld, affiliation: 'outcast' as const, nick: '', reason: `from ${OLD}` },
          { jid: OLD, affiliation: 'admin' as const, nick: '', reason: '' },
        ].map((standing) => change('room affiliation set', { room, ...standing, sinceMs: atMs })),
        change('room hat set', { room, uri: 'urn:hat', title: 'Hat', hue: '' }),
        change('room hat worn', { room, uri: 'urn:hat', jid: annOld, worn: true }),
        change('room subject set', {
          room,
          nick: 'Ann',
          atMs,
          subject: `<message><subject>${OLD}</subject></message>`,
        }),
        change('message archived', {
          account: room,
          id: store.newId(),
          peer: annOld,
          peerFull: `${annOld}/desk`,
          direction: 'in',
          atMs,
          stanza: chat(`${den}/Ann`, den),
        }),
      ];
    }),
  );
}

test('every column of text is known to move with the address, to keep it, or to hold none', () => {
  const unknown = servers.columns().filter((column) => !SPECIAL.includes(column) && !NO_ADDRESS.test(column));
  expect(unknown).toEqual([]);
});

test('the old name stays where it is meant to, and nowhere else', async () => {
  await furnish();
  expect([...servers.texts(isOld).keys()].sort()).toEqual(
    SPECIAL.filter(
      (column) => !['roster_items.knows_us_at', 'servers.fallbacks', 'cleared_senders.sender'].includes(column),
    ).sort(),
  );
  await servers.service.rename(OLD, NEW);
  await box.settled();
  const left = servers.texts(isOld);
  expect([...left.keys()].sort()).toEqual(Object.keys(STAYS).sort());
  // Of what stays, only what is said above.
  expect(left.get('subscription_requests.stanza')).toEqual([subscribe('shy@far.example', at(ann))]);
  expect(left.get('held_stanzas.stanza')).toEqual([chat('shy@far.example/x', at(ann))]);
  const payloads = left.get('node_items.payload')?.filter((text) => !text.includes(`<fallback>${OLD}</fallback>`));
  expect(payloads).toEqual([xml('own', { xmlns: 'urn:own' }, `I am at ${OLD}`).toString()]);
  expect(left.get('private_data.data')).toEqual([xml('own', { xmlns: 'urn:own' }, OLD).toString()]);
  const moved = [...servers.texts((text) => text.includes(NEW)).keys()];
  expect(MOVES.filter((column) => !moved.includes(column))).toEqual([]);
});

describe('after it', () => {
  beforeEach(furnish);
  const rename = async () => {
    await servers.service.rename(OLD, NEW);
    await box.settled();
  };

  test('who waits, was let in or refused is the same', async () => {
    await rename();
    const { access } = box.store;
    expect(box.other.quarantine.waiting(cora)).toMatchObject([{ from: at(bea, NEW), stanzas: 1 }]);
    expect(access.accepts(lily.id, at(ann, NEW))).toBe(true);
    expect(access.approved(lily.id)).toContain(at(ann, NEW));
    expect(access.refused(lily.id, `rude@${NEW}`)).toBe(true);
    expect(access.approvalRequests(box.other.server.id)).toMatchObject([{ contact: at(bea, NEW) }]);
    const desk = await box.online(box.other, cora, 'desk');
    await box.other.quarantine.accept(cora, at(bea, NEW));
    await box.settled();
    expect(desk.received.map(({ attrs }) => attrs.from)).toEqual([`${at(bea, NEW)}/desk`]);
  });

  test('a request that a contact on the box had made is answered from the address that it has in its list', async () => {
    await rename();
    const desk = await box.online(box.near, bea, 'desk');
    await box.says(desk, presence('subscribed', at(cora, 'other.example')));
    expect(box.store.roster.item(cora.id, at(bea, NEW))?.subscription).toBe('to');
    expect(box.store.roster.item(bea.id, at(cora, 'other.example'))?.knowsUsAt).toBeUndefined();
  });

  test('somebody elsewhere who had asked is answered from the address that they asked for', async () => {
    await rename();
    const desk = await box.online(box.near, ann, 'desk');
    await box.says(desk, presence('subscribed', 'shy@far.example'));
    expect(box.store.roster.item(ann.id, 'shy@far.example')).toMatchObject({ subscription: 'from', knowsUsAt: OLD });
  });

  test('bookmarks, notes and how far chats were read go by the new names', async () => {
    await rename();
    const { nodes, extras } = box.store;
    expect(nodes.items(ann.id, 'urn:xmpp:bookmarks:1').map(({ id }) => id)).toEqual([`den@rooms.${NEW}`]);
    const displayed = nodes.items(ann.id, 'urn:xmpp:mds:displayed:0');
    expect(displayed.map(({ id }) => id).sort()).toEqual([at(bea, NEW), at(cora, 'other.example')].sort());
    for (const { payload } of displayed) expect(parse(payload).getChild('stanza-id')?.attrs.by).toBe(at(ann, NEW));
    expect(extras.privateData(cora.id, 'storage', 'storage:rosternotes')).toContain(at(ann, NEW));
  });

  test('who owns a room owns it, who was banned stays so, in the rooms of both servers and by either address', async () => {
    await rename();
    const old = box.client(box.near, ann, 'old', OLD);
    const now = box.client(box.near, bea, 'now', NEW);
    const join = xml('x', { xmlns: 'http://jabber.org/protocol/muc' });
    for (const domain of [NEW, 'other.example']) {
      const den = `den@rooms.${domain}`;
      await box.says(old, presence(undefined, `${den}/Ann`, join));
      const self = old.received.find(({ attrs }) => attrs.from === `${den}/Ann`);
      const affiliation = self?.getChild('x', 'http://jabber.org/protocol/muc#user')?.getChild('item')
        ?.attrs.affiliation;
      expect([den, affiliation]).toEqual([den, 'owner']);
      await box.says(now, presence(undefined, `${den}/Bea`, join));
      expect(seen(now)).toEqual([`presence:error ${den}/Bea forbidden`]);
    }
  });

  test('a room’s messages are found by who wrote them', async () => {
    await rename();
    const desk = await box.online(box.near, ann, 'desk');
    const withAnn = xml('field', { var: 'with' }, xml('value', {}, at(ann, NEW)));
    const type = xml('field', { var: 'FORM_TYPE' }, xml('value', {}, 'urn:xmpp:mam:2'));
    const form = xml('x', { xmlns: 'jabber:x:data', type: 'submit' }, type, withAnn);
    await box.says(desk, iq('set', xml('query', { xmlns: 'urn:xmpp:mam:2' }, form), `den@rooms.${NEW}`));
    expect(desk.received.filter(({ name }) => name === 'message')).toHaveLength(1);
  });
});

test('the room of a circle stays the server’s own, with who administers in it', async () => {
  const { near } = box;
  await commit(change('role set', { account: ann.id, role: 'administrator' }));
  const by = { who: 'test', from: '' };
  const circle = await near.circles.create('Board', by);
  for (const account of [ann, bea]) await near.circles.add(circle, account, 'member', by);
  await near.circles.setRoom(circle, true, by);
  await servers.service.rename(OLD, NEW);
  await box.settled();
  const room = box.store.rooms.byName(near.server.id, 'board');
  const standings = () =>
    box.store.rooms.affiliations(room?.id ?? '').map(({ jid, affiliation }) => `${affiliation} ${jid}`);
  expect(room?.creator).toBe(NEW);
  const before = [`member ${at(bea, NEW)}`, `owner ${at(ann, NEW)}`, `owner ${NEW}`];
  expect(standings().sort()).toEqual(before);
  const cleo = await box.member(near, 'cleo');
  await near.circles.add(circle, cleo, 'member', by);
  expect(standings().sort()).toEqual([...before, `member ${at(cleo, NEW)}`].sort());
});

test('who follows the list of addresses is told of the change, there and later', async () => {
  const desk = await box.online(box.other, cora, 'desk');
  const NODE = 'urn:casp3r:addresses:0';
  const read = () => box.store.nodes.item(box.near.server.id, NODE, 'current')?.payload ?? '';
  await expect.poll(read).toContain(OLD);
  const following = xml('subscribe', { node: NODE, jid: at(cora, 'other.example') });
  const pubsub = xml('pubsub', { xmlns: 'http://jabber.org/protocol/pubsub' }, following);
  await box.says(desk, iq('set', pubsub, `pubsub.${OLD}`));
  const told = () =>
    desk.received.splice(0).flatMap((stanza) => {
      const text = stanza.getChild('event')?.toString() ?? '';
      return text === '' ? [] : [[stanza.attrs.from, /<primary>([^<]*)/.exec(text)?.[1]]];
    });
  told();
  await servers.service.rename(OLD, NEW);
  await vi.waitFor(() => expect(told()).toEqual([[`pubsub.${NEW}`, NEW]]));
  await servers.service.addFallback(NEW, 'third.example');
  await vi.waitFor(() => expect(told()).toEqual([[`pubsub.${NEW}`, NEW]]));
});

test('chat between the servers of the box goes on, also of an app that stays logged in at the old address', async () => {
  await box.friends(ann, box.near, cora, box.other);
  await commit(...[box.near, box.other].map(({ server }) => change('server set', { ...server, mode: 'family' })));
  const annDesk = await box.online(box.near, ann, 'desk');
  const coraDesk = await box.online(box.other, cora, 'desk');
  await servers.service.rename(OLD, NEW);
  await box.settled();
  for (const client of [annDesk, coraDesk]) client.received.length = 0;
  const hello = (to: string) => xml('message', { type: 'chat', id: 'm', to }, xml('body', {}, 'Hello'));
  await box.says(annDesk, hello(at(cora, 'other.example')));
  expect([seen(annDesk), seen(coraDesk)]).toEqual([[], ['message:chat']]);
  for (const domain of [OLD, NEW]) {
    await box.says(coraDesk, hello(at(ann, domain)));
    expect([seen(annDesk), seen(coraDesk)]).toEqual([['message:chat'], []]);
  }
});
