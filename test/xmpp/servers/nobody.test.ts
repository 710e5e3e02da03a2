/** An administrator of one server of the box is nobody in another: as little as anybody who comes from elsewhere. */
import { beforeEach, describe, expect, test } from 'vitest';
import { change } from '../../../xmpp/store/changes.ts';
import { type Element, xml } from '../../../xmpp/xml.ts';
import { type Client, conditionOf } from '../extensions/harness.ts';
import { type Box, iq, line, presence } from '../im/box.ts';
import { openServers } from './rig.ts';

const NS_COMMANDS = 'http://jabber.org/protocol/commands';
const NS_ITEMS = 'http://jabber.org/protocol/disco#items';

let box: Box;
/** Administers near.example. */
let admin: Client;
/** Administers other.example. */
let theirs: Client;

beforeEach(async () => {
  ({ box } = await openServers());
  const [ann, cora] = [await box.member(box.near, 'ann'), await box.member(box.other, 'cora')];
  const role = 'administrator' as const;
  await box.store.journal.commit(...[ann, cora].map(({ id }) => change('role set', { account: id, role })));
  admin = await box.online(box.near, ann, 'desk');
  theirs = await box.online(box.other, cora, 'desk');
});

async function ask(client: Client, type: 'get' | 'set', payload: Element, to: string): Promise<Element> {
  const request = iq(type, payload, to);
  await box.says(client, request);
  const reply = client.received.find(({ name, attrs }) => name === 'iq' && attrs.id === request.attrs.id);
  if (!reply) throw new Error('no answer');
  return reply;
}

const commands = async (client: Client, to: string) =>
  (await ask(client, 'get', xml('query', { xmlns: NS_ITEMS, node: NS_COMMANDS }), to))
    .getChild('query')
    ?.getChildren('item')
    .map(({ attrs }) => attrs.node ?? '') ?? [];

const command = (node: string) => xml('command', { xmlns: NS_COMMANDS, node, action: 'execute' });

test('no command that its own administrator has is theirs', async () => {
  const all = await commands(theirs, 'other.example');
  expect(all.length).toBeGreaterThan(20);
  const offered = await commands(admin, 'other.example');
  const mallory = await box.online(box.near, await box.member(box.near, 'mallory'), 'desk');
  expect(offered).toEqual(await commands(mallory, 'other.example'));
  for (const node of all.filter((one) => !offered.includes(one)))
    expect([node, conditionOf(await ask(admin, 'set', command(node), 'other.example'))]).toEqual([node, 'forbidden']);
});

test('what is offered to them is offered to anybody: a way to a new password that needs a code', async () => {
  expect(await commands(admin, 'other.example')).toEqual([]);
});

describe('services', () => {
  const join = xml('x', { xmlns: 'http://jabber.org/protocol/muc' });
  const den = 'den@rooms.other.example';

  beforeEach(async () => {
    await box.says(theirs, presence(undefined, `${den}/Cora`, join));
    const form = xml('x', { xmlns: 'jabber:x:data', type: 'submit' });
    await box.says(theirs, iq('set', xml('query', { xmlns: 'http://jabber.org/protocol/muc#owner' }, form), den));
    admin.received.length = 0;
  });

  test('a room for members is none of theirs', async () => {
    await box.says(admin, presence(undefined, `${den}/Ann`, join));
    expect(admin.received.map(line)).toEqual([`presence:error ${den}/Ann registration-required`]);
  });

  test.each([
    ['its configuration', 'http://jabber.org/protocol/muc#owner', 'get', []],
    ['its end', 'http://jabber.org/protocol/muc#owner', 'set', [xml('destroy')]],
    ['its members', 'http://jabber.org/protocol/muc#admin', 'get', [xml('item', { affiliation: 'member' })]],
    [
      'a standing',
      'http://jabber.org/protocol/muc#admin',
      'set',
      [xml('item', { affiliation: 'owner', jid: 'x@near.example' })],
    ],
  ] as const)('nor is %s', async (_, xmlns, type, children) => {
    expect(conditionOf(await ask(admin, type, xml('query', { xmlns }, ...children), den))).toBe('forbidden');
  });

  test.each([
    [
      'a file',
      'upload.other.example',
      'get',
      xml('request', { xmlns: 'urn:xmpp:http:upload:0', filename: 'a', size: '1' }),
    ],
    [
      'a node',
      'pubsub.other.example',
      'set',
      xml('pubsub', { xmlns: 'http://jabber.org/protocol/pubsub' }, xml('create', { node: 'mine' })),
    ],
  ] as const)('nor do they leave %s', async (_, to, type, payload) => {
    expect(conditionOf(await ask(admin, type, payload, to))).toBe('forbidden');
  });
});
