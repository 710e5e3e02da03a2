import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { XmppHost } from '../../../xmpp/host.ts';
import { change } from '../../../xmpp/store/changes.ts';
import type { Account } from '../../../xmpp/store/model.ts';
import { xml } from '../../../xmpp/xml.ts';
import type { Client } from '../extensions/harness.ts';
import { type Box, line, openBox, presence, seen } from './box.ts';

let box: Box;
let near: XmppHost;
let other: XmppHost;
let close: () => Promise<void>;
let alice: Account;
let bob: Account;
let bobs: Client;
/** Addresses. */
let a: string;
let b: string;

beforeAll(async () => {
  ({ box, close } = await openBox());
  ({ near, other } = box);
});
afterAll(async () => {
  expect(box.faults).toBe(0);
  await close();
});
beforeEach(async () => {
  alice = await box.member(near, 'alice');
  bob = await box.member(other, 'bob');
  [a, b] = [near.addressOf(alice), other.addressOf(bob)];
  await box.friends(alice, near, bob, other);
  bobs = await box.online(other, bob, 'desk', xml('show', {}, 'dnd'));
  box.abroad.splice(0);
});

describe('initial presence', () => {
  test('goes to contacts, to own resources and back; contacts answer with theirs', async () => {
    const phone = box.client(near, alice, 'phone');
    await box.says(phone, presence());
    expect(seen(bobs)).toEqual([`presence ${a}/phone`]);
    expect(phone.received.map(String)).toContain(`<presence from="${b}/desk" to="${a}"><show>dnd</show></presence>`);
    expect(seen(phone)).toEqual([`presence ${a}/phone`, `presence ${b}/desk`]);
    const laptop = box.client(near, alice, 'laptop');
    await box.says(laptop, presence());
    expect(seen(phone)).toEqual([`presence ${a}/laptop`, `presence ${b}/desk`]);
    expect(seen(laptop)).toEqual([`presence ${a}/laptop`, `presence ${a}/phone`, `presence ${b}/desk`]);
  });

  test('asks a member of the same host for the new resource alone', async () => {
    const carol = await box.member(near, 'carol');
    await box.friends(alice, near, carol, near);
    await box.online(near, carol, 'phone');
    const phone = await box.online(near, alice, 'phone');
    const laptop = box.client(near, alice, 'laptop');
    await box.says(laptop, presence());
    const fromCarol = (client: Client) => seen(client).filter((shown) => shown.includes(near.addressOf(carol)));
    expect(fromCarol(laptop)).toEqual([`presence ${near.addressOf(carol)}/phone`]);
    expect(fromCarol(phone)).toEqual([]);
  });

  test('goes only to those who may see it, and asks only those whom it may ask', async () => {
    await box.contact(alice, 'to@far.example', { subscription: 'to' });
    await box.contact(alice, 'from@far.example', { subscription: 'from' });
    await box.contact(alice, 'none@far.example', { subscription: 'none', approved: true });
    await box.says(box.client(near, alice, 'phone'), presence());
    expect(box.abroad.map((stanza) => `${line(stanza)} > ${stanza.attrs.to}`)).toEqual([
      `presence ${a}/phone > from@far.example`,
      `presence:probe ${a} > to@far.example`,
    ]);
  });

  test('an update asks nobody again', async () => {
    const phone = await box.online(near, alice, 'phone');
    seen(bobs);
    await box.says(phone, presence(undefined, undefined, xml('status', {}, 'Lunch')));
    expect(bobs.received.map(String)).toEqual([
      `<presence from="${a}/phone" to="${b}"><status>Lunch</status></presence>`,
    ]);
    expect(seen(phone)).toEqual([`presence ${a}/phone`]);
  });

  test('from a client at a fallback domain carries the primary one to contacts, its own to itself', async () => {
    const phone = box.client(near, alice, 'phone', 'old.near.example');
    await box.says(phone, presence());
    expect(seen(bobs)).toEqual([`presence ${a}/phone`]);
    expect(seen(phone)).toEqual([`presence ${alice.local}@old.near.example/phone`, `presence ${b}/desk`]);
    near.sessions.end(phone.session);
    expect(seen(bobs)).toEqual([`presence:unavailable ${a}/phone`]);
  });

  test('is told to extensions after it went out; the contact’s side hears of it as well', async () => {
    const told: string[] = [];
    near.hooks.on('session available', ({ session, initial }) => {
      if (session.account.id === alice.id) told.push(`available ${initial} ${bobs.received.length}`);
    });
    other.hooks.on('presence received', ({ account, from, to }) => {
      if (account.id === bob.id) told.push(`received ${from} ${to}`);
    });
    await box.says(box.client(near, alice, 'phone'), presence(), presence());
    expect(told).toEqual([
      `received ${a}/phone ${b}`,
      'available true 1',
      `received ${a}/phone ${b}`,
      'available false 2',
    ]);
  });

  test('an extension may leave a contact out of broadcasts and of answers to probes', async () => {
    const hidden = { from: alice.id, to: b };
    near.hooks.on('presence to contact', (event) => {
      if (event.account.id === hidden.from && event.contact.bare.toString() === hidden.to) event.drop = true;
    });
    await box.online(near, alice, 'phone');
    await box.says(bobs, presence('probe', a));
    expect(seen(bobs)).toEqual([]);
  });
});

