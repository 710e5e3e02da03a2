/** What is asked of single servers, by the file and by the owner. */
import { expect, test } from 'vitest';
import { PeerRuleBook } from '../../../xmpp/federation/peer-rules.ts';
import { testConfig } from '../extensions/harness.ts';
import { open, temporaryFolder } from '../store/fixtures.ts';

const config = {
  ...testConfig.federation,
  requireCertificate: true,
  domains: { 'b.test': { requireCertificate: false }, 'x.b.test': { dialback: false } },
};

test('the file is asked from above, each word of a longer name before that of a shorter', async () => {
  const book = new PeerRuleBook(config, await open(), () => undefined);
  expect(book.of('a.test')).toMatchObject({ requireCertificate: true, dialback: true });
  expect(book.of('rooms.b.test')).toMatchObject({ requireCertificate: false, dialback: true });
  expect(book.of('y.x.b.test')).toMatchObject({ requireCertificate: false, dialback: false });
  expect(book.of('notb.test')).toMatchObject({ requireCertificate: true });
});

test('what the owner says holds at once, is kept, adds up, and can be taken back', async () => {
  const folder = temporaryFolder();
  const store = await open(folder);
  let told = 0;
  const book = new PeerRuleBook(config, store, () => {
    told += 1;
  });
  await book.set('XN--BCHER-KVA.test', { stanzasPerSecond: 5 });
  expect(await book.set('bücher.test.', { dialback: false })).toMatchObject({ domain: 'bücher.test' });
  const asked = { requireCertificate: true, stanzasPerSecond: 5, dialback: false };
  expect(book.of('rooms.bücher.test')).toEqual(asked);
  expect(new PeerRuleBook(config, store, () => undefined).of('bücher.test')).toEqual(asked);
  expect(await book.remove('bücher.test')).toBe('bücher.test');
  expect(book.of('bücher.test')).toEqual(book.general);
  expect(told).toBe(3);
});

test('what cannot be said is refused in words', async () => {
  const book = new PeerRuleBook(config, await open(), () => undefined);
  await expect(book.set('b.test', { requireCertificate: true })).rejects.toThrow('casp3r.toml says it already');
  await expect(book.set('c.test', {})).rejects.toThrow('nothing was said');
  await expect(book.set('u@c.test', { dialback: true })).rejects.toThrow('is not a domain');
  await expect(book.remove('b.test')).rejects.toThrow('nothing was set for b.test');
  await book.set('b.test', { dialback: false });
  expect(book.of('b.test')).toMatchObject({ requireCertificate: false, dialback: false });
});
