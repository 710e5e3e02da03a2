/** The record of administrative acts: what is kept of it, and for how long. */
import { expect, test } from 'vitest';
import { COMMAND_LINE } from '../../../xmpp/access/acts.ts';
import { testHost } from '../extensions/harness.ts';

const DAY_MS = 86_400_000;

test('an act is kept as long as the owner says, and the newest of very many', async () => {
  const host = await testHost();
  host.config = { ...host.config, access: { ...host.config.access, logDays: 30 } };
  const record = async (what: string) => {
    await host.store.journal.commit(host.acts.change(COMMAND_LINE, what, ''));
    host.clock.pass(DAY_MS);
  };
  const kept = () => host.acts.list(100).map(({ what }) => what);
  await record('one');
  host.clock.pass(29 * DAY_MS);
  await record('two');
  await host.acts.forgetOld();
  expect(kept()).toEqual(['two']);

  host.config = { ...host.config, access: { ...host.config.access, logDays: 0 } };
  for (const what of ['three', 'four', 'five']) await record(what);
  host.clock.pass(10_000 * DAY_MS);
  await host.acts.forgetOld();
  expect(kept()).toEqual(['five', 'four', 'three', 'two']);
  await host.acts.forgetOld(2);
  expect(kept()).toEqual(['five', 'four']);
});