describe('priority', () => {
  test.each([
    [undefined, 0],
    ['-128', -128],
    ['127', 127],
    [' 5 ', 5],
    ['+1', 1],
  ])('%j is %i', async (text, priority) => {
    const client = box.client(near, alice, 'phone');
    await box.says(client, presence(undefined, undefined, ...(text === undefined ? [] : [xml('priority', {}, text)])));
    expect(client.session.priority).toBe(priority);
  });

  test.each(['128', '-129', '1.5', 'high', '', '0x1'])('%j is a bad request and changes nothing', async (text) => {
    const client = box.client(near, alice, 'phone');
    await box.says(client, presence(undefined, undefined, xml('priority', {}, text)));
    expect(seen(client).map((shown) => shown.split(' ').at(-1))).toEqual(['bad-request']);
    expect(client.session.available).toBe(false);
    expect(seen(bobs)).toEqual([]);
  });
});

describe('unavailable', () => {
  test('goes where the broadcast went, with what it says', async () => {
    const phone = await box.online(near, alice, 'phone');
    const laptop = await box.online(near, alice, 'laptop');
    for (const client of [phone, laptop, bobs]) seen(client);
    await box.says(phone, presence('unavailable', undefined, xml('status', {}, 'Bye')));
    expect(bobs.received.map(String)).toEqual([
      `<presence type="unavailable" from="${a}/phone" to="${b}"><status>Bye</status></presence>`,
    ]);
    expect(seen(phone)).toEqual([`presence:unavailable ${a}/phone`]);
    expect(seen(laptop)).toEqual([`presence:unavailable ${a}/phone`]);
    expect([phone.session.available, phone.session.priority]).toEqual([false, 0]);
    seen(bobs);
    near.sessions.end(phone.session);
    await box.settled();
    expect(seen(bobs)).toEqual([]);
  });

  test('is made for a session that ends without it', async () => {
    const ended: string[] = [];
    near.hooks.on('session unavailable', ({ session }) => void ended.push(session.jid.toString()));
    const phone = await box.online(near, alice, 'phone');
    const laptop = await box.online(near, alice, 'laptop');
    for (const client of [laptop, bobs]) seen(client);
    near.sessions.end(phone.session);
    await box.settled();
    expect(seen(bobs)).toEqual([`presence:unavailable ${a}/phone`]);
    expect(seen(laptop)).toEqual([`presence:unavailable ${a}/phone`]);
    expect(ended).toEqual([`${a}/phone`]);
  });

  test('of a session whose place was taken comes before what the new one shows', async () => {
    await box.online(near, alice, 'phone');
    seen(bobs);
    await box.online(near, alice, 'phone');
    expect(seen(bobs)).toEqual([`presence:unavailable ${a}/phone`, `presence ${a}/phone`]);
  });

  test('of a session that ends after its place was taken is not shown', async () => {
    const old = await box.online(near, alice, 'phone');
    old.session.outlet.close = () => {};
    await box.online(near, alice, 'phone');
    seen(bobs);
    near.sessions.end(old.session);
    expect(seen(bobs)).toEqual([]);
  });
});

