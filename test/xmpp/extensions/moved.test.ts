import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { BOX } from '../../../xmpp/access/acts.ts';
import { RuleBook } from '../../../xmpp/access/rules/rule-book.ts';
import { moved } from '../../../xmpp/extensions/moved.ts';
import { change } from '../../../xmpp/store/changes.ts';
import type { Account } from '../../../xmpp/store/model.ts';
import { type Element, xml } from '../../../xmpp/xml.ts';
import { type Box, openBox, seen } from '../im/box.ts';
import type { Client } from './harness.ts';

const OLD = 'juliet@old.example';
const NEW = 'juliet@new.example';
const NS = 'urn:xmpp:moved:1';

let box: Box;
let close: () => Promise<void>;
let romeo: Account;
let phone: Client;

beforeEach(async () => {
  ({ box, close } = await openBox([moved]));
  romeo = await box.member(box.near, 'romeo');
  phone = await box.online(box.near, romeo, 'phone');
});
afterEach(() => close());

const knows = (subscription: 'from' | 'to' | 'both') => box.contact(romeo, OLD, { subscription });
const asks = (from = NEW, old = OLD) =>
  box.fromAfar(
    xml(
      'presence',
      { type: 'subscribe', from, to: box.near.addressOf(romeo) },
      xml('moved', { xmlns: NS }, xml('old-jid', {}, old)),
    ),
  );
const question = (): Element => {
  const asked = box.abroad.find(({ name, attrs }) => name === 'iq' && attrs.to === OLD);
  if (!asked) throw new Error('the old account was not asked');
  return asked;
};
const answers = async (...payload: Element[]) => {
  const { id, from, to } = question().attrs;
  await box.fromAfar(
    xml('iq', { type: payload[0]?.is('error') ? 'error' : 'result', id, from: to, to: from }, ...payload),
  );
};
const statement = (jid: string) =>
  xml(
    'pubsub',
    { xmlns: 'http://jabber.org/protocol/pubsub' },
    xml('items', { node: NS }, xml('item', { id: 'current' }, xml('moved', { xmlns: NS }, xml('new-jid', {}, jid)))),
  );
const roster = () =>
  box.store.roster.items(romeo.id).map(({ contact, subscription, ask }) => [contact, subscription, ask]);
const said = () => box.abroad.filter(({ name }) => name === 'presence').map(({ attrs }) => `${attrs.type} ${attrs.to}`);

test('what the old account confirms takes its place, without a question', async () => {
  await knows('both');
  await asks();
  expect(seen(phone)).toEqual([]);
  await answers(statement(NEW));
  await vi.waitFor(() => expect(said()).toContain(`subscribe ${NEW}`));
  expect(roster()).toEqual([[NEW, 'from', true]]);
  expect(said()).toEqual([
    `subscribed ${NEW}`,
    `undefined ${NEW}`,
    `unsubscribed ${OLD}`,
    `unsubscribe ${OLD}`,
    `subscribe ${NEW}`,
  ]);
  expect(seen(phone).slice(0, 2)).toEqual([`push ${OLD} remove`, `push ${NEW} from ask`]);
});

test('who only saw the member goes on doing just that', async () => {
  await knows('from');
  await asks();
  await answers(statement(NEW));
  await vi.waitFor(() => expect(roster()).toEqual([[NEW, 'from', false]]));
  expect(said()).not.toContain(`subscribe ${NEW}`);
});

const gone = (address: string, name = 'gone') =>
  xml('error', { type: 'cancel' }, xml(name, { xmlns: 'urn:ietf:params:xml:ns:xmpp-stanzas' }, address));

test.each([`xmpp:${NEW}`, `XMPP:${NEW}?subscribe`, 'xmpp:%6Auliet@new.example'])(
  'an old account that is gone, and names the new one as %s, confirms it; the member is told in words',
  async (address) => {
    await knows('from');
    await asks();
    await answers(gone(address));
    await vi.waitFor(() => expect(roster()).toEqual([[NEW, 'from', false]]));
    await box.settled();
    const [words] = phone.received.flatMap((stanza) => stanza.getChildText('body') ?? []);
    expect(words).toContain(`${NEW} in place of ${OLD}`);
  },
);

test('only who speaks for the old account can say that it is gone', async () => {
  await knows('both');
  await asks();
  const { id, to } = question().attrs;
  const from = NEW;
  await box.fromAfar(xml('iq', { type: 'error', id, from, to: box.near.addressOf(romeo) }, gone(`xmpp:${NEW}`)));
  expect([to, roster()]).toEqual([OLD, [[OLD, 'both', false]]]);
});

test('that an account is gone changes nothing where nobody was asked (section 4.3 is about this answer alone)', async () => {
  await knows('both');
  const to = box.near.addressOf(romeo);
  await box.fromAfar(xml('message', { type: 'error', id: 'm', from: OLD, to }, gone(`xmpp:${NEW}`)));
  await box.fromAfar(xml('presence', { type: 'error', from: OLD, to }, gone(`xmpp:${NEW}`)));
  expect(roster()).toEqual([[OLD, 'both', false]]);
});

test.each([
  ['names somebody else', statement('mallory@new.example')],
  ['is gone to somebody else', gone('xmpp:mallory@new.example')],
  ['is gone to a resource', gone(`xmpp:${NEW}/phone`)],
  ['is gone to the Web', gone(`https://new.example/${NEW}`)],
  ['is gone by a URI of another account', gone(`xmpp://${NEW}`)],
  ['is gone by an address that is no URI', gone(NEW)],
  ['is gone by a broken URI', gone('xmpp:%E0%A4%A')],
  ['is gone without an address', gone('')],
  ['is not gone but there', gone(`xmpp:${NEW}`, 'redirect')],
  ['is none', xml('pubsub', { xmlns: 'http://jabber.org/protocol/pubsub' })],
  [
    'is an error',
    xml('error', { type: 'cancel' }, xml('item-not-found', { xmlns: 'urn:ietf:params:xml:ns:xmpp-stanzas' })),
  ],
])('a statement that %s: a request like any other', async (_, answer) => {
  await knows('both');
  await asks();
  await answers(answer);
  await vi.waitFor(() => expect(seen(phone)).toEqual([`presence:subscribe ${NEW}`]));
  expect(roster()).toEqual([[OLD, 'both', false]]);
});

test('nobody is asked where the old address may not see the member', async () => {
  await knows('to');
  await asks();
  await asks('stranger@new.example', 'nobody@old.example');
  expect(seen(phone)).toEqual([`presence:subscribe ${NEW}`, 'presence:subscribe stranger@new.example']);
  expect(box.abroad.filter(({ name }) => name === 'iq')).toEqual([]);
});

test.each([
  ['an account', `account:${NEW}`, 'deny'],
  ['a server', 'domain:new.example', 'quarantine'],
] as const)(
  'a rule on %s holds for who moved there: nobody is asked, and nothing moves',
  async (_, subject, decision) => {
    await knows('both');
    await new RuleBook(box.near).add({ subject, action: 'presence', decision }, BOX);
    await asks();
    expect(box.abroad.filter(({ name }) => name === 'iq')).toEqual([]);
    expect(roster()).toEqual([[OLD, 'both', false]]);
  },
);

test('the contact of a limited member moves to no address that nobody approved', async () => {
  await knows('both');
  await box.near.accounts.setRole(romeo, 'limited');
  await box.store.journal.commit(change('approval set', { account: romeo.id, contact: OLD, approved: true }));
  await asks();
  expect(box.abroad.filter(({ name }) => name === 'iq')).toEqual([]);
  expect(roster()).toEqual([[OLD, 'both', false]]);
});
