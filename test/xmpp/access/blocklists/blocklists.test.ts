/** Blocklists: strangers on one are denied, at once when the list's service tells of them, and over a restart of the box. */
import { createHash } from 'node:crypto';
import { beforeEach, expect, test } from 'vitest';
import { blocklists } from '../../../../xmpp/access/blocklists/blocklists.ts';
import { accessGate } from '../../../../xmpp/access/gate.ts';
import { verdictWords } from '../../../../xmpp/access/rules/words.ts';
import { Jid } from '../../../../xmpp/routing/jid.ts';
import { StanzaError } from '../../../../xmpp/routing/stanza-error.ts';
import type { Account } from '../../../../xmpp/store/model.ts';
import { type Element, xml } from '../../../../xmpp/xml.ts';
import { type TestHost, testHost } from '../../extensions/harness.ts';

const NS = 'http://jabber.org/protocol/pubsub';
const NS_RSM = 'http://jabber.org/protocol/rsm';
const DAY_MS = 86_400_000;
const hash = (name: string) => createHash('sha256').update(name).digest('hex');
const item = (id: string, ...children: Element[]) => xml('item', { id }, ...children);

/** A service with one node, as XEP-0060 has it. */
class Service {
  items: Element[] = [];
  readonly asked: Element[] = [];
  subscribers: string[] = [];
  /** Instead of an answer. */
  fails: StanzaError | undefined;
  subscribes = true;
  /** Items of a page; 0 for a service that knows no pages and does not like to be asked. */
  page = 2;
  /** While the list is being read. */
  meanwhile: (() => void) | undefined;

  async answer(iq: Element): Promise<Element | undefined> {
    this.asked.push(iq);
    if (this.fails) throw this.fails;
    const pubsub = iq.getChild('pubsub', NS);
    const subscribe = pubsub?.getChild('subscribe');
    if (subscribe && !this.subscribes) throw new StanzaError('feature-not-implemented');
    if (subscribe) return this.#subscribed(subscribe.attrs.jid ?? '');
    if (pubsub?.getChild('unsubscribe')) return undefined;
    if (pubsub?.getChild('items')?.attrs.node !== 'spam') throw new StanzaError('item-not-found');
    const set = pubsub.getChild('set', NS_RSM);
    if (set && this.page === 0) throw new StanzaError('bad-request');
    const answer = set ? this.#page(set.getChildText('after') ?? undefined) : this.#result(this.items);
    this.meanwhile?.();
    return answer;
  }

  #subscribed(jid: string): Element {
    this.subscribers.push(jid);
    return xml('pubsub', { xmlns: NS }, xml('subscription', { node: 'spam', jid, subscription: 'subscribed' }));
  }

  #page(after: string | undefined): Element {
    const from = this.items.findIndex(({ attrs }) => attrs.id === after) + 1;
    const items = this.items.slice(from, from + this.page);
    const last = items.at(-1)?.attrs.id;
    const count = xml('count', {}, String(this.items.length));
    return this.#result(items, xml('set', { xmlns: NS_RSM }, last ? xml('last', {}, last) : null, count));
  }

  #result(items: readonly Element[], set?: Element): Element {
    return xml('pubsub', { xmlns: NS }, xml('items', { node: 'spam' }, ...items), set);
  }
}

let service: Service;
beforeEach(() => {
  service = new Service();
});

const LIST = [{ service: 'rtbl.example', node: 'spam' }];

function follow(host: TestHost, places = LIST): void {
  host.config = { ...host.config, access: { ...host.config.access, blocklists: places } };
  host.query = (iq) => service.answer(iq);
  host.attach(blocklists);
}

async function open(): Promise<{ host: TestHost; alice: Account; says: (jid: string) => string }> {
  const host = await testHost(accessGate);
  await host.configure({ mode: 'open' });
  const alice = await host.member('alice');
  const says = (jid: string) =>
    host.access.decide({ action: 'message-in', who: { jid: Jid.parse(jid) }, member: alice });
  return { host, alice, says };
}

