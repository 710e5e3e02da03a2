/** Exports that a stranger made to fill the memory: they end early, before they are read whole. */
import { expect, test } from 'vitest';
import { readExport } from '../../../xmpp/portability/reader.ts';

const USER = "<server-data xmlns='urn:xmpp:pie:0'><host jid='a.test'><user name='u'>";
const MIB = 2 ** 20;

test.each([
  ['elements in one', `${USER}<x xmlns='urn:x'>`, '<a/>', 'too large'],
  ['elements in each other', USER, '<a>', 'too deeply'],
  ['and beside an account', '<server-data xmlns="urn:xmpp:pie:0">', '<a>', 'too deeply'],
  ['attributes', `${USER}<x`, " a=''", 'too many attributes'],
  ['characters of one attribute', `${USER}<x a='`, 'a', 'too large'],
  ['characters of a comment', `${USER}<!--`, 'a', 'too large'],
  ['times the same long namespace', `${USER}<x xmlns='urn:x' xmlns:a='urn:${'n'.repeat(MIB)}'>`, '<a:b/>', 'too large'],
])('too many %s', { timeout: 60_000 }, async (_, start, again, why) => {
  let fed = 0;
  async function* bytes(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(start);
    const piece = Buffer.from(again.repeat(65_536 / again.length));
    for (; fed < 64 * MIB; fed += piece.length) yield piece;
  }
  const read = async () => {
    for await (const piece of readExport({ bytes: bytes(), include: unreachable })) expect(piece.kind).not.toBe('part');
  };
  await expect(read()).rejects.toThrow(why);
  expect(fed).toBeLessThan(17 * MIB);
});

function unreachable(): never {
  throw new Error('nothing is included');
}
