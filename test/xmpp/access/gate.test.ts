/** The owner's rules on the way of a stanza: who reaches a member, who waits, what a limited member may say. */
import { expect, test } from 'vitest';
import { COMMAND_LINE } from '../../../xmpp/access/acts.ts';
import { accessGate } from '../../../xmpp/access/gate.ts';
import { MAX_HELD, MAX_HELD_OF_DOMAIN, MAX_HELD_OF_SENDER } from '../../../xmpp/access/quarantine.ts';
import { explain } from '../../../xmpp/access/rules/explain.ts';
import { RuleBook } from '../../../xmpp/access/rules/rule-book.ts';
import type { InboundStanza } from '../../../xmpp/routing/hooks.ts';
import { Jid } from '../../../xmpp/routing/jid.ts';
import { StanzaError } from '../../../xmpp/routing/stanza-error.ts';
import type { Account } from '../../../xmpp/store/model.ts';
import { type Element, xml } from '../../../xmpp/xml.ts';
import { type Client, type TestHost, testHost } from '../extensions/harness.ts';

/** What becomes of a stanza that comes to a member: 'passes', 'dropped', or the condition of its error. */
function comes(host: TestHost, account: Account, from: string, stanza: Element): string {
  const to = Jid.parse(host.addressOf(account));
  stanza.attrs.from = from;
  stanza.attrs.to = to.toString();
  const event = { account, stanza, from: Jid.parse(from), to, drop: false };
  return outcome(() => host.hooks.run('stanza to account', event).drop);
}

function says(host: TestHost, client: Client, to: string, stanza: Element): string {
  const event = { session: client.session, stanza, from: client.jid, to: Jid.parse(to), drop: false };
  return outcome(() => host.hooks.run('stanza from session', event).drop);
}

function outcome(run: () => boolean): string {
  try {
    return run() ? 'dropped' : 'passes';
  } catch (error) {
    if (error instanceof StanzaError) return error.condition;
    throw error;
  }
}

const chat = (body = 'hello') => xml('message', { type: 'chat' }, xml('body', {}, body));
const subscribe = () => xml('presence', { type: 'subscribe' });
const eve = 'eve@far.example/spam';

test('a family: contacts come in, strangers meet nobody', async () => {
  const host = await testHost(accessGate);
  const alice = await host.member('alice');
  const bob = await host.member('bob');
  expect(comes(host, alice, eve, chat())).toBe('service-unavailable');
  expect(comes(host, alice, eve, subscribe())).toBe('dropped');
  expect(comes(host, alice, eve, xml('presence'))).toBe('dropped');
  expect(comes(host, alice, eve, xml('presence', { type: 'unavailable' }))).toBe('passes');
  expect(comes(host, alice, eve, xml('message', { type: 'error' }))).toBe('passes');
  expect(comes(host, alice, `${host.addressOf(bob)}/phone`, chat())).toBe('passes');
  await host.contact(alice, 'eve@far.example', 'none');
  expect(comes(host, alice, eve, chat())).toBe('passes');
  expect(comes(host, bob, eve, chat())).toBe('service-unavailable');
});

test('a community: strangers wait, and come in order once they are written to', async () => {
  const host = await testHost(accessGate);
  await host.configure({ mode: 'community' });
  const alice = await host.member('alice');
  const phone = host.client(alice, 'phone');
  expect(comes(host, alice, eve, subscribe())).toBe('dropped');
  expect(comes(host, alice, eve, chat('first'))).toBe('dropped');
  expect(comes(host, alice, 'eve@far.example/other', chat('second'))).toBe('dropped');
  expect(comes(host, alice, eve, xml('message', { type: 'chat' }, xml('composing')))).toBe('dropped');
  await host.store.journal.commit();
  expect(host.quarantine.waiting(alice)).toEqual([
    { from: 'eve@far.example', stanzas: 3, sinceMs: host.clock.nowMs() },
  ]);

  expect(says(host, phone, 'eve@far.example', chat('who is there?'))).toBe('passes');
  await expect.poll(() => host.sent.length).toBe(3);
  expect(host.sent.map((stanza) => stanza.attrs.type ?? '')).toEqual(['subscribe', 'chat', 'chat']);
  expect(host.sent.map((stanza) => stanza.getChildText('body'))).toEqual([null, 'first', 'second']);
  expect(host.sent.every((stanza) => stanza.getChild('delay', 'urn:xmpp:delay') !== undefined)).toBe(true);
  expect(host.quarantine.waiting(alice)).toEqual([]);
  expect(comes(host, alice, eve, chat('third'))).toBe('passes');
});

