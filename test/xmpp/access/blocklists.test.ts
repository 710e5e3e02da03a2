/** Blocklists: strangers on one are denied, whom a member knows are not, and a list that cannot be read leaves the last one in force. */
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { blocklists } from '../../../xmpp/access/blocklists.ts';
import { Jid } from '../../../xmpp/routing/jid.ts';
import { type Element, xml } from '../../../xmpp/xml.ts';
import { testHost } from '../extensions/harness.ts';

const hash = (name: string) => createHash('sha256').update(name).digest('hex');
const answer = (...ids: string[]) =>
  xml(
    'pubsub',
    { xmlns: 'http://jabber.org/protocol/pubsub' },
    xml('items', { node: 'n' }, ...ids.map((id) => xml('item', { id }))),
  );

test('who is listed by address or domain is denied, and explained so', async () => {
  const host = await testHost();
  await host.configure({ mode: 'open' });
  host.config = {
    ...host.config,
    access: { ...host.config.access, blocklists: [{ service: 'rtbl.example', node: 'n' }] },
  };
  const asked: Element[] = [];
  let list: () => Element = () => answer(hash('eve@far.example'), hash('spam.example'), 'nonsense');
  host.query = async (iq) => {
    asked.push(iq);
    return list();
  };
  host.attach(blocklists);
  const alice = await host.member('alice');
  const says = (jid: string) =>
    host.access.decide({ action: 'message-in', who: { jid: Jid.parse(jid) }, member: alice });
  expect(says('eve@far.example')).toBe('allow');

  host.clock.pass(5_000);
  await expect.poll(() => says('eve@far.example')).toBe('deny');
  expect(asked[0]?.attrs.to).toBe('rtbl.example');
  expect(says('anyone@spam.example')).toBe('deny');
  expect(says('bob@far.example')).toBe('allow');
  const { by } = host.access.explain({ action: 'federate-in', who: { domain: 'spam.example' } });
  expect(by).toEqual({ setting: '[access] blocklists' });

  await host.contact(alice, 'eve@far.example', 'both');
  expect(says('eve@far.example')).toBe('allow');

  list = () => {
    throw new Error('gone');
  };
  host.clock.pass(15 * 60_000);
  await expect.poll(() => asked.length).toBe(2);
  expect(says('anyone@spam.example')).toBe('deny');
});
