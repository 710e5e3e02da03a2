/** From one host of the box to another the owners' rules hold as they do for servers elsewhere. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { accessGate } from '../../../xmpp/access/gate.ts';
import { RuleBook } from '../../../xmpp/access/rules/rule-book.ts';
import { blocking } from '../../../xmpp/extensions/blocking.ts';
import { disco } from '../../../xmpp/extensions/disco.ts';
import { muc } from '../../../xmpp/extensions/muc/muc.ts';
import { ping } from '../../../xmpp/extensions/ping.ts';
import { pubsub } from '../../../xmpp/extensions/pubsub/pubsub.ts';
import { upload } from '../../../xmpp/extensions/upload/upload.ts';
import type { XmppHost } from '../../../xmpp/host.ts';
import { change } from '../../../xmpp/store/changes.ts';
import type { Account, Mode } from '../../../xmpp/store/model.ts';
import { type Element, xml } from '../../../xmpp/xml.ts';
import type { Client } from '../extensions/harness.ts';
import { type Box, iq, line, openBox, presence, seen } from '../im/box.ts';

let box: Box;
let close: () => Promise<void>;
let ann: Account;
let cora: Account;
let here: Client;
let there: Client;

beforeEach(async () => {
  ({ box, close } = await openBox([blocking, accessGate, disco, pubsub, muc, upload, ping]));
  ann = await box.member(box.near, 'ann');
  cora = await box.member(box.other, 'cora');
  here = await box.online(box.near, ann, 'desk');
  there = await box.online(box.other, cora, 'desk');
});
afterEach(() => close());

const setRule = (host: XmppHost, subject: string, action: string, decision: 'allow' | 'deny') =>
  new RuleBook(host).add({ subject, action, decision }, { who: 'test', from: '' });
const setMode = (host: XmppHost, mode: Mode) =>
  box.store.journal.commit(change('server set', { ...host.server, mode }));
const deny = (host: XmppHost, subject: string, action: string) => setRule(host, subject, action, 'deny');

const chat = (to: string) => xml('message', { type: 'chat', id: 'm', to }, xml('body', {}, 'Hello'));
const pinged = (to: string) => iq('get', xml('ping', { xmlns: 'urn:xmpp:ping' }), to);
const asked = (to: string) => iq('get', xml('query', { xmlns: 'http://jabber.org/protocol/disco#info' }), to);
const coraAt = (domain = 'other.example') => `${cora.local}@${domain}`;
const annAt = (domain = 'near.example') => `${ann.local}@${domain}`;

/** What becomes of what Ann sends: what she gets and what Cora gets. */
async function sends(...stanzas: Element[]): Promise<{ ann: string[]; cora: string[] }> {
  await box.says(here, ...stanzas);
  return { ann: seen(here), cora: seen(there) };
}

const refused = { ann: ['message:error not-allowed'], cora: [] };
const arrived = { ann: [], cora: ['message:chat'] };

test('nothing is asked of who stays within one host', async () => {
  for (const host of [box.near, box.other]) await deny(host, 'everyone', '*');
  const bea = await box.online(box.near, await box.member(box.near, 'bea'), 'desk');
  const before = box.near.access.explain;
  let asked = 0;
  box.near.access.explain = (question) => {
    if (question.action.startsWith('federate')) asked += 1;
    return before.call(box.near.access, question);
  };
  await box.says(here, pinged('near.example'), pinged('rooms.old.near.example'), chat(bea.jid.toString()));
  expect(asked).toBe(0);
});

