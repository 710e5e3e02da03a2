/** A server that has something of everything gets another primary domain: where its old name stays, and that everything goes on. */
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { type Change, change } from '../../../xmpp/store/changes.ts';
import type { Account } from '../../../xmpp/store/model.ts';
import { parse, xml } from '../../../xmpp/xml.ts';
import { type Box, iq, presence, seen } from '../im/box.ts';
import { at, chat, furnished, NEW, OLD, subscribe } from './furnished.ts';
import { openServers, type Servers } from './rig.ts';

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

/** Columns of text, by their names, that hold no address of the box. */
const NO_ADDRESS =
  /^peer_rules\.domain$|^blocklist|\.(id|one|hlc|\w+_hlc|account|server|owner|room|circle|code|local|node|nick|uri|title|hue|role|status|mode|registration|action|decision|direction|groups|circles|subscription|affiliation|state|options|standing|kind|keys|hash|name|namespace|created_by|username|resets|came_from|what|reason|words|resource|shows|client|software|device|tokens|secret|type|purpose|replaced|down_to|value)$/;
const SPECIAL = [...MOVES, ...Object.keys(STAYS)];

const isOld = (text: string) => text.replaceAll(`old.${OLD}`, '').includes(OLD);

let servers: Servers;
let box: Box;
let ann: Account;
let bea: Account;
let gus: Account;
let cora: Account;
let lily: Account;

const commit = (...changes: Change[]) => box.store.journal.commit(...changes);
const furnish = () => furnished(box, { ann, bea, gus, cora, lily });

beforeEach(async () => {
  servers = await openServers();
  ({ box } = servers);
  ann = await box.member(box.near, 'ann');
  bea = await box.member(box.near, 'bea');
  gus = await box.member(box.near, 'gus');
  cora = await box.member(box.other, 'cora');
  lily = await box.member(box.other, 'lily');
  onTestFinished(() => expect(box.faults).toBe(0));
});

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
    expect(box.other.quarantine.holds(cora, at(gus))).toBe(true);
    await rename();
    const { access } = box.store;
    expect(box.other.quarantine.waiting(cora)).toMatchObject([{ from: at(gus, NEW), stanzas: 1 }]);
    expect(access.accepts(lily.id, at(ann, NEW))).toBe(true);
    expect(access.approved(lily.id)).toContain(at(ann, NEW));
    expect(access.refused(lily.id, `rude@${NEW}`)).toBe(true);
    expect(access.approvalRequests(box.other.server.id)).toMatchObject([{ contact: at(bea, NEW) }]);
    const desk = await box.online(box.other, cora, 'desk');
    // Whoever is written to is let in.
    await box.says(desk, xml('message', { type: 'chat', id: 'm', to: at(gus, NEW) }, xml('body', {}, 'Yes?')));
    await vi.waitFor(() => expect(box.other.quarantine.waiting(cora)).toEqual([]));
    await box.settled();
    expect(desk.received.map(({ attrs }) => attrs.from)).toEqual([`${at(gus, NEW)}/desk`]);
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
