import { expect, test } from 'vitest';
import { movedFrom } from '../../../xmpp/servers/moved-address.ts';

const moved = movedFrom('old.test', 'new.test', ['rooms', 'pubsub']);

test.each([
  ['old.test', 'new.test'],
  ['alice@old.test', 'alice@new.test'],
  ['alice@old.test/old.test', 'alice@new.test/old.test'],
  ['den@rooms.old.test', 'den@rooms.new.test'],
  ['pubsub.old.test/x@y', 'pubsub.new.test/x@y'],
])('%s is called %s', (before, now) => expect(moved(before)).toBe(now));

test.each(['alice@new.test', 'alice@bold.test', 'irc.old.test', 'old.test.elsewhere', 'a@b.test/old.test', ''])(
  '%j is as it was',
  (jid) => expect(moved(jid)).toBeUndefined(),
);
