/** Servers that go away and come back. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { FederationStatus } from '../../../firmware/commands/federation.ts';
import type { Box } from '../../kit/box.ts';
import { startBox } from '../../kit/federated-box.ts';
import { Internet } from '../../kit/internet.ts';
import { hasEjabberd, startEjabberd } from './ejabberd.ts';
import { member, newMember, Person } from './person.ts';
import { hasProsody, startProsody } from './prosody.ts';
import { type ForeignServer, PATIENCE_MS } from './server.ts';

const servers = [
  { name: 'Prosody', start: startProsody, present: hasProsody, address: '127.0.0.61', domain: 'prosody.test' },
  { name: 'ejabberd', start: startEjabberd, present: hasEjabberd, address: '127.0.0.62', domain: 'ejabberd.test' },
];

describe.each(servers.filter(({ present }) => present))('$name', ({ start, address, domain }) => {
  let internet: Internet;
  let box: Box;
  let other: ForeignServer;
  let alice: Person;
  let romeo: Person;

  beforeAll(async () => {
    internet = await Internet.create();
    [other, box] = await Promise.all([start(internet, { domain, address, accounts: ['romeo'] }), startBox(internet)]);
    alice = await newMember(box, 'alice');
    romeo = new Person(await other.login('romeo', 'theirs'));
    await alice.comesOnline();
    await romeo.comesOnline();
  });
  afterAll(() => internet.end());

  async function queued(): Promise<number> {
    const { servers: peers } = (await box.command('federation status')) as FederationStatus;
    return peers.reduce((sum, peer) => sum + peer.queued, 0);
  }

  async function chat(): Promise<void> {
    alice.say(romeo.bare, 'Hello');
    await romeo.hears('Hello', alice.jid);
    romeo.say(alice.bare, 'And to you');
    await alice.hears('And to you', romeo.jid);
  }

  // Prosody acknowledges (XEP-0198); ejabberd does not, and answers pings.
  test('what it had not taken in when it crashed reaches it when it is back', async () => {
    await chat();
    await vi.waitUntil(async () => (await queued()) === 0, { timeout: PATIENCE_MS, interval: 200 });
    other.freeze();
    const words = ['one', 'two', 'three', 'four', 'five'];
    for (const word of words) alice.say(romeo.bare, word);
    // Our box has taken them in, and has nothing left to do but wait.
    await alice.asks('get', box.domain, "<ping xmlns='urn:xmpp:ping'/>");
    await other.crash();
    await other.boot();
    romeo = new Person(await other.login('romeo', 'theirs'));
    await romeo.comesOnline();
    for (const word of words) await romeo.hears(word, alice.jid);
  });

  test('after it was gone chat goes on', async () => {
    await chat();
    await other.crash();
    await other.boot();
    romeo = new Person(await other.login('romeo', 'theirs'));
    await romeo.comesOnline();
    await chat();
  });

  test('after our box was gone chat goes on, and who is there is seen again', async () => {
    await chat();
    await box.kill();
    await box.boot();
    alice = await member(box, 'alice');
    await alice.comesOnline();
    expect(alice.jid).toBe('alice@box.test/ours');
    await chat();
  });
});
