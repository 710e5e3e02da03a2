/** A list of spammers that another server keeps (RTBL), and a report (XEP-0377) to those who look after that server. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Box } from '../../kit/box.ts';
import { startBox } from '../../kit/federated-box.ts';
import { Internet } from '../../kit/internet.ts';
import { childOf, textOf } from '../../kit/tree.ts';
import { hasEjabberd, startEjabberd } from './ejabberd.ts';
import { newMember, Person } from './person.ts';
import { hasProsody, startProsody } from './prosody.ts';
import { type ForeignServer, PATIENCE_MS } from './server.ts';

const PUBSUB = 'http://jabber.org/protocol/pubsub';
const NODE = 'muc_bans_sha256';
const NS_REPORTING = 'urn:xmpp:reporting:1';
const hash = (name: string) => createHash('sha256').update(name).digest('hex');

const servers = [
  {
    name: 'Prosody',
    start: startProsody,
    present: hasProsody,
    domain: 'prosody.test',
    lists: 'lists',
    address: '127.0.0.71',
  },
  {
    name: 'ejabberd',
    start: startEjabberd,
    present: hasEjabberd,
    domain: 'ejabberd.test',
    lists: 'nodes',
    address: '127.0.0.72',
  },
];

interface ListRow {
  entries: number;
  subscribed: boolean;
  trouble: string | null;
}

describe.each(servers.filter(({ present }) => present))('$name', ({ start, domain, lists, address }) => {
  const LISTS = `${lists}.${domain}`;
  let internet: Internet;
  let box: Box;
  let other: ForeignServer;
  let keeper: Person;
  let romeo: Person;
  let alice: Person;

  beforeAll(async () => {
    internet = await Internet.create();
    const accounts = ['romeo', 'keeper'];
    other = await start(internet, { domain, address, accounts, keeper: 'keeper' });
    [keeper, romeo] = [
      new Person(await other.login('keeper', 'theirs')),
      new Person(await other.login('romeo', 'theirs')),
    ];
    await keeper.comesOnline();
    await romeo.comesOnline();
    await keeper.asks('set', LISTS, `<pubsub xmlns='${PUBSUB}'><create node='${NODE}'/></pubsub>`);
    // Those that are there before anybody subscribes.
    for (const name of ['eve@far.test', 'spam.test']) await publish(hash(name));
    const settings = { 'access.blocklists': [`xmpp:${LISTS}?;node=${NODE}`], 'access.forward_reports': true };
    box = await startBox(internet, { settings });
    alice = await newMember(box, 'alice');
    await alice.comesOnline();
  });
  afterAll(() => internet.end());
  beforeEach(({ onTestFailed }) =>
    onTestFailed(() => console.error(`${other.log.slice(-6000)}\n${box.log.slice(-6000)}`)),
  );

  const publish = (id: string) =>
    keeper.asks(
      'set',
      LISTS,
      `<pubsub xmlns='${PUBSUB}'><publish node='${NODE}'><item id='${id}'>` +
        `<report xmlns='${NS_REPORTING}' reason='urn:xmpp:reporting:spam'/></item></publish></pubsub>`,
    );
  const retract = (id: string) =>
    keeper.asks(
      'set',
      LISTS,
      `<pubsub xmlns='${PUBSUB}'><retract node='${NODE}' notify='true'><item id='${id}'/></retract></pubsub>`,
    );

  const listHas = (entries: number) =>
    expect
      .poll(
        async () => {
          const { stdout } = await box.cli(['access', 'show', '--json']);
          return (JSON.parse(stdout) as { blocklists: ListRow[] }).blocklists[0];
        },
        { timeout: 3 * PATIENCE_MS, interval: 500 },
      )
      .toMatchObject({ entries, subscribed: true, trouble: null });

  test('a stranger who is published is denied at once, and let in again when retracted', async () => {
    await listHas(2);
    romeo.say(alice.bare, 'Hello');
    await alice.hears('Hello', romeo.jid);
    await publish(hash(romeo.bare));
    await listHas(3);
    romeo.say(alice.bare, 'Pills');
    await romeo.bounced('message', alice.bare);
    const { stdout } = await box.cli(['access', 'explain', romeo.bare, 'message-in', '--to', alice.bare]);
    expect(stdout).toContain(`listed by ${LISTS} (${NODE}): spam`);
    romeo.write(`<presence to='den@rooms.${box.domain}/Romeo'><x xmlns='http://jabber.org/protocol/muc'/></presence>`);
    await romeo.bounced('presence', `den@rooms.${box.domain}`);

    await retract(hash(romeo.bare));
    await listHas(2);
    romeo.say(alice.bare, 'I am no spammer');
    await alice.hears('I am no spammer', romeo.jid);
  });

  test('while that server is gone and the box was started anew, the list counts; then it tells again', async () => {
    await other.crash();
    await box.stop();
    await box.boot();
    const { stdout } = await box.cli(['access', 'explain', 'eve@far.test', 'message-in']);
    expect(stdout).toContain('listed by');
    await other.boot();
    keeper = new Person(await other.login('keeper', 'theirs'));
    await keeper.comesOnline();
    await publish(hash('mallory@far.test'));
    await listHas(3);
    alice = new Person((await newMember(box, 'anna')).wire);
    await alice.comesOnline();
    romeo = new Person(await other.login('romeo', 'theirs'));
    await romeo.comesOnline();
  });

  test('a report is told to whom it names against abuse, with the message and without who reported', async () => {
    romeo.say(alice.bare, 'Buy now');
    const spam = await alice.hears('Buy now');
    const stanzaId = childOf(spam, 'stanza-id', 'urn:xmpp:sid:0')?.attrs;
    await alice.asks(
      'set',
      alice.bare,
      `<block xmlns='urn:xmpp:blocking'><item jid='${romeo.bare}'><report xmlns='${NS_REPORTING}' reason='urn:xmpp:reporting:spam'>` +
        `<stanza-id xmlns='urn:xmpp:sid:0' by='${stanzaId?.get('by')}' id='${stanzaId?.get('id')}'/><text>Unasked</text>` +
        '<report-origin/></report></item></block>',
    );
    const told = await keeper.wire.element((node) => childOf(node, 'report', NS_REPORTING) !== undefined, 'the report');
    expect(told.attrs.get('from')).toBe(box.domain);
    const report = childOf(told, 'report', NS_REPORTING);
    expect(report?.attrs.get('reason')).toBe('urn:xmpp:reporting:spam');
    expect(textOf(report && childOf(report, 'jid', 'urn:xmpp:jid:0'))).toBe(romeo.bare);
    const forwarded = childOf(told, 'forwarded', 'urn:xmpp:forward:0');
    const message = forwarded && childOf(forwarded, 'message');
    expect(textOf(message && childOf(message, 'body'))).toBe('Buy now');
    expect([message?.attrs.get('from'), message?.attrs.get('to')]).toEqual([romeo.jid, undefined]);
  });
});