describe('a message', () => {
  test('passes between servers that are open', async () => {
    expect(await sends(chat(coraAt()))).toEqual(arrived);
  });

  test.each([
    ['the sender’s owner denies the domain', 'near', 'domain:other.example', 'federate-out', refused],
    ['the sender’s owner denies it everything', 'near', 'domain:other.example', '*', refused],
    ['the receiver’s owner denies the domain', 'other', 'domain:near.example', 'federate-in', refused],
    ['the receiver’s owner denies everyone', 'other', 'everyone', 'federate-in', refused],
    ['the sender takes nothing from there', 'near', 'domain:other.example', 'federate-in', arrived],
    ['the receiver sends nothing back', 'other', 'domain:near.example', 'federate-out', arrived],
    ['somebody else is denied', 'other', 'domain:elsewhere.example', '*', arrived],
  ] as const)('where %s', async (_, host, subject, action, outcome) => {
    await deny(box[host], subject, action);
    expect(await sends(chat(coraAt()))).toEqual(outcome);
  });

  test.each(['near', 'other'] as const)('does not pass where one of the two is private (%s)', async (host) => {
    await setMode(box[host], 'private');
    expect(await sends(chat(coraAt()))).toEqual(refused);
  });

  test('passes to a family where a member has a contact at the sender’s, and only from that contact', async () => {
    await setMode(box.other, 'family');
    expect(await sends(chat(coraAt()))).toEqual(refused);
    await box.contact(cora, 'somebody@near.example', { subscription: 'both' });
    expect(await sends(chat(coraAt()))).toEqual({ ann: ['message:error service-unavailable'], cora: [] });
    await box.contact(cora, annAt(), { subscription: 'both' });
    expect(await sends(chat(coraAt()))).toEqual(arrived);
  });

  test('of a stranger waits where the mode is community', async () => {
    await setMode(box.other, 'community');
    expect(await sends(chat(coraAt()))).toEqual({ ann: [], cora: [] });
    await expect.poll(() => box.other.quarantine.waiting(cora)).toMatchObject([{ from: annAt(), stanzas: 1 }]);
    await box.says(there, chat(annAt()));
    await expect.poll(() => seen(there)).toEqual(['message:chat']);
  });

  test('is refused as one from another server is: nothing of it is kept, and the words name the domain', async () => {
    await setMode(box.near, 'private');
    await box.says(here, chat(coraAt()));
    const error = here.received[0]?.getChild('error');
    expect(error?.attrs.type).toBe('cancel');
    expect(error?.getChildText('text')).toBe('This server does not talk to other.example.');
    expect(box.other.quarantine.waiting(cora)).toEqual([]);
  });
});

describe('fallback domains', () => {
  beforeEach(() =>
    box.store.journal.commit(change('server set', { ...box.other.server, fallbacks: ['other.spare.example'] })),
  );

  test.each([
    ['the primary domain', 'domain:other.example'],
    ['the fallback', 'domain:other.spare.example'],
  ])('of a server that is denied by %s do not get round that', async (_, subject) => {
    await deny(box.near, subject, 'federate-out');
    expect(await sends(chat(coraAt('other.spare.example')))).toEqual(refused);
  });

  test.each([
    ['the primary domain', 'domain:near.example'],
    ['the fallback', 'domain:old.near.example'],
  ])('of the sender, who is denied by %s', async (_, subject) => {
    await deny(box.other, subject, 'federate-in');
    const old = box.client(box.near, ann, 'phone', 'old.near.example');
    await box.says(old, chat(coraAt()));
    expect([seen(old), seen(there)]).toEqual([refused.ann, []]);
  });

  test('a contact who is logged in by a fallback is a contact', async () => {
    await setMode(box.other, 'family');
    await box.friends(ann, box.near, cora, box.other);
    const old = box.client(box.near, ann, 'phone', 'old.near.example');
    await box.says(old, chat(coraAt()));
    expect(seen(there)).toEqual(['message:chat']);
  });

  test('a member is blocked by whichever is used', async () => {
    const block = xml('block', { xmlns: 'urn:xmpp:blocking' }, xml('item', { jid: annAt() }));
    await box.says(there, iq('set', block));
    seen(there);
    const old = box.client(box.near, ann, 'phone', 'old.near.example');
    await box.says(old, chat(coraAt()));
    expect([seen(old), seen(there)]).toEqual([['message:error service-unavailable'], []]);
  });

  test('a contact who is added by a fallback is one by the primary domain, for both', async () => {
    await box.says(here, presence('subscribe', coraAt('other.spare.example')));
    await box.says(there, presence('subscribed', annAt()));
    const items = (account: Account) =>
      box.store.roster.items(account.id).map((item) => [item.contact, item.subscription]);
    expect([items(ann), items(cora)]).toEqual([[[coraAt(), 'to']], [[annAt(), 'from']]]);
    expect(box.store.roster.items(cora.id)[0]?.knowsUsAt).toBeUndefined();
  });
});

