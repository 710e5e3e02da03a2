/** XEP-0317: hats, made and given by ad-hoc commands at the room, worn in presence. */
import { expect, test } from 'vitest';
import { type Element, xml } from '../../../../xmpp/xml.ts';
import type { Client } from '../harness.ts';
import { conditionOf } from '../harness.ts';
import {
  admin,
  ask,
  bareOf,
  enter,
  field,
  form,
  got,
  hallOfEach,
  leave,
  NS_INFO,
  NS_ITEMS,
  openRoom,
  ROOM,
  seat,
} from './rig.ts';

const NS_COMMANDS = 'http://jabber.org/protocol/commands';
const NS_HATS = 'urn:xmpp:hats:0';
const NODE = 'urn:xmpp:hats:commands';
const COOK = 'http://hats.example/cook';
const CHEF = 'http://hats.example/chef';

/** Ann owns the room, Bob administers it, Cat is just there. */
const hall = hallOfEach(async (made) => {
  await openRoom(made);
  await ask(made.box, made.ann, 'set', admin({ jid: bareOf(made.bob), affiliation: 'admin' }));
  await seat(made, [made.bob, 'Bob'], [made.cat, 'Cat']);
});

const command = (name: string, attrs: Record<string, string> = {}, ...children: Element[]) =>
  xml('command', { xmlns: NS_COMMANDS, node: `${NODE}:${name}`, ...attrs }, ...children);

const filled = (fields: Record<string, string>) =>
  form(NODE, ...Object.entries(fields).map(([name, value]) => field(`hats#${name}`, value)));

/** Runs a command with its form at once; its status, or the condition of the error. */
async function run(client: Client, name: string, fields: Record<string, string>): Promise<string | undefined> {
  const reply = await ask(hall.box, client, 'set', command(name, {}, filled(fields)));
  return conditionOf(reply) ?? reply.getChild('command')?.attrs.status;
}

/** What the presences that a client got say of hats: `Cat: Cook`. */
const hatsSeen = (client: Client): string[] =>
  client.received.splice(0).flatMap((stanza) => {
    if (stanza.name !== 'presence') return [];
    const hats = stanza.getChildren('hats', NS_HATS).flatMap((hat) => hat.getChildren('hat'));
    return [`${stanza.attrs.from?.split('/')[1]}: ${hats.map(({ attrs }) => attrs.title).join(', ')}`];
  });

/** The rows of a table, cells joined. */
async function rows(client: Client, name: string): Promise<string[]> {
  const reply = await ask(hall.box, client, 'set', command(name));
  const items = reply.getChild('command')?.getChild('x')?.getChildren('item') ?? [];
  return items.map((item) =>
    item
      .getChildren('field')
      .map((cell) => cell.getChildText('value'))
      .join(' '),
  );
}

test('an owner makes one, step by step; everyone hears that the room has changed', async () => {
  const { box, ann, cat } = hall;
  const begun = await ask(box, ann, 'set', command('create', { action: 'execute' }));
  const { sessionid = '', status } = begun.getChild('command')?.attrs ?? {};
  expect(status).toBe('executing');
  const answer = filled({ title: 'Cook', uri: COOK, hue: '327.255249' });
  const made = await ask(box, ann, 'set', command('create', { sessionid }, answer));
  expect(made.getChild('command')?.attrs.status).toBe('completed');
  expect(got(cat)).toEqual(['message 104']);
  expect(await rows(cat, 'list')).toEqual([`Cook ${COOK} 327.255249`]);
});

test('given, seen by all who are there and who come, changed, taken', async () => {
  const { box, ann, bob, cat } = hall;
  await run(ann, 'create', { title: 'Cook', uri: COOK, hue: '120' });
  got(cat);
  expect(await run(bob, 'assign', { jid: bareOf(cat), uri: COOK })).toBe('completed');
  expect(hatsSeen(ann)).toContain('Cat: Cook');
  expect(hatsSeen(cat)).toEqual(['Cat: Cook']);
  await box.says(bob, leave('Bob'), enter('Bob'));
  expect(hatsSeen(bob)).toEqual(expect.arrayContaining(['Ann: ', 'Cat: Cook']));
  expect(await rows(bob, 'list-assigned')).toEqual([`${bareOf(cat)} ${COOK} Cook 120`]);
  got(ann);
  expect(await run(ann, 'create', { title: 'Head cook', uri: COOK })).toBe('completed');
  expect(hatsSeen(cat)).toContain('Cat: Head cook');
  got(cat);
  expect(await run(bob, 'unassign', { jid: bareOf(cat), uri: COOK })).toBe('completed');
  expect(hatsSeen(cat)).toEqual(['Cat: ']);
});