test('who is refused leaves nothing, and may knock again', async () => {
  const host = await testHost(accessGate);
  await host.configure({ mode: 'community' });
  const alice = await host.member('alice');
  comes(host, alice, eve, chat());
  await host.store.journal.commit();
  await host.quarantine.refuse(alice, 'eve@far.example');
  expect(host.quarantine.waiting(alice)).toEqual([]);
  expect(comes(host, alice, eve, chat())).toBe('dropped');
  await host.store.journal.commit();
  expect(host.quarantine.waiting(alice)).toHaveLength(1);
});

test('a flood fills no disk', async () => {
  const host = await testHost(accessGate);
  await host.configure({ mode: 'community' });
  const alice = await host.member('alice');
  for (let index = 0; index < MAX_HELD_OF_SENDER + 3; index += 1) comes(host, alice, eve, chat());
  for (let index = 0; index < 3 * MAX_HELD; index += 1) comes(host, alice, `s${index}@d${index}.example`, chat());
  comes(host, alice, 'long@far.example', chat('x'.repeat(20_000)));
  await host.store.journal.commit();
  const held = host.quarantine.waiting(alice);
  expect(held.reduce((sum, { stanzas }) => sum + stanzas, 0)).toBe(MAX_HELD);
  expect(held.find(({ from }) => from === 'eve@far.example')?.stanzas).toBe(MAX_HELD_OF_SENDER);
});

test('a message that waits is on disk before its server is told that it came', async () => {
  const host = await testHost(accessGate);
  await host.configure({ mode: 'community' });
  const alice = await host.member('alice');
  const to = Jid.parse(host.addressOf(alice));
  const stanza = chat();
  const event: InboundStanza = { account: alice, stanza, from: Jid.parse(eve), to, drop: false };
  host.hooks.run('stanza to account', event);
  expect(host.quarantine.waiting(alice)).toEqual([]);
  await event.kept;
  expect(host.quarantine.waiting(alice)).toHaveLength(1);
});

test('what could not be kept takes no place', async () => {
  const host = await testHost(accessGate);
  await host.configure({ mode: 'community' });
  const alice = await host.member('alice');
  const commit = host.store.journal.commit.bind(host.store.journal);
  host.store.journal.commit = () => Promise.reject(new Error('the disk is full'));
  for (let index = 0; index < MAX_HELD_OF_SENDER; index += 1) comes(host, alice, eve, chat());
  await new Promise((done) => setImmediate(done));
  host.store.journal.commit = commit;
  comes(host, alice, eve, chat());
  await host.store.journal.commit();
  expect(host.quarantine.waiting(alice)).toHaveLength(1);
});

test('after two months what is old goes, and what the same sender said since stays', async () => {
  const host = await testHost(accessGate);
  await host.configure({ mode: 'community' });
  const alice = await host.member('alice');
  comes(host, alice, eve, chat('long ago'));
  host.clock.pass(50 * 86_400_000);
  comes(host, alice, eve, chat('lately'));
  host.clock.pass(11 * 86_400_000);
  await host.store.journal.commit();
  await host.quarantine.forgetOld();
  const held = host.store.access.held(alice.id);
  expect(held.map(({ stanza }) => /<body>(.*)<\/body>/.exec(stanza)?.[1])).toEqual(['lately']);
});

test('a room elsewhere that a member entered speaks to that member', async () => {
  const host = await testHost(accessGate);
  const alice = await host.member('alice');
  const phone = host.client(alice, 'phone');
  const spoken = () => xml('message', { type: 'groupchat' }, xml('body', {}, 'hello'));
  expect(comes(host, alice, 'tea@rooms.far.example/eve', spoken())).toBe('service-unavailable');
  phone.session.directed.add('tea@rooms.far.example/alice');
  expect(comes(host, alice, 'tea@rooms.far.example/eve', spoken())).toBe('passes');
});

test('a limited member and a stranger to it do not meet', async () => {
  const host = await testHost(accessGate);
  const kid = await host.member('kid', 'limited');
  const alice = await host.member('alice');
  const tablet = host.client(kid, 'tablet');
  expect(says(host, tablet, 'alice@casp3r.local', chat())).toBe('forbidden');
  expect(comes(host, kid, 'alice@casp3r.local/phone', chat())).toBe('forbidden');
  expect(says(host, tablet, 'casp3r.local', chat())).toBe('passes');
  // Rooms have rules of their own; who is behind a gateway nobody has said.
  host.services.add('rooms', { name: 'Rooms', iq: () => undefined });
  host.isBeside = (domain) => domain === 'irc.casp3r.local';
  expect(says(host, tablet, 'tea@rooms.casp3r.local/Bob', chat())).toBe('passes');
  expect(says(host, tablet, 'bob%libera@irc.casp3r.local', chat())).toBe('forbidden');
  expect(comes(host, kid, 'bob%libera@irc.casp3r.local', chat())).toBe('service-unavailable');
  expect(comes(host, alice, 'bob%libera@irc.casp3r.local', chat())).toBe('passes');
  expect(says(host, host.client(alice, 'phone'), 'alice@casp3r.local', chat())).toBe('passes');
});