describe('services', () => {
  const services = ['rooms', 'pubsub', 'upload'];

  test.each(services)('of the other server answer (%s)', async (label) => {
    await box.says(here, asked(`${label}.other.example`));
    expect(here.received.map(({ attrs }) => attrs.type)).toEqual(['result']);
  });

  describe.each([
    ['near', 'domain:other.example', 'federate-out'],
    ['near', 'domain:other.example', 'federate-in'],
    ['other', 'domain:near.example', 'federate-in'],
    ['other', 'domain:near.example', 'federate-out'],
  ] as const)('where the owner of %s denies %s %s', (host, subject, action) => {
    test.each([...services.map((label) => `${label}.other.example`), 'other.example'])('%s', async (domain) => {
      await deny(box[host], subject, action);
      await box.says(here, asked(domain));
      expect(seen(here)).toEqual(['iq:error not-allowed']);
    });
  });

  test('a room does not let in who may not come', async () => {
    await setMode(box.other, 'private');
    await box.says(
      here,
      presence(undefined, 'den@rooms.other.example/Ann', xml('x', { xmlns: 'http://jabber.org/protocol/muc' })),
    );
    expect(seen(here)).toEqual(['presence:error den@rooms.other.example/Ann not-allowed']);
  });

  describe('a room in which somebody of the other server is', () => {
    const den = 'den@rooms.other.example';

    beforeEach(async () => {
      const join = xml('x', { xmlns: 'http://jabber.org/protocol/muc' });
      await box.says(there, presence(undefined, `${den}/Cora`, join));
      const open = xml('field', { var: 'muc#roomconfig_membersonly' }, xml('value', {}, '0'));
      const type = xml('field', { var: 'FORM_TYPE' }, xml('value', {}, 'http://jabber.org/protocol/muc#roomconfig'));
      const form = xml('x', { xmlns: 'jabber:x:data', type: 'submit' }, type, open);
      await box.says(there, iq('set', xml('query', { xmlns: 'http://jabber.org/protocol/muc#owner' }, form), den));
      await box.says(here, presence(undefined, `${den}/Ann`, join));
      expect([seen(here).length, seen(there).length].every((count) => count > 0)).toBe(true);
    });

    test('says nothing more there once that server’s owner denies its domain', async () => {
      await deny(box.near, 'domain:other.example', 'federate-in');
      await box.says(there, xml('message', { type: 'groupchat', id: 'g', to: den }, xml('body', {}, 'Hi')));
      expect(seen(here)).toEqual([]);
    });

    test.each(['federate-in', 'federate-out'])('puts them out once its own owner denies theirs %s', async (action) => {
      await deny(box.other, 'domain:near.example', action);
      await expect.poll(() => seen(there)).toEqual([`presence:unavailable ${den}/Ann`]);
    });
  });
});

describe('presence', () => {
  const friends = () => box.friends(ann, box.near, cora, box.other);

  test('of a contact is seen', async () => {
    await friends();
    expect((await sends(presence())).cora).toEqual([`presence ${here.jid}`]);
  });

  test('is not, once the domain is denied, on either side', async () => {
    await friends();
    await deny(box.other, 'domain:near.example', '*');
    expect((await sends(presence())).cora).toEqual([]);
    await box.says(there, presence());
    expect(seen(here).filter((one) => one.includes('other.example'))).toEqual([]);
  });

  test('a request is refused where it goes, as one to another server is', async () => {
    await setMode(box.other, 'private');
    const { ann: answers, cora: asked } = await sends(presence('subscribe', coraAt()));
    expect(answers.at(-1)).toBe(`presence:error ${coraAt()} not-allowed`);
    expect(asked).toEqual([]);
    expect(box.store.roster.requests(cora.id)).toEqual([]);
  });
});

test('a query of the one host to the other fails at once where it may not be asked', async () => {
  await deny(box.other, 'domain:near.example', 'federate-in');
  await box.says(here, pinged(there.jid.toString()));
  expect(here.received.map(line)).toEqual(['iq:error not-allowed']);
});