/** What a service says; true where the server listens to it. */
function tell(host: TestHost, from: string, ...children: Element[]): boolean {
  const stanza = xml('message', { from }, xml('event', { xmlns: `${NS}#event` }, ...children));
  const event = { stanza, from: Jid.parse(from), taken: false };
  host.hooks.run('message to server', event);
  return event.taken;
}

const published = (...items: Element[]) => xml('items', { node: 'spam' }, ...items);
const status = (host: TestHost) => host.access.blocklists()[0];
const hasRead = async (host: TestHost) => {
  host.clock.pass(5_000);
  await expect.poll(() => status(host)?.heardMs).toBeDefined();
};

test('who is listed by address or domain, hashed or not, is denied, and explained so', async () => {
  const { host, alice, says } = await open();
  const why = xml(
    'report',
    { xmlns: 'urn:xmpp:reporting:1', reason: 'urn:xmpp:reporting:spam' },
    xml('text', {}, ' pills,\n again '),
  );
  const abuse = xml('report', { xmlns: 'urn:xmpp:reporting:1', reason: 'urn:xmpp:reporting:abuse' });
  service.items = [
    item(hash('eve@far.example').toUpperCase(), why),
    item(hash('spam.example'), abuse),
    item('plain.example'),
    item('192.0.2.0/24'),
  ];
  follow(host);
  expect(says('eve@far.example')).toBe('allow');
  await hasRead(host);
  expect(service.subscribers).toEqual(['casp3r.local']);
  expect(['eve@far.example', 'one@spam.example', 'one@plain.example', 'bob@far.example'].map(says)).toEqual([
    ...['deny', 'deny', 'deny'],
    'allow',
  ]);
  const explained = (who: { jid: Jid } | { domain: string }) =>
    verdictWords(host.access.explain({ action: 'federate-in', who }), 'federate-in', []);
  expect(explained({ jid: Jid.parse('eve@far.example') })).toBe(
    'Denied by [access] blocklists in casp3r.toml: listed by rtbl.example (spam): pills, again.',
  );
  expect(explained({ domain: 'spam.example' })).toContain('listed by rtbl.example (spam): abuse.');
  expect(status(host)).toMatchObject({ entries: 3, subscribed: true, trouble: undefined });

  await host.contact(alice, 'eve@far.example', 'both');
  expect(says('eve@far.example')).toBe('allow');
});

test('what its service tells counts at once; nobody else is listened to, nor of another node', async () => {
  const { host, says } = await open();
  follow(host);
  await hasRead(host);
  let changes = 0;
  host.hooks.on('access changed', () => {
    changes += 1;
  });
  expect(tell(host, 'rtbl.example', published(item(hash('eve@far.example')), item(hash('mia@far.example'))))).toBe(
    true,
  );
  expect(says('eve@far.example')).toBe('deny');
  expect(changes).toBe(1);
  expect(tell(host, 'rtbl.example', published(xml('retract', { id: hash('eve@far.example') })))).toBe(true);
  expect(says('eve@far.example')).toBe('allow');

  expect(tell(host, 'evil.example', published(item('far.example')))).toBe(false);
  expect(tell(host, 'rtbl.example/x', published(item('far.example')))).toBe(false);
  expect(tell(host, 'rtbl.example', xml('items', { node: 'other' }, item('far.example')))).toBe(false);
  expect(says('bob@far.example')).toBe('allow');

  expect(says('mia@far.example')).toBe('deny');
  tell(host, 'rtbl.example', xml('purge', { node: 'spam' }));
  expect(says('mia@far.example')).toBe('allow');
});

