/** Our server gets another primary domain: with contacts on servers that know nothing of that, everything goes on from there. */
import { afterEach, describe, expect, test } from 'vitest';
import { startBox } from '../../kit/federated-box.ts';
import { Internet } from '../../kit/internet.ts';
import { childOf, textOf } from '../../kit/tree.ts';
import { hasEjabberd, startEjabberd } from './ejabberd.ts';
import { befriend, member, newMember, Person } from './person.ts';
import { hasProsody, startProsody } from './prosody.ts';

const servers = [
  { name: 'Prosody', start: startProsody, present: hasProsody, address: '127.0.0.71', domain: 'prosody.test' },
  { name: 'ejabberd', start: startEjabberd, present: hasEjabberd, address: '127.0.0.72', domain: 'ejabberd.test' },
];

let internet: Internet;
afterEach(() => internet.end());

describe.each(servers.filter(({ present }) => present))('with a contact on $name', ({ start, address, domain }) => {
  test('chat and presence go on from the new address, also when the old one is gone', async () => {
    internet = await Internet.create();
    const [other, box] = await Promise.all([
      start(internet, { domain, address, accounts: ['romeo'] }),
      startBox(internet, { fallbacks: ['new.test'] }),
    ]);
    const before = await newMember(box, 'alice', 'before');
    const romeo = new Person(await other.login('romeo', 'theirs'));
    await before.comesOnline();
    await romeo.comesOnline();
    await befriend(before, romeo);

    await box.command('server promote', { domain: 'new.test' });
    const request = await romeo.sees('alice@new.test', 'subscribe');
    const moved = childOf(request, 'moved', 'urn:xmpp:moved:1');
    expect(moved && textOf(childOf(moved, 'old-jid'))).toBe('alice@box.test');
    romeo.write("<presence to='alice@new.test' type='subscribed'/><presence to='alice@new.test' type='subscribe'/>");

    const alice = await member(box, 'alice', 'after', 'new.test');
    expect(alice.bare).toBe('alice@new.test');
    await alice.comesOnline();
    // She let him see her long ago, and is not asked again.
    await romeo.sees('alice@new.test', 'subscribed');
    await romeo.sees('alice@new.test/after');
    await alice.sees(romeo.jid);

    alice.say(romeo.jid, 'From the new one');
    await romeo.hears('From the new one', alice.jid);
    romeo.say('alice@new.test', 'To the new one');
    await alice.hears('To the new one', romeo.jid);
    romeo.say('alice@box.test', 'To the old one');
    await alice.hears('To the old one', romeo.jid);

    await box.command('server fallback remove', { domain: 'new.test', fallback: 'box.test' });
    alice.say(romeo.jid, 'Only the new one is left');
    await romeo.hears('Only the new one is left', alice.jid);
    romeo.say('alice@new.test', 'I have it');
    await alice.hears('I have it', romeo.jid);
  });
});
