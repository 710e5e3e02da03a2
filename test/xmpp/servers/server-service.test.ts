/** Servers of a box are added, renamed and taken away: what is refused, in words, and what is left. */
import { beforeEach, describe, expect, test } from 'vitest';
import { BOX } from '../../../xmpp/access/acts.ts';
import { RuleBook } from '../../../xmpp/access/rules/rule-book.ts';
import type { XmppHost } from '../../../xmpp/host.ts';
import { openServers, type Servers } from './rig.ts';

let servers: Servers;

beforeEach(async () => {
  servers = await openServers();
});

const L = 'a'.repeat(63);

describe('names that no server can have', () => {
  const refused = [
    ['', '"" is not a domain'],
    ['a b', '"a b" is not a domain'],
    ['under_score.example', '"under_score.example" is not a domain'],
    ['alice@club.example', '"alice@club.example" is not a domain'],
    [`a${L}.example`, 'is not a domain'],
    ['192.0.2.7', 'is the address of a machine'],
    ['[2001:db8::7]', 'is the address of a machine'],
    [`${L}.${L}.${L}.${L}`, 'is too long for the names of its services'],
    [`${L}.${L}.${L}.${'b'.repeat(50)}.example`, 'is too long for the names of its services'],
    [`${'ü'.repeat(56)}.${'ü'.repeat(56)}.${'ü'.repeat(56)}.${'ü'.repeat(56)}`, 'is too long'],
    ['other.example', 'the box answers at other.example already'],
    ['OTHER.example.', 'the box answers at other.example already'],
    ['old.near.example', 'the box answers at old.near.example already'],
    ['rooms.near.example', 'the box answers at rooms.near.example already'],
  ];

  test.each(refused)('%j', async (name, words) => {
    const { service, box } = servers;
    const before = box.store.servers.all();
    await expect(service.add(name, 'family')).rejects.toThrow(words);
    await expect(service.addFallback('near.example', name)).rejects.toThrow(words);
    if (name !== 'old.near.example') await expect(service.rename('near.example', name)).rejects.toThrow(words);
    expect(box.store.servers.all()).toEqual(before);
  });
});

test('an internationalised name is one, however it is written', async () => {
  const { service } = servers;
  expect((await service.addFallback('near.example', 'xn--mnchen-3ya.example')).fallbacks).toContain('münchen.example');
  await expect(service.add('MÜNCHEN.example', 'open')).rejects.toThrow('answers at münchen.example already');
});

describe('a fallback', () => {
  test('does not stand for its server where that is taken away or renamed', async () => {
    const { service, box } = servers;
    await service.addFallback('other.example', 'spare.example');
    const words = 'spare.example is a fallback of other.example: "server fallback remove" takes it away';
    await expect(service.remove('spare.example')).rejects.toThrow(words);
    await expect(service.rename('spare.example', 'third.example')).rejects.toThrow(words);
    expect(box.other.server).toMatchObject({ domain: 'other.example', fallbacks: ['spare.example'] });
  });

  test('becomes the name of its server by either word', async () => {
    const { service, box } = servers;
    await service.rename('near.example', 'old.near.example');
    expect(box.near.server).toMatchObject({ domain: 'old.near.example', fallbacks: ['near.example'] });
    await service.promote('near.example');
    expect(box.near.server).toMatchObject({ domain: 'near.example', fallbacks: ['old.near.example'] });
  });
});

describe('a server that is taken away', () => {
  const hostOf = (host: XmppHost) => ({ id: host.server.id, domain: host.server.domain });

  test('leaves nothing but what others have of it, and a line in the record of the first', async () => {
    const { service, box } = servers;
    const [first, second] = [box.near, box.other].sort((one, other) => (one.server.id < other.server.id ? -1 : 1));
    if (!first || !second) throw new Error('two hosts');
    const ann = await box.member(first, 'ann');
    const cora = await box.member(second, 'cora');
    await box.friends(ann, first, cora, second);
    const annDesk = await box.online(first, ann, 'desk');
    const coraDesk = await box.online(second, cora, 'desk');
    const { id, domain } = hostOf(second);
    await service.remove(domain);
    await box.settled();
    expect(coraDesk.closedWith).toBe('not-authorized');
    expect(annDesk.received.map(({ attrs }) => attrs.type)).toEqual(
      expect.arrayContaining(['unavailable', 'unsubscribed']),
    );
    expect(box.store.roster.items(ann.id)).toMatchObject([
      { contact: `${cora.local}@${domain}`, subscription: 'none' },
    ]);
    expect(first.acts.list(10)).toMatchObject([{ what: 'server removed', about: domain, who: 'command line' }]);
    const left = servers.texts((text) => text === id || text === cora.id);
    expect([...left.keys()].sort()).toEqual(['removed_accounts.id']);
  });

  test('is never the first', async () => {
    const { service, box } = servers;
    await expect(service.remove(box.store.servers.all()[0]?.domain ?? '')).rejects.toThrow('rename it instead');
  });
});

test('its mode and its domains may be changed at the same time', async () => {
  const { service, box } = servers;
  const host = box.near;
  const book = new RuleBook(host);
  await Promise.all([book.setMode('private', BOX), service.addFallback('near.example', 'spare.example')]);
  expect(host.server.mode).toBe('private');
  expect(host.server.fallbacks).toContain('spare.example');
  await Promise.all([service.promote('spare.example'), book.setMode('open', BOX), book.setRegistration('closed', BOX)]);
  expect(host.server).toMatchObject({ domain: 'spare.example', mode: 'open', registration: 'closed' });
});