describe('probes', () => {
  const probe = (from: string, to = a) => xml('presence', { type: 'probe', from, to });

  test('of one who may see it are answered for each available resource', async () => {
    await box.online(near, alice, 'phone', xml('show', {}, 'away'));
    await box.online(near, alice, 'laptop');
    box.client(near, alice, 'not-available');
    seen(bobs);
    await box.says(bobs, presence('probe', a));
    expect(seen(bobs)).toEqual([`presence ${a}/phone`, `presence ${a}/laptop`]);
    await box.says(bobs, presence('probe', `${a}/phone`));
    expect(bobs.received.map(String)).toEqual([`<presence from="${a}/phone" to="${b}/desk"/>`]);
  });

  test('are answered with unavailable where nothing is, with the time where it is known', async () => {
    await box.says(bobs, presence('probe', a), presence('probe', `${a}/phone`));
    expect(seen(bobs)).toEqual([`presence:unavailable ${a}`, `presence:unavailable ${a}/phone`]);
    await box.store.journal.commit(change('last seen set', { account: alice.id, atMs: 1000, status: '' }));
    await box.says(bobs, xml('presence', { type: 'probe', to: a, id: 'p1' }));
    expect(bobs.received.map(String)).toEqual([
      `<presence type="unavailable" id="p1" from="${a}" to="${b}/desk"><delay xmlns="urn:xmpp:delay" stamp="1970-01-01T00:00:01.000Z"/></presence>`,
    ]);
  });

  test('of one who may not see it cancel what they believe in', async () => {
    await box.online(near, alice, 'phone');
    await box.fromAfar(probe('eve@far.example/x'));
    expect(box.abroad.map((stanza) => `${line(stanza)} > ${stanza.attrs.to}`)).toEqual([
      `presence:unsubscribed ${a} > eve@far.example`,
    ]);
  });

  test('look the same whether the account is there or not', async () => {
    const asked = { type: 'probe', id: 'p1', from: 'eve@far.example/x' };
    await box.fromAfar(xml('presence', { ...asked, to: a }));
    await box.fromAfar(xml('presence', { ...asked, to: 'nobody@near.example' }));
    const [known, unknown] = box.abroad.map(String);
    expect(unknown).toBe(known?.replace(a, 'nobody@near.example'));
  });

  test('of one whose request waits for an answer are not answered', async () => {
    await box.fromAfar(xml('presence', { type: 'subscribe', from: 'eve@far.example', to: a }));
    await box.fromAfar(probe('eve@far.example/x'));
    expect(box.abroad).toEqual([]);
  });

  test('of one whom presence was directed to are answered with that resource, and with nothing more', async () => {
    const phone = await box.online(near, alice, 'phone', xml('show', {}, 'away'));
    await box.online(near, alice, 'laptop');
    await box.says(phone, presence(undefined, 'room@far.example/nick'));
    box.abroad.splice(0);
    await box.fromAfar(probe('room@far.example/nick'));
    expect(box.abroad.map(String)).toEqual([`<presence from="${a}/phone" to="room@far.example/nick"/>`]);
  });
});