test('another role is felt by sessions that are there', async () => {
  const host = await testHost(accessGate);
  const [kid, alice] = [await host.member('kid'), await host.member('alice')];
  const tablet = host.client(kid, 'tablet');
  expect(says(host, tablet, 'alice@casp3r.local', chat())).toBe('passes');
  await host.accounts.setRole(kid, 'limited');
  expect(says(host, tablet, 'alice@casp3r.local', chat())).toBe('forbidden');
  expect(comes(host, alice, 'kid@casp3r.local/tablet', chat())).toBe('forbidden');
});

test('the server and its own parts are never strangers', async () => {
  const host = await testHost(accessGate);
  await host.configure({ mode: 'private' });
  host.services.add('rooms', { name: 'Rooms', iq: () => undefined });
  const alice = await host.member('alice');
  expect(comes(host, alice, 'casp3r.local', chat())).toBe('passes');
  expect(comes(host, alice, 'tea@rooms.casp3r.local/bob', chat())).toBe('passes');
  expect(comes(host, alice, 'tea@other.casp3r.local/bob', chat())).toBe('service-unavailable');
});

test("the owner's word comes before the mode's", async () => {
  const host = await testHost(accessGate);
  await host.configure({ mode: 'open' });
  const alice = await host.member('alice');
  await new RuleBook(host).add({ subject: 'domain:far.example', action: 'message-in', decision: 'deny' }, COMMAND_LINE);
  expect(comes(host, alice, eve, chat())).toBe('service-unavailable');
  expect(comes(host, alice, eve, subscribe())).toBe('passes');
});

test('a rule that holds somebody is over once the member has let them in', async () => {
  const host = await testHost(accessGate);
  await host.configure({ mode: 'open' });
  const [alice, bob] = [await host.member('alice'), await host.member('bob')];
  const phone = host.client(alice, 'phone');
  for (const subject of ['domain:far.example', 'account:bob@casp3r.local'])
    await new RuleBook(host).add({ subject, action: 'message-in', decision: 'quarantine' }, COMMAND_LINE);
  for (const [from, to] of [
    [eve, 'eve@far.example'],
    ['bob@casp3r.local/phone', 'bob@casp3r.local'],
  ] as const) {
    expect(comes(host, alice, from, chat('held'))).toBe('dropped');
    await host.store.journal.commit();
    host.sent.splice(0);
    expect(says(host, phone, to, chat('yes?'))).toBe('passes');
    await expect.poll(() => host.sent.map((stanza) => stanza.getChildText('body'))).toEqual(['held']);
    expect(comes(host, alice, from, chat('again'))).toBe('passes');
  }
  // Others let them in for themselves.
  expect(comes(host, bob, eve, chat())).toBe('dropped');
});

test('who is added is let in, and so is who is written to when the mode lets them in by now', async () => {
  const host = await testHost(accessGate);
  await host.configure({ mode: 'community' });
  const alice = await host.member('alice');
  const phone = host.client(alice, 'phone');
  expect(comes(host, alice, eve, chat('from eve'))).toBe('dropped');
  expect(comes(host, alice, 'bob@far.example/x', chat('from bob'))).toBe('dropped');
  await host.contact(alice, 'eve@far.example', 'none');
  host.roster.push(alice, 'eve@far.example');
  await expect.poll(() => host.sent.map((stanza) => stanza.getChildText('body'))).toEqual(['from eve']);
  await host.configure({ mode: 'open' });
  expect(says(host, phone, 'bob@far.example', chat('yes?'))).toBe('passes');
  await expect.poll(() => host.sent.map((stanza) => stanza.getChildText('body'))).toEqual(['from eve', 'from bob']);
  expect(host.quarantine.waiting(alice)).toEqual([]);
});

test('what comes while its sender is let in is neither lost nor ahead of what came before', async () => {
  const host = await testHost(accessGate);
  await host.configure({ mode: 'community' });
  const alice = await host.member('alice');
  const bodies = () => host.sent.map((stanza) => stanza.getChildText('body'));
  comes(host, alice, eve, chat('1'));
  // Not on disk yet, as it is let in.
  comes(host, alice, eve, chat('2'));
  const accepted = host.quarantine.accept(alice, 'eve@far.example');
  expect(comes(host, alice, eve, chat('3'))).toBe('dropped');
  expect(comes(host, alice, eve, chat('4'))).toBe('dropped');
  await accepted;
  expect(bodies()).toEqual(['1', '2', '3', '4']);
  expect(comes(host, alice, eve, chat('5'))).toBe('passes');
  expect(host.quarantine.waiting(alice)).toEqual([]);
});

