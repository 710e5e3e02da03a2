/** What members of our box and of other servers do with each other, from either side. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Box } from '../../kit/box.ts';
import { startBox } from '../../kit/federated-box.ts';
import { Internet } from '../../kit/internet.ts';
import { childOf, elementsOf, type Tree, textOf } from '../../kit/tree.ts';
import { hasEjabberd, startEjabberd } from './ejabberd.ts';
import { befriend, conditionOf, member, newMember, Person } from './person.ts';
import { hasProsody, startProsody } from './prosody.ts';
import type { ForeignServer } from './server.ts';
import { askWeb } from './web.ts';

const servers = [
  { name: 'Prosody', start: startProsody, present: hasProsody, address: '127.0.0.2', domain: 'prosody.test' },
  { name: 'ejabberd', start: startEjabberd, present: hasEjabberd, address: '127.0.0.3', domain: 'ejabberd.test' },
];

/** For each test two accounts of its own on either side. */
const NAMES = Array.from({ length: 60 }, (_, index) => `person${index}`);
const MUC_USER = 'http://jabber.org/protocol/muc#user';
const PUBSUB = 'http://jabber.org/protocol/pubsub';
const NS_UPLOAD = 'urn:xmpp:http:upload:0';
const BURST = 300;

describe.each(servers.filter(({ present }) => present))('$name', ({ start, address, domain }) => {
  let internet: Internet;
  let box: Box;
  let other: ForeignServer;
  let taken = 0;

  beforeAll(async () => {
    internet = await Internet.create();
    [other, box] = await Promise.all([start(internet, { domain, address, accounts: NAMES }), startBox(internet)]);
  });
  afterAll(() => internet.end());
  beforeEach(({ onTestFailed }) =>
    onTestFailed(() => console.error(`${other.log.slice(-6000)}\n${box.log.slice(-6000)}`)),
  );

  /** Two people who have never met, and are logged in and not online. */
  async function pair(ours: boolean): Promise<[Person, Person]> {
    const name = NAMES[taken++] ?? 'nobody';
    const here = await newMember(box, name);
    const there = new Person(await other.login(name, 'theirs'));
    return ours ? [here, there] : [there, here];
  }

  const again = async (person: Person, resource: string) => {
    const [local = ''] = person.bare.split('@', 1);
    if (person.domain === box.domain) return member(box, local, resource);
    return new Person(await other.login(local, resource));
  };
  const roomsOf = (person: Person) => (person.domain === other.domain ? other.rooms : `rooms.${box.domain}`);
  const unknownAt = (person: Person) => `nobody@${person.domain}`;
  const goes = (title: string, work: (one: Person, other: Person) => Promise<void>) =>
    test.each([
      ['from us to them', true],
      ['from them to us', false],
    ] as const)(`${title}, %s`, async (_, ours) => work(...(await pair(ours))));

  goes('chat', async (one, two) => {
    one.say(two.jid, 'Hello');
    const { attrs } = await two.hears('Hello', one.jid);
    expect(attrs.get('to')).toBe(two.jid);
    two.say(one.jid, 'And to you');
    await one.hears('And to you', two.jid);
  });

  goes('a subscription: asked for, granted, seen, given up', async (one, two) => {
    await one.comesOnline();
    await two.comesOnline();
    one.write(`<presence to='${two.bare}' type='subscribe'/>`);
    await two.sees(one.bare, 'subscribe');
    two.write(`<presence to='${one.bare}' type='subscribed'/>`);
    await one.sees(two.bare, 'subscribed');
    await one.rosterSays(two.bare, 'to');
    await one.sees(two.jid);
    two.write('<presence><show>away</show><status>In the garden</status></presence>');
    const away = await one.wire.element((node) => childOf(node, 'show') !== undefined, 'to be away');
    expect(textOf(childOf(away, 'status'))).toBe('In the garden');
    two.wire.cut();
    await one.sees(two.jid, 'unavailable');
    const back = await again(two, 'back');
    await back.comesOnline();
    await one.sees(back.jid);
    const second = await again(one, 'second');
    await second.comesOnline();
    await second.sees(back.jid);
    one.write(`<presence to='${two.bare}' type='unsubscribe'/>`);
    await back.sees(one.bare, 'unsubscribe');
    // RFC 6121 section 3.3.3 asks for it; Prosody 0.12 does not say it.
    if (two.domain !== 'prosody.test') await one.sees(back.jid, 'unavailable');
    await back.rosterSays(one.bare, 'none');
  });

  goes('a subscription asked for while nobody is there, and taken back later', async (one, two) => {
    await one.comesOnline();
    one.write(`<presence to='${two.bare}' type='subscribe'/>`);
    // What went over the same link before it is there before it.
    one.say(two.jid, 'I have asked you');
    await two.hears('I have asked you');
    await two.comesOnline();
    await two.sees(one.bare, 'subscribe');
    two.write(`<presence to='${one.bare}' type='subscribed'/>`);
    await one.sees(two.jid);
    two.write(`<presence to='${one.bare}' type='unsubscribed'/>`);
    await one.sees(two.jid, 'unavailable');
    await one.rosterSays(two.bare, 'none');
  });

  goes('a room with members of both', async (one, two) => {
    const room = `den${taken}@${roomsOf(one)}`;
    one.write(`<presence to='${room}/One'><x xmlns='http://jabber.org/protocol/muc'/></presence>`);
    await one.sees(`${room}/One`);
    const open = ['membersonly', 'whois'].map(
      (name) => `<field var='muc#roomconfig_${name}'><value>${name === 'whois' ? 'anyone' : '0'}</value></field>`,
    );
    await one.asks(
      'set',
      room,
      "<query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' type='submit'>" +
        `<field var='FORM_TYPE'><value>http://jabber.org/protocol/muc#roomconfig</value></field>${open.join('')}</x></query>`,
    );
    two.write(`<presence to='${room}/Two'><x xmlns='http://jabber.org/protocol/muc'/></presence>`);
    const entered = await one.sees(`${room}/Two`);
    expect(itemOf(entered)?.attrs.get('jid')).toBe(two.jid);
    await two.sees(`${room}/Two`);
    two.write(`<message to='${room}' type='groupchat' id='r1'><body>From far away</body></message>`);
    await one.hears('From far away', `${room}/Two`);
    await two.hears('From far away', `${room}/Two`);
    one.write(`<message to='${room}' type='groupchat' id='r2'><subject>Gardens</subject></message>`);
    await two.wire.element((node) => textOf(childOf(node, 'subject')) === 'Gardens', 'the subject');
    await one.asks(
      'set',
      room,
      "<query xmlns='http://jabber.org/protocol/muc#admin'><item nick='Two' role='none'><reason>Enough</reason></item></query>",
    );
    const gone = await two.sees(`${room}/Two`, 'unavailable');
    expect(statusesOf(gone)).toContain('307');
    two.write(`<presence to='${room}/Two'><x xmlns='http://jabber.org/protocol/muc'/></presence>`);
    await one.sees(`${room}/Two`);
    two.wire.cut();
    await one.sees(`${room}/Two`, 'unavailable');
  });

  goes('an avatar: told to who wants avatars, and fetched', async (one, two) => {
    await one.comesOnline();
    await two.comesOnline();
    await befriend(one, two);
    const publish = (node: string, id: string, payload: string) =>
      one.asks(
        'set',
        one.bare,
        `<pubsub xmlns='${PUBSUB}'><publish node='${node}'><item id='${id}'>${payload}</item></publish></pubsub>`,
      );
    const id = '111f4b3c50d7b0df729d299bc6f8e9ef9066971f';
    await publish('urn:xmpp:avatar:data', id, "<data xmlns='urn:xmpp:avatar:data'>QUJD</data>");
    const info = `<metadata xmlns='urn:xmpp:avatar:metadata'><info bytes='3' id='${id}' type='image/png'/></metadata>`;
    await publish('urn:xmpp:avatar:metadata', id, info);
    const fan = await again(two, 'fan');
    await fan.comesOnline(fan.wantingAvatars());
    await fan.isTold(one.bare, id);
    await publish('urn:xmpp:avatar:metadata', 'next', info.replaceAll(id, 'next'));
    await fan.isTold(one.bare, 'next');
    const fetched = await two.asks(
      'get',
      one.bare,
      `<pubsub xmlns='${PUBSUB}'><items node='urn:xmpp:avatar:data'/></pubsub>`,
    );
    expect(textIn(fetched)).toContain('QUJD');
  });

  goes('a vCard', async (one, two) => {
    await one.asks('set', one.bare, "<vCard xmlns='vcard-temp'><FN>Somebody</FN></vCard>");
    const card = childOf(await two.asks('get', one.bare, "<vCard xmlns='vcard-temp'/>"), 'vCard');
    expect(card && textOf(childOf(card, 'FN'))).toBe('Somebody');
  });

  goes('the link of a file, with receipts, markers and chat states', async (one, two) => {
    const url = 'https://upload.box.test/upload/abc/photo.jpg';
    const more = [
      `<x xmlns='jabber:x:oob'><url>${url}</url></x>`,
      "<request xmlns='urn:xmpp:receipts'/><markable xmlns='urn:xmpp:chat-markers:0'/>",
      "<active xmlns='http://jabber.org/protocol/chatstates'/><origin-id xmlns='urn:xmpp:sid:0' id='o1'/>",
    ].join('');
    one.say(two.jid, url, more);
    const link = await two.hears(url);
    const oob = childOf(link, 'x', 'jabber:x:oob');
    expect(oob && textOf(childOf(oob, 'url'))).toBe(url);
    for (const name of ['request', 'markable', 'active', 'origin-id']) expect(childOf(link, name)).toBeDefined();
    two.write(`<message to='${one.jid}' id='rc'><received xmlns='urn:xmpp:receipts' id='id of ${url}'/></message>`);
    await one.wire.element((node) => childOf(node, 'received', 'urn:xmpp:receipts') !== undefined, 'the receipt');
    two.write(
      `<message to='${one.jid}' type='chat'><composing xmlns='http://jabber.org/protocol/chatstates'/></message>`,
    );
    await one.wire.element((node) => childOf(node, 'composing') !== undefined, 'that somebody is writing');
  });

  goes('a file, fetched by its link', async (one, two) => {
    if (one.domain === 'ejabberd.test') return;
    const service = one.domain === box.domain ? 'upload.box.test' : `files.${one.domain}`;
    const host = one.domain === box.domain ? '127.0.0.1' : address;
    const facts = "filename='a.txt' size='5' content-type='text/plain'";
    const answer = await one.asks('get', service, `<request xmlns='${NS_UPLOAD}' ${facts}/>`);
    const slot = childOf(answer, 'slot', NS_UPLOAD);
    const [put, get] = ['put', 'get'].map((name) => slot && childOf(slot, name));
    const headers = Object.fromEntries(
      (put ? elementsOf(put) : []).map((header) => [header.attrs.get('name') ?? '', textOf(header)]),
    );
    expect((await askWeb(host, 'PUT', put?.attrs.get('url') ?? '', headers, 'Hello')).status).toBe(201);
    one.say(two.jid, get?.attrs.get('url') ?? '');
    const link = textOf(childOf(await two.hears(get?.attrs.get('url') ?? ''), 'body'));
    expect(await askWeb(host, 'GET', link)).toEqual({ status: 200, body: 'Hello' });
  });

  goes('carbons, and the archives of both', async (one, two) => {
    const phone = await again(one, 'phone');
    const laptop = await again(two, 'laptop');
    for (const person of [one, two, phone, laptop]) await person.comesOnline();
    for (const person of [phone, laptop]) await person.asks('set', person.bare, "<enable xmlns='urn:xmpp:carbons:2'/>");
    one.say(two.jid, 'To all that is yours');
    await two.hears('To all that is yours');
    await laptop.wire.element((node) => childOf(node, 'received', 'urn:xmpp:carbons:2') !== undefined, 'a carbon');
    await phone.wire.element((node) => childOf(node, 'sent', 'urn:xmpp:carbons:2') !== undefined, 'a carbon');
    for (const [person, contact] of [
      [one, two],
      [two, one],
    ] as const) {
      const filter = `<field var='with'><value>${contact.bare}</value></field>`;
      await person.asks(
        'set',
        person.bare,
        "<query xmlns='urn:xmpp:mam:2'><x xmlns='jabber:x:data' type='submit'>" +
          `<field var='FORM_TYPE' type='hidden'><value>urn:xmpp:mam:2</value></field>${filter}</x></query>`,
      );
      const found = await person.wire.element(
        (node) => childOf(node, 'result', 'urn:xmpp:mam:2') !== undefined,
        'the archive',
      );
      expect(textIn(found)).toContain('To all that is yours');
    }
  });

  goes('service discovery of the server, its rooms and a person', async (one, two) => {
    await one.comesOnline();
    await two.comesOnline();
    const info = "<query xmlns='http://jabber.org/protocol/disco#info'/>";
    const server = childOf(await one.asks('get', two.domain, info), 'query');
    expect(server && childOf(server, 'identity')?.attrs.get('category')).toBeOneOf(['server', 'pubsub']);
    const items = childOf(
      await one.asks('get', two.domain, "<query xmlns='http://jabber.org/protocol/disco#items'/>"),
      'query',
    );
    const rooms = roomsOf(two);
    expect(items && elementsOf(items).map(({ attrs }) => attrs.get('jid'))).toContain(rooms);
    const service = childOf(await one.asks('get', rooms, info), 'query');
    expect(service && childOf(service, 'identity')?.attrs.get('category')).toBe('conference');
    expect((await one.asks('get', two.domain, "<ping xmlns='urn:xmpp:ping'/>")).attrs.get('from')).toBe(two.domain);
  });

  goes('what is meant for nobody comes back', async (one, two) => {
    const nobody = unknownAt(two);
    const answer = await one.ask('get', nobody, "<odd xmlns='urn:example:odd'/>");
    expect(conditionOf(answer)).toBeOneOf(['service-unavailable', 'item-not-found']);
    const gone = await one.ask('get', `${two.bare}/gone`, "<ping xmlns='urn:xmpp:ping'/>");
    expect(conditionOf(gone)).toBe('service-unavailable');
    const odd = await one.ask('get', two.domain, "<odd xmlns='urn:example:odd'/>");
    expect(conditionOf(odd)).toBeOneOf(['service-unavailable', 'feature-not-implemented']);
    // Strangers get from our box what somebody who is away would have given them (docs/decisions/0005).
    if (two.domain === box.domain) return;
    one.say(nobody, 'Anybody?');
    expect(conditionOf(await one.bounced('message', nobody))).toBe('service-unavailable');
  });

  goes('a burst of messages and of presence, all of it and in order', async (one, two) => {
    await two.comesOnline();
    const numbers = Array.from({ length: BURST }, (_, index) => String(index));
    const got: { body: string[]; status: string[] } = { body: [], status: [] };
    await new Promise<void>((resolve) => {
      two.wire.intercept((node) => {
        for (const kind of ['body', 'status'] as const) {
          const child = node.attrs.get('from') === one.jid ? childOf(node, kind) : undefined;
          if (child) got[kind].push(textOf(child));
        }
        if (got.status.length === BURST) resolve();
        return true;
      });
      one.write(
        numbers
          .map(
            (text) =>
              `<message to='${two.jid}' type='chat'><body>${text}</body></message><presence to='${two.jid}'><status>${text}</status></presence>`,
          )
          .join(''),
      );
    });
    expect(got).toEqual({ body: numbers, status: numbers });
  });

  goes('somebody who is blocked hears that, and nothing comes through', async (one, two) => {
    await two.comesOnline();
    const block = (name: string) =>
      two.asks('set', two.bare, `<${name} xmlns='urn:xmpp:blocking'><item jid='${one.bare}'/></${name}>`);
    await block('block');
    one.say(two.bare, 'Not wanted');
    expect(conditionOf(await one.bounced('message', two.bare))).toBeOneOf(['service-unavailable', 'not-acceptable']);
    await block('unblock');
    one.say(two.bare, 'Wanted again');
    await two.hears('Wanted again');
    const bodies = two.wire
      .waiting()
      .map((arrival) => (arrival.kind === 'element' ? textOf(childOf(arrival.node, 'body')) : ''));
    expect(bodies).not.toContain('Not wanted');
  });
});

const itemOf = (presence: Tree) => {
  const user = childOf(presence, 'x', MUC_USER);
  return user && childOf(user, 'item');
};

function statusesOf(presence: Tree): string[] {
  const user = childOf(presence, 'x', MUC_USER);
  return user
    ? elementsOf(user).flatMap(({ name, attrs }) => (name === 'status' ? [attrs.get('code') ?? ''] : []))
    : [];
}

const textIn = (tree: Tree): string =>
  tree.children.map((child) => (typeof child === 'string' ? child : textIn(child))).join('');
