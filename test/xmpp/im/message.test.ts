import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Extension } from '../../../xmpp/extension.ts';
import { offline } from '../../../xmpp/extensions/offline.ts';
import type { XmppHost } from '../../../xmpp/host.ts';
import type { Account } from '../../../xmpp/store/model.ts';
import { type Element, xml } from '../../../xmpp/xml.ts';
import type { Client } from '../extensions/harness.ts';
import { type Box, iq, openBox } from './box.ts';

const NS_TEST = 'urn:example:broken';

/** Handlers as they must not be. */
const broken: Extension = {
  name: 'broken',
  xep: [],
  attach(host) {
    host.iq.handle('get', 'server', 'query', NS_TEST, 'anyone', () => {
      throw new TypeError('a mistake of the program');
    });
    host.hooks.on('message received', ({ stanza }) => {
      if (stanza.getChild('broken', NS_TEST)) throw new TypeError('a mistake of the program');
    });
  },
};

let box: Box;
let close: () => Promise<void>;
let near: XmppHost;
let sender: Client;

beforeAll(async () => {
  ({ box, close } = await openBox([offline, broken]));
  near = box.near;
  sender = await box.online(near, await box.member(near, 'sender'), 'desk');
});

afterAll(async () => {
  await close();
});

interface Delivery {
  /** Resources of the recipient that got it. */
  got: string[];
  /** The condition that the sender got. */
  error: string | undefined;
  kept: number;
}

async function deliver(recipient: Account, clients: Client[], to: string, type: string | undefined): Promise<Delivery> {
  for (const client of [sender, ...clients]) client.received.splice(0);
  const before = near.store.offline.count(recipient.id);
  await box.says(sender, xml('message', { to, type, id: 'm' }, xml('body', {}, 'Hark!')));
  const bounced = sender.received.find(({ attrs }) => attrs.type === 'error');
  return {
    got: clients.filter(({ received }) => received.some(isHark)).map(({ jid }) => jid.resource),
    error: bounced?.getChild('error')?.getChildElements()[0]?.name,
    kept: near.store.offline.count(recipient.id) - before,
  };
}

const isHark = (stanza: Element) => stanza.getChildText('body') === 'Hark!';
const unavailable = { got: [], error: 'service-unavailable', kept: 0 };
const ignored = { got: [], error: undefined, kept: 0 };
const kept = { got: [], error: undefined, kept: 1 };
const reaches = (...got: string[]) => ({ got, error: undefined, kept: 0 });

/** RFC 6121 section 8.5.4, with the choices that it leaves open (im/message.ts says which). */
type Row = Record<'normal' | 'chat' | 'groupchat' | 'headline' | 'error', Delivery>;

describe('the table of RFC 6121 section 8.5', () => {
  const check = (name: string, online: Record<string, number>, to: (bare: string) => string, row: Row) => {
    it.each(Object.entries(row))(`${name}: %s`, async (type, wanted) => {
      const recipient = await box.member(near, 'recipient');
      const clients: Client[] = [];
      for (const [resource, priority] of Object.entries(online)) {
        clients.push(await box.online(near, recipient, resource, xml('priority', {}, String(priority))));
      }
      const typeAttribute = type === 'normal' ? undefined : type;
      expect(await deliver(recipient, clients, to(near.addressOf(recipient)), typeAttribute)).toEqual(wanted);
    });
  };
  const bare = (address: string) => address;
  const full = (resource: string) => (address: string) => `${address}/${resource}`;
  const nobody: Row = { normal: kept, chat: kept, groupchat: unavailable, headline: ignored, error: ignored };

  check('bare, nobody there', {}, bare, nobody);
  check('bare, only a negative priority', { low: -1 }, bare, nobody);
  const some = { high: 5, low: -1, zero: 0 };
  const open = reaches('high', 'zero');
  check('bare, some there', some, bare, {
    normal: open,
    chat: open,
    groupchat: unavailable,
    headline: open,
    error: ignored,
  });
  const gone: Row = { ...nobody, normal: unavailable };
  check('full, nobody there', {}, full('gone'), gone);
  check('full, another there', some, full('gone'), { ...gone, chat: open });
  const low = reaches('low');
  check('full, that one there', some, full('low'), {
    normal: low,
    chat: low,
    groupchat: low,
    headline: low,
    error: low,
  });
});

describe('an unknown name', () => {
  it.each(['normal', 'chat', 'groupchat', 'headline'])(
    'is refused as an account that is away might be: %s',
    async (type) => {
      sender.received.splice(0);
      await box.says(sender, xml('message', { to: 'nobody@near.example', type }, xml('body', {}, 'Hark!')));
      expect(sender.received.map(({ attrs }) => attrs.type)).toEqual(['error']);
    },
  );

  it('is not told of errors', async () => {
    sender.received.splice(0);
    await box.says(sender, xml('message', { to: 'nobody@near.example', type: 'error' }));
    expect(sender.received).toEqual([]);
  });
});

describe('an exception in one handler', () => {
  it.each([
    ['an IQ', () => iq('get', xml('query', { xmlns: NS_TEST }), 'near.example')],
    [
      'a message',
      () => xml('message', { to: near.addressOf(sender.session.account) }, xml('broken', { xmlns: NS_TEST })),
    ],
  ])('costs that one stanza, is told to its sender and counted: %s', async (_, stanza) => {
    const before = box.faults;
    sender.received.splice(0);
    await box.says(sender, stanza());
    expect(sender.received.map((answer) => answer.getChild('error')?.getChildElements()[0]?.name)).toEqual([
      'internal-server-error',
    ]);
    expect(box.faults).toBe(before + 1);
    expect(sender.closedWith).toBeUndefined();
    await box.says(sender, xml('message', { to: near.addressOf(sender.session.account) }, xml('body', {}, 'Hark!')));
    expect(sender.received.some(isHark)).toBe(true);
  });
});