test('one domain does not take all the places', async () => {
  const host = await testHost(accessGate);
  await host.configure({ mode: 'community' });
  const alice = await host.member('alice');
  for (let index = 0; index < MAX_HELD; index += 1) comes(host, alice, `s${index}@spam.example`, chat());
  comes(host, alice, eve, chat());
  await host.store.journal.commit();
  const senders = host.quarantine.waiting(alice).map(({ from }) => from);
  expect(senders).toHaveLength(MAX_HELD_OF_DOMAIN + 1);
  expect(senders).toContain('eve@far.example');
});

test("the owner's word holds wherever the member has gone", async () => {
  const host = await testHost(accessGate);
  await host.configure({ mode: 'open' });
  const alice = await host.member('alice');
  host.client(alice, 'phone').session.directed.add('eve@far.example/spam');
  expect(comes(host, alice, eve, chat())).toBe('passes');
  await new RuleBook(host).add({ subject: 'account:eve@far.example', action: '*', decision: 'deny' }, COMMAND_LINE);
  expect(comes(host, alice, eve, chat())).toBe('service-unavailable');
});

test('requests of whom nobody let in reach no client, and of whom the owner denies not even the server', async () => {
  const host = await testHost(accessGate);
  await host.configure({ mode: 'community' });
  const alice = await host.member('alice');
  const asks = (resource: string) => {
    const stanza = xml('iq', { type: 'get', id: 'i', from: eve }, xml('query', { xmlns: 'urn:example' }));
    const to = Jid.parse(`alice@casp3r.local${resource}`);
    const event = { account: alice, stanza, from: Jid.parse(eve), to, drop: false };
    return outcome(() => host.hooks.run('stanza to account', event).drop);
  };
  // Keys for the first encrypted message are fetched from the account itself.
  expect([asks(''), asks('/phone')]).toEqual(['passes', 'service-unavailable']);
  await host.configure({ mode: 'family' });
  expect([asks(''), asks('/phone')]).toEqual(['service-unavailable', 'service-unavailable']);
  await host.contact(alice, 'eve@far.example', 'none');
  expect([asks(''), asks('/phone')]).toEqual(['passes', 'passes']);
});

test('an account that is denied is denied both ways, and asks nothing of apps; others of its server are not', async () => {
  const host = await testHost(accessGate);
  await host.configure({ mode: 'open' });
  const alice = await host.member('alice');
  const phone = host.client(alice, 'phone');
  const asks = () => xml('iq', { type: 'get', id: 'q' }, xml('query', { xmlns: 'jabber:iq:version' }));
  expect([says(host, phone, eve, chat()), comes(host, alice, eve, asks())]).toEqual(['passes', 'passes']);
  await new RuleBook(host).add({ subject: 'account:eve@far.example', action: '*', decision: 'deny' }, COMMAND_LINE);
  expect(comes(host, alice, eve, asks())).toBe('service-unavailable');
  expect(comes(host, alice, eve, xml('iq', { type: 'result', id: 'q' }))).toBe('passes');
  expect(says(host, phone, eve, chat())).toBe('forbidden');
  expect(says(host, phone, 'eve@far.example', subscribe())).toBe('forbidden');
  expect(says(host, phone, 'eve@far.example', xml('presence', { type: 'unsubscribe' }))).toBe('passes');
  expect(says(host, phone, 'bob@far.example', chat())).toBe('passes');
  expect(explain(host, { subject: 'alice@casp3r.local', action: 'message-out', to: 'eve@far.example' })).toMatchObject({
    decision: 'deny',
    rule: 1,
  });
});

test('a rule on a whole server, or on strangers, is left to its link', async () => {
  const host = await testHost(accessGate);
  await host.configure({ mode: 'open' });
  const alice = await host.member('alice');
  const phone = host.client(alice, 'phone');
  await host.contact(alice, 'bob@far.example', 'both');
  const goesTo = (domain: string) => host.access.decide({ action: 'federate-out', who: { domain } });
  await new RuleBook(host).add({ subject: 'stranger', action: '*', decision: 'deny' }, COMMAND_LINE);
  expect([says(host, phone, eve, chat()), goesTo('far.example')]).toEqual(['passes', 'allow']);
  expect([says(host, phone, 'eve@spam.example', chat()), goesTo('spam.example')]).toEqual(['passes', 'deny']);
});
