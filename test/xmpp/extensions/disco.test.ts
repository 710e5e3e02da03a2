import { expect, test } from 'vitest';
import { disco } from '../../../xmpp/extensions/disco.ts';
import { CAPS_NODE, verificationString } from '../../../xmpp/routing/disco-info.ts';
import { xml } from '../../../xmpp/xml.ts';
import { conditionOf, payloadOf, testHost } from './harness.ts';

const INFO = 'http://jabber.org/protocol/disco#info';
const ITEMS = 'http://jabber.org/protocol/disco#items';
const query = (xmlns: string, node?: string) => xml('query', { xmlns, node });

test('the server says what it is, by its own name and by the node of its capabilities', async () => {
  const host = await testHost(disco);
  host.disco.addFeatures('server', ['urn:example:b', 'urn:example:a']);
  const client = host.client(await host.member('alice'), 'phone');
  const info = payloadOf(await host.ask(client, 'get', query(INFO), 'casp3r.local'));
  expect(info.getChild('identity')?.attrs).toMatchObject({ category: 'server', type: 'im', name: 'CASP3R' });
  expect(info.getChildren('feature').map(({ attrs }) => attrs.var)).toEqual(['urn:example:a', 'urn:example:b']);
  const node = `${CAPS_NODE}#${verificationString(info)}`;
  const again = payloadOf(await host.ask(client, 'get', query(INFO, node), 'casp3r.local'));
  expect(again.attrs.node).toBe(node);
  expect(again.getChildren('feature')).toHaveLength(2);
});

test('a node that nobody knows is item-not-found, on the server and on an account', async () => {
  const host = await testHost(disco);
  const client = host.client(await host.member('alice'), 'phone');
  for (const to of ['casp3r.local', undefined])
    for (const namespace of [INFO, ITEMS])
      expect(conditionOf(await host.ask(client, 'get', query(namespace, 'urn:none'), to))).toBe('item-not-found');
});

test('services beside the host are its items', async () => {
  const host = await testHost(disco);
  host.services.add('rooms', { name: 'Rooms', iq: () => undefined });
  const client = host.client(await host.member('alice'), 'phone');
  const items = payloadOf(await host.ask(client, 'get', query(ITEMS), 'casp3r.local'));
  expect(items.getChild('item')?.attrs).toMatchObject({ jid: 'rooms.casp3r.local', name: 'Rooms' });
});

test('an account lists what other extensions say that it has, to those who may see its presence', async () => {
  const host = await testHost(disco);
  host.hooks.on('account disco items', (event) => {
    if (event.asker.local === 'alice') event.items.push({ jid: 'alice@casp3r.local', node: 'urn:node' });
  });
  host.hooks.on('account disco info', (event) => {
    event.known ||= event.node === 'urn:node';
    event.identities.push({ category: 'pubsub', type: 'leaf' });
  });
  const client = host.client(await host.member('alice'), 'phone');
  const items = payloadOf(await host.ask(client, 'get', query(ITEMS)));
  expect(items.getChild('item')?.attrs).toMatchObject({ jid: 'alice@casp3r.local', node: 'urn:node' });
  const info = payloadOf(await host.ask(client, 'get', query(INFO, 'urn:node')));
  expect(info.getChild('identity')?.attrs.type).toBe('leaf');
  expect(host.iq.find('get', 'account', query(INFO))?.access).toBe('contact');
  expect(host.iq.find('get', 'account', query(ITEMS))?.access).toBe('contact');
});