test('one that is destroyed is on nobody, and does not come back with its address', async () => {
  const { ann, cat } = hall;
  await run(ann, 'create', { title: 'Cook', uri: COOK });
  await run(ann, 'create', { title: 'Chef', uri: CHEF });
  for (const uri of [COOK, CHEF]) await run(ann, 'assign', { jid: bareOf(cat), uri });
  got(cat);
  expect(await run(ann, 'destroy', { uri: COOK })).toBe('completed');
  expect(hatsSeen(cat)).toEqual(['Cat: Chef']);
  await run(ann, 'create', { title: 'Cook', uri: COOK });
  expect(await rows(ann, 'list-assigned')).toEqual([`${bareOf(cat)} ${CHEF} Chef `]);
});

test('they are there after everyone has left, and go with the account', async () => {
  const { box, ann, bob, cat } = hall;
  await run(ann, 'create', { title: 'Cook', uri: COOK });
  await run(ann, 'assign', { jid: bareOf(cat), uri: COOK });
  await box.says(ann, leave('Ann'));
  await box.says(bob, leave('Bob'));
  await box.says(cat, leave('Cat'));
  await new Promise((resolve) => setImmediate(resolve));
  got(cat);
  await box.says(cat, enter('Cat'));
  expect(hatsSeen(cat)).toEqual(['Cat: Cook']);
  await box.near.accounts.remove(cat.session.account);
  await box.settled();
  expect(box.store.rooms.hatsOf(box.near.server.id, bareOf(cat))).toEqual([]);
});

test.each([
  ['create', 'bob', { title: 'Cook', uri: CHEF }, 'forbidden'],
  ['destroy', 'bob', { uri: COOK }, 'forbidden'],
  ['assign', 'cat', { jid: 'cat@x', uri: COOK }, 'forbidden'],
  ['unassign', 'cat', { jid: 'cat@x', uri: COOK }, 'forbidden'],
  ['list-assigned', 'cat', {}, 'forbidden'],
  ['create', 'ann', { title: '', uri: CHEF }, 'bad-request'],
  ['create', 'ann', { title: 'Cook', uri: 'no address' }, 'bad-request'],
  ['create', 'ann', { title: 'Cook', uri: CHEF, hue: '361' }, 'bad-request'],
  ['create', 'ann', { title: 'Cook', uri: CHEF, hue: 'red' }, 'bad-request'],
  ['assign', 'ann', { jid: 'cat@x', uri: CHEF }, 'bad-request'],
  ['wear', 'ann', {}, 'item-not-found'],
] as const)('%s by %s with %j is refused: %s', async (name, who, fields, condition) => {
  await run(hall.ann, 'create', { title: 'Cook', uri: COOK });
  expect(await run(hall[who], name, fields)).toBe(condition);
  expect(await rows(hall.ann, 'list')).toEqual([`Cook ${COOK} `]);
});

test('nobody puts one on by their own presence', async () => {
  const { box, ann, cat } = hall;
  const forged = xml('hats', { xmlns: NS_HATS }, xml('hat', { uri: COOK, title: 'Cook' }));
  got(ann);
  await box.says(cat, xml('presence', { to: `${ROOM}/Cat` }, forged));
  expect(hatsSeen(ann)).toEqual(['Cat: ']);
});

test('the room tells of hats, their hash and the commands that the asker may run', async () => {
  const { box, ann, cat } = hall;
  const info = async () => (await ask(box, cat, 'get', xml('query', { xmlns: NS_INFO }))).toString();
  expect(await info()).toContain('var="urn:xmpp:hats:0"');
  expect(await info()).not.toContain('hats#hash');
  await run(ann, 'create', { title: 'Cook', uri: COOK });
  const before = /hats#hash.*?<value>(\w+)/.exec(await info())?.[1];
  await run(ann, 'create', { title: 'Chef', uri: CHEF });
  expect(before).toMatch(/^\w{40}$/);
  expect(/hats#hash.*?<value>(\w+)/.exec(await info())?.[1]).not.toBe(before);
  const commands = async (client: Client) => {
    const reply = await ask(box, client, 'get', xml('query', { xmlns: NS_ITEMS, node: NS_COMMANDS }));
    return reply
      .getChild('query')
      ?.getChildren('item')
      .map(({ attrs }) => attrs.node?.slice(NODE.length + 1));
  };
  expect(await commands(ann)).toEqual(['create', 'destroy', 'assign', 'unassign', 'list', 'list-assigned']);
  expect(await commands(cat)).toEqual(['list']);
});