test('a subscription that is lost is renewed; a list that is deleted holds nobody, and is looked for', async () => {
  const { host, says } = await open();
  service.items = [item('spam.example')];
  follow(host);
  await hasRead(host);
  tell(host, 'rtbl.example', xml('subscription', { node: 'spam', jid: 'casp3r.local', subscription: 'none' }));
  expect(status(host)?.subscribed).toBe(false);
  host.clock.pass(5_000);
  await expect.poll(() => status(host)?.subscribed).toBe(true);

  service.fails = new StanzaError('item-not-found');
  tell(host, 'rtbl.example', xml('delete', { node: 'spam' }));
  expect(says('one@spam.example')).toBe('allow');
  host.clock.pass(5_000);
  await expect.poll(() => status(host)?.trouble).toBe('not read: there is no such list');
});

test('a large list is read in pages, and what is told meanwhile is not lost', async () => {
  const { host, says } = await open();
  service.items = ['a', 'b', 'c', 'd', 'e'].map((name) => item(`${name}.example`));
  service.meanwhile = () => {
    service.meanwhile = undefined;
    // The first page, with a.example, has been answered.
    tell(host, 'rtbl.example', published(xml('retract', { id: 'a.example' }), item('f.example')));
  };
  follow(host);
  await hasRead(host);
  expect(status(host)?.entries).toBe(5);
  expect([says('x@a.example'), says('x@e.example'), says('x@f.example')]).toEqual(['allow', 'deny', 'deny']);
});

test('a service that knows no pages is asked for all at once', async () => {
  const { host } = await open();
  service.page = 0;
  service.items = ['a', 'b', 'c'].map((name) => item(`${name}.example`));
  follow(host);
  await hasRead(host);
  expect(status(host)?.entries).toBe(3);
});

test('a list that cannot be subscribed to is read every quarter of an hour, and its owner is told', async () => {
  const { host, says } = await open();
  service.subscribes = false;
  follow(host);
  await hasRead(host);
  expect(status(host)).toMatchObject({
    subscribed: false,
    trouble: 'not subscribed, read every quarter of an hour: its server does not tell what is new',
  });
  service.items = [item('spam.example')];
  host.clock.pass(19 * 60_000);
  await expect.poll(() => says('x@spam.example')).toBe('deny');
});

test('a service that says of itself that the subscription waits is not asked again and again', async () => {
  const { host } = await open();
  service.subscribes = false;
  follow(host);
  await hasRead(host);
  const asked = service.asked.length;
  const pending = { node: 'spam', jid: 'casp3r.local', subscription: 'pending' };
  for (let n = 0; n < 5; n += 1) {
    tell(host, 'rtbl.example', xml('subscription', pending));
    host.clock.pass(5_000);
    await host.store.journal.commit();
  }
  expect(service.asked.length).toBe(asked);
});

test('a list that cannot be read goes on counting; it is asked for again, later each time', async () => {
  const { host, says } = await open();
  service.items = [item('spam.example')];
  follow(host);
  await hasRead(host);
  service.fails = new StanzaError('remote-server-timeout');
  host.clock.pass(8 * 3_600_000);
  await expect.poll(() => status(host)?.trouble).toBe('not read: its server does not answer');
  expect(says('x@spam.example')).toBe('deny');
  const tries = () => service.asked.length;
  const before = tries();
  host.clock.pass(40_000);
  await expect.poll(tries).toBe(before + 2);
  // The next one waits about a minute.
  await expect.poll(() => status(host)?.trouble).toBeDefined();
  host.clock.pass(40_000);
  expect(tries()).toBe(before + 2);
  service.fails = undefined;
  host.clock.pass(2 * 3_600_000);
  await expect.poll(() => status(host)?.trouble).toBeUndefined();
});

