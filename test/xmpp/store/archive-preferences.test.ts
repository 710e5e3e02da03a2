import { expect, test } from 'vitest';
import { change } from '../../../xmpp/store/changes.ts';
import { open } from './fixtures.ts';

test('changed preferences are read as changed, though reads of them are kept', async () => {
  const store = await open();
  const account = store.newId();
  const set = (wanted: 'roster' | 'never') =>
    store.journal.commit(
      change('archive preferences set', { account, preferences: { default: wanted, always: [], never: [] } }),
    );
  expect(store.archive.preferences(account)).toBeUndefined();
  await set('roster');
  expect(store.archive.preferences(account)?.default).toBe('roster');
  await set('never');
  expect(store.archive.preferences(account)?.default).toBe('never');
  await store.journal.commit(change('account removed', { account }));
  expect(store.archive.preferences(account)).toBeUndefined();
});
