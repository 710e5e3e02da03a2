import { expect, test } from 'vitest';
import { change } from '../../../xmpp/store/changes.ts';
import { open } from './fixtures.ts';

test('a changed server is read as changed, though reads of it are kept', async () => {
  const store = await open();
  const server = {
    id: store.newId(),
    domain: 'a.example',
    fallbacks: [],
    mode: 'family',
    registration: 'invite',
  } as const;
  expect(store.servers.all()).toEqual([]);
  await store.journal.commit(change('server set', { ...server, fallbacks: [] }));
  expect(store.servers.all()).toEqual([server]);
  expect(store.servers.all()[0]).toBe(store.servers.all()[0]);
  await store.journal.commit(change('server set', { ...server, domain: 'b.example', fallbacks: ['a.example'] }));
  expect(store.servers.all()).toEqual([{ ...server, domain: 'b.example', fallbacks: ['a.example'] }]);
});