test('it holds from the first moment after a restart, with all that was told of it', async () => {
  const { host, says } = await open();
  service.items = [item('spam.example'), item(hash('eve@far.example'))];
  follow(host);
  await hasRead(host);
  tell(host, 'rtbl.example', published(item('new.example'), xml('retract', { id: 'spam.example' })));
  await host.store.journal.commit();

  service.fails = new StanzaError('remote-server-not-found');
  const again = host.again();
  follow(again);
  const saysAgain = (jid: string) => again.access.decide({ action: 'federate-in', who: { jid: Jid.parse(jid) } });
  expect(['x@new.example', 'eve@far.example', 'x@spam.example'].map(saysAgain)).toEqual(['deny', 'deny', 'allow']);
  expect(says('x@new.example')).toBe('deny');

  // It is read anew, and is the same: nothing is written.
  service.fails = undefined;
  service.items = [item('new.example'), item(hash('eve@far.example'))];
  const kept = () => again.store.access.blocklists(again.server.id);
  const before = kept();
  again.clock.pass(2 * 3_600_000);
  await expect.poll(() => status(again)?.subscribed).toBe(true);
  expect(kept()).toEqual(before);
});

test('a list that the file names no more is forgotten, and told so', async () => {
  const { host } = await open();
  service.items = [item('spam.example')];
  follow(host);
  await hasRead(host);
  await expect.poll(() => host.store.access.blocklists(host.server.id)).toHaveLength(1);
  const again = host.again();
  follow(again, []);
  again.clock.pass(5_000);
  await expect.poll(() => again.store.access.blocklists(again.server.id)).toEqual([]);
  await expect.poll(() => service.asked.some((iq) => iq.getChild('pubsub')?.getChild('unsubscribe'))).toBe(true);
});

test('what is told one by one does not grow without end in the store', async () => {
  const { host } = await open();
  follow(host);
  await hasRead(host);
  for (let at = 0; at < 1_500; at += 1) tell(host, 'rtbl.example', published(item(`d${at}.example`)));
  await host.store.journal.commit();
  const [kept] = host.store.access.blocklists(host.server.id);
  expect(kept?.entries.split('\n').length).toBeGreaterThan(1_000);
  expect((kept?.since.length ?? 0) + (kept?.entries.split('\n').length ?? 0)).toBe(1_500);
});

test('the service of a list is talked to in every mode, whatever the list says of it', async () => {
  const { host } = await open();
  await host.configure({ mode: 'family' });
  service.items = [item('rtbl.example')];
  follow(host);
  await hasRead(host);
  for (const action of ['federate-in', 'federate-out'] as const)
    expect(host.access.decide({ action, who: { domain: 'rtbl.example' } })).toBe('allow');
  expect(host.access.decide({ action: 'federate-in', who: { domain: 'below.rtbl.example' } })).toBe('deny');
});

test('it is read anew when its server is back after a while, and once a day anyway', async () => {
  const { host } = await open();
  const reads = () => service.asked.filter((iq) => iq.getChild('pubsub')?.getChild('items')).length;
  let up = true;
  host.links = () => (up ? [{ domain: 'rtbl.example', direction: 'both' }] : []);
  follow(host);
  await hasRead(host);
  const linkIs = (isUp: boolean) => {
    up = isUp;
    host.hooks.run('links changed', {});
  };
  linkIs(true);
  linkIs(false);
  linkIs(true);
  host.clock.pass(5_000);
  expect(reads()).toBe(1);
  linkIs(false);
  host.clock.pass(2 * 3_600_000);
  linkIs(true);
  host.clock.pass(5_000);
  await expect.poll(reads).toBe(2);
  await expect.poll(() => status(host)?.heardMs).toBe(host.clock.nowMs());
  host.clock.pass(DAY_MS);
  await expect.poll(reads).toBe(3);
});

test('a member who writes to somebody on a list hears the answer', async () => {
  const { host, alice, says } = await open();
  service.items = [item('spam.example')];
  follow(host);
  await hasRead(host);
  const phone = host.client(alice, 'phone');
  const to = Jid.parse('bob@spam.example');
  const stanza = xml('message', { type: 'chat', to: to.toString() }, xml('body', {}, 'Is that you?'));
  host.hooks.run('stanza from session', { session: phone.session, stanza, from: phone.jid, to, drop: false });
  await expect.poll(() => says('bob@spam.example')).toBe('allow');
  expect(says('eve@spam.example')).toBe('deny');
});
