import { afterEach, beforeEach, expect, test } from 'vitest';
import { invitedContacts } from '../../../xmpp/extensions/invited-contacts.ts';
import type { Account } from '../../../xmpp/store/model.ts';
import { xml } from '../../../xmpp/xml.ts';
import { type Box, line, openBox, presence, seen } from '../im/box.ts';
import type { Client } from './harness.ts';

let box: Box;
let close: () => Promise<void>;
let romeo: Account;
let phone: Client;

beforeEach(async () => {
  ({ box, close } = await openBox([invitedContacts]));
  romeo = await box.member(box.near, 'romeo');
  phone = await box.online(box.near, romeo, 'phone');
});
afterEach(() => close());

const JULIET = 'juliet@far.example';
const asks = (token: string, from = JULIET) =>
  box.fromAfar(
    xml(
      'presence',
      { type: 'subscribe', from, to: box.near.addressOf(romeo) },
      xml('preauth', { xmlns: 'urn:xmpp:pars:0', token }),
    ),
  );
const invite = (befriends = true) => box.near.invites.create({ createdBy: romeo, befriends });

test('who asks with the token is let in and asked back; the member sees only the roster pushes', async () => {
  const { code } = await invite();
  await asks(code);
  expect(seen(phone)).toEqual([`push ${JULIET} from`, `push ${JULIET} from ask`]);
  const types = box.abroad.map(({ attrs }) => attrs.type);
  expect(types[0]).toBe('subscribed');
  expect(types).toContain('subscribe');
  expect(box.near.invites.find(code)).toBeUndefined();
});

test('the token is good once', async () => {
  const { code } = await invite();
  await asks(code);
  seen(phone);
  await asks(code, 'mercutio@far.example');
  expect(phone.received.map(({ name, attrs }) => `${name} ${attrs.type}`)).toEqual(['presence subscribe']);
});

test('a token of nobody, of another member or for an account alone is as good as none', async () => {
  const other = await box.member(box.near, 'paris');
  const foreign = await box.near.invites.create({ createdBy: other, befriends: true });
  for (const token of ['WRONG', foreign.code, (await invite(false)).code])
    await asks(token, `x${token.toLowerCase()}@far.example`);
  expect(phone.received.map(({ name, attrs }) => `${name} ${attrs.type}`)).toEqual(
    Array.from({ length: 3 }, () => 'presence subscribe'),
  );
  expect(box.near.roster.items(romeo)).toEqual([]);
});

test('two members of one host end as contacts both ways where the asker approved beforehand', async () => {
  const { code } = await invite();
  const juliet = await box.member(box.near, 'juliet');
  const tablet = await box.online(box.near, juliet, 'tablet');
  const to = box.near.addressOf(romeo);
  await box.says(
    tablet,
    presence('subscribed', to),
    presence('subscribe', to, xml('preauth', { xmlns: 'urn:xmpp:pars:0', token: code })),
  );
  expect(box.near.roster.items(romeo)).toMatchObject([{ contact: box.near.addressOf(juliet), subscription: 'both' }]);
  expect(box.near.roster.items(juliet)).toMatchObject([{ contact: to, subscription: 'both' }]);
  expect(seen(phone).map(String)).not.toContain(line(presence('subscribe')));
});
