/** A service takes in what is addressed to its domain, at every domain of its host, and its refusals are answered as everywhere. */
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { ANSWERS_LATER, type Service, type ServiceStanza } from '../../../xmpp/routing/services.ts';
import { StanzaError } from '../../../xmpp/routing/stanza-error.ts';
import { type Element, xml } from '../../../xmpp/xml.ts';
import { type Client, conditionOf } from '../extensions/harness.ts';
import { type Box, iq, openBox } from '../im/box.ts';

const NS = 'urn:example:question';
const question = () => xml('question', { xmlns: NS });

let box: Box;
let asker: Client;
let taken: ServiceStanza[];

beforeEach(async () => {
  const opened = await openBox();
  onTestFinished(opened.close);
  box = opened.box;
  taken = [];
  asker = await box.online(box.near, await box.member(box.near), 'desk');
});

function offer(service: Partial<Service>): void {
  box.near.services.add('things', { name: 'Things', iq: () => undefined, ...service });
}

async function ask(payload: Element, to: string): Promise<Element | undefined> {
  asker.received.length = 0;
  await box.says(asker, iq('get', payload, to));
  return asker.received[0];
}

test.each(['things.near.example', 'things.old.near.example', 'one@things.near.example/resource'])(
  'it answers at %s',
  async (address) => {
    offer({ iq: ({ payload, to }) => xml('answer', { xmlns: payload.getNS() ?? '', at: to.toString() }) });
    const reply = await ask(question(), address);
    expect(reply?.attrs).toMatchObject({ type: 'result', from: address, to: asker.jid.toString() });
    expect(reply?.getChild('answer', NS)?.attrs.at).toBe(address);
  },
);

test('a subdomain that no service has is somewhere else', async () => {
  offer({});
  expect(conditionOf((await ask(question(), 'other.near.example')) ?? xml('none'))).toBe('remote-server-not-found');
});

test('what it throws is answered, and without a handler messages are refused and presence is dropped', async () => {
  offer({
    iq: () => {
      throw new StanzaError('not-allowed');
    },
  });
  expect(conditionOf((await ask(question(), 'things.near.example')) ?? xml('none'))).toBe('not-allowed');
  asker.received.length = 0;
  await box.says(asker, xml('presence', { to: 'things.near.example' }), xml('message', { to: 'things.near.example' }));
  expect(asker.received.map(({ name }) => name)).toEqual(['message']);
  expect(asker.received.map(conditionOf)).toEqual(['service-unavailable']);
});

test('messages and presence reach it with the session that sent them', async () => {
  const take = async (stanza: ServiceStanza) => void taken.push(stanza);
  offer({ message: take, presence: take });
  await box.says(
    asker,
    xml('presence', { to: 'x@things.near.example' }),
    xml('message', { to: 'things.near.example' }),
  );
  expect(taken.map(({ stanza }) => stanza.name)).toEqual(['presence', 'message']);
  expect(taken.map(({ session }) => session)).toEqual([asker.session, asker.session]);
});

test('what is to come after the answer comes after it', async () => {
  offer({
    iq: ({ after, from }) => {
      after.push(() => box.near.send(xml('message', { from: 'things.near.example', to: from.toString() })));
      return undefined;
    },
  });
  await ask(question(), 'things.near.example');
  expect(asker.received.map(({ name }) => name)).toEqual(['iq', 'message']);
});

test('a handler may answer later, and its own questions get their answers', async () => {
  offer({
    iq: ({ from, to, stanza }) => {
      const asked = box.near.query(xml('iq', { type: 'get', from: to.toString(), to: from.toString() }, question()));
      asked.then((answer) => {
        box.near.send(
          xml('iq', { type: 'result', id: stanza.attrs.id, from: to.toString(), to: from.toString() }, answer),
        );
      });
      return ANSWERS_LATER;
    },
  });
  const passedOn = await ask(question(), 'things.near.example');
  expect(passedOn?.attrs.type).toBe('get');
  const result = xml('iq', { type: 'result', id: passedOn?.attrs.id, to: passedOn?.attrs.from }, xml('answer', NS));
  asker.received.length = 0;
  await box.says(asker, result);
  expect(asker.received[0]?.getChild('answer', NS)).toBeDefined();
});