describe('directed presence', () => {
  let carol: Account;
  let carols: Client;
  let c: string;
  beforeEach(async () => {
    carol = await box.member(near, 'carol');
    carols = await box.online(near, carol, 'phone');
    c = near.addressOf(carol);
  });

  test('reaches a stranger, as does the end that was never directed', async () => {
    const phone = await box.online(near, alice, 'phone');
    await box.says(phone, presence(undefined, c, xml('show', {}, 'chat')));
    await box.says(phone, presence());
    await box.says(phone, presence('unavailable'));
    expect(seen(carols)).toEqual([`presence ${a}/phone`, `presence:unavailable ${a}/phone`]);
    near.sessions.end(phone.session);
    expect(seen(carols)).toEqual([]);
  });

  test('is remembered of a session that never was available, and told on its end', async () => {
    const phone = box.client(near, alice, 'phone');
    await box.says(phone, presence(undefined, `${c}/phone`));
    near.sessions.end(phone.session);
    await box.settled();
    expect(seen(carols)).toEqual([`presence ${a}/phone`, `presence:unavailable ${a}/phone`]);
  });

  test('that was taken back is not told twice', async () => {
    const phone = await box.online(near, alice, 'phone');
    await box.says(phone, presence(undefined, c), presence('unavailable', c), presence('unavailable'));
    expect(seen(carols)).toEqual([`presence ${a}/phone`, `presence:unavailable ${a}/phone`]);
  });

  test('to a contact who gets the broadcast anyway adds no second end', async () => {
    const phone = box.client(near, alice, 'phone');
    await box.says(phone, presence(undefined, b), presence(), presence(undefined, b), presence('unavailable'));
    expect(seen(bobs)).toEqual([
      `presence ${a}/phone`,
      `presence ${a}/phone`,
      `presence ${a}/phone`,
      `presence:unavailable ${a}/phone`,
    ]);
  });

  test('to nowhere is answered with the error', async () => {
    const phone = await box.online(near, alice, 'phone');
    await box.says(phone, presence(undefined, 'room@nowhere.example/nick'));
    expect(seen(phone)).toEqual(['presence:error room@nowhere.example/nick remote-server-not-found']);
  });

  test('is forgotten where the other side left', async () => {
    const phone = await box.online(near, alice, 'phone');
    await box.says(phone, presence(undefined, `${c}/phone`));
    await box.says(carols, presence(undefined, `${a}/phone`), presence('unavailable'));
    expect(phone.session.directed).toEqual(new Set());
  });

  test('has a limit', async () => {
    const phone = await box.online(near, alice, 'phone');
    for (let index = 0; index < 1000; index += 1) phone.session.directed.add(`room${index}@far.example`);
    await box.says(phone, presence(undefined, c));
    expect(seen(phone)).toEqual([`presence:error ${c} resource-constraint`]);
    expect(seen(carols)).toEqual([]);
  });
});

describe('delivery (section 8.5)', () => {
  const from = 'room@far.example/nick';

  test('to the bare address: every available resource; to a full one: that one, available or not', async () => {
    const phone = await box.online(near, alice, 'phone', xml('priority', {}, '-1'));
    const laptop = box.client(near, alice, 'laptop');
    await box.fromAfar(xml('presence', { from, to: a }));
    expect([seen(phone), seen(laptop)]).toEqual([[`presence ${from}`], []]);
    await box.fromAfar(xml('presence', { from, to: `${a}/laptop` }));
    await box.fromAfar(xml('presence', { from, to: `${a}/gone` }));
    await box.fromAfar(xml('presence', { type: 'error', from, to: `${a}/laptop` }));
    expect([seen(phone), seen(laptop)]).toEqual([[], [`presence ${from}`, `presence:error ${from}`]]);
    expect(box.abroad).toEqual([]);
  });

  test('an unknown type is a bad request from either side', async () => {
    const phone = await box.online(near, alice, 'phone');
    await box.says(phone, presence('hello', b));
    expect(seen(phone)).toEqual([`presence:error ${b} bad-request`]);
    await box.fromAfar(xml('presence', { type: 'hello', from, to: a }));
    expect(box.abroad.map(line)).toEqual([`presence:error ${a} bad-request`]);
    expect(seen(phone)).toEqual([]);
  });

  test('to local contacts reads no roster anew', async () => {
    const phone = await box.online(near, alice, 'phone');
    const before = box.store.roster.items(alice.id)[0];
    await box.says(phone, presence(), presence(), presence());
    expect(box.store.roster.items(alice.id)[0]).toBe(before);
  });
});
