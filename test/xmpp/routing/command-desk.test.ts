/** Ad-hoc commands without a stream: the same table, checks, bounds and record as for stanzas. */
import { beforeEach, expect, test } from 'vitest';
import { accessCommands } from '../../../xmpp/extensions/access-commands/access-commands.ts';
import { commands } from '../../../xmpp/extensions/commands.ts';
import { done } from '../../../xmpp/routing/command.ts';
import { CommandDesk, type DeskAnswers } from '../../../xmpp/routing/command-desk.ts';
import type { Account } from '../../../xmpp/store/model.ts';
import { type TestHost, testHost } from '../extensions/harness.ts';

const MODE = 'urn:casp3r:access#mode';

let host: TestHost;
let root: Account;
let desk: CommandDesk;

const answers = (values: Record<string, string | string[]>): DeskAnswers =>
  new Map(Object.entries(values).map(([name, value]) => [name, [value].flat()]));

beforeEach(async () => {
  host = await testHost(commands, accessCommands);
  root = await host.member('root', 'administrator');
  desk = new CommandDesk(host, { account: root, place: 'web-1', address: '192.0.2.7', way: 'web' });
});

test('a command is begun, answered, taken back, and done; it is on record with where it came from', async () => {
  const first = await desk.begin(MODE);
  expect(first).toMatchObject({ name: 'Choose who this server is open to', more: true, canGoBack: false, results: [] });
  expect(first.form?.fields).toMatchObject([{ var: 'mode', type: 'list-single', required: true, values: ['family'] }]);
  const second = await desk.answer(MODE, first.session, answers({ mode: 'open' }));
  expect(second).toMatchObject({ more: false, canGoBack: true, form: { title: 'Mode open' } });
  expect((await desk.back(MODE, first.session)).form?.title).toBe('Who is this server open to?');
  await desk.answer(MODE, first.session, answers({ mode: 'community' }));
  const over = await desk.answer(MODE, first.session, answers({ sure: 'true' }));
  expect(over.form).toBeUndefined();
  expect(over.notes).toEqual([{ type: 'info', text: 'The mode is community.' }]);
  expect(host.acts.list(1)).toMatchObject([{ who: 'root@casp3r.local', from: '192.0.2.7, web', what: 'access mode' }]);
});

test('what it came to is there as plain values', async () => {
  await host.store.journal.commit(host.acts.change({ who: 'somebody', from: '' }, 'something', 'somewhere'));
  const { session } = await desk.begin('urn:casp3r:access#log');
  const { results } = await desk.answer('urn:casp3r:access#log', session, answers({}));
  expect(results[0]?.columns.map(({ label }) => label)).toEqual(['When', 'Who', 'From where', 'What', 'About']);
  expect(results[0]?.rows[0]?.slice(1)).toEqual(['somebody', '', 'something', 'somewhere']);
});

test('answers are checked as those of a stanza, and the form waits on', async () => {
  const { session } = await desk.begin(MODE);
  await expect(desk.answer(MODE, session, answers({ mode: 'anarchy' }))).rejects.toThrow('Not one of the choices');
  await expect(desk.answer(MODE, session, answers({ mode: 'a\u0000' }))).rejects.toThrow('cannot be sent');
  await expect(desk.answer(MODE, session, answers({ mode: 'a\ud800' }))).rejects.toThrow('cannot be sent');
  expect(desk.waiting(MODE, session)?.form?.title).toBe('Who is this server open to?');
  await desk.cancel(MODE, session);
  expect(desk.waiting(MODE, session)).toBeUndefined();
});

test('nobody goes on with what another began, and it is over once its place is left', async () => {
  const { session } = await desk.begin(MODE);
  const elsewhere = new CommandDesk(host, { account: root, place: 'web-2', address: '', way: 'web' });
  const second = await host.member('second', 'administrator');
  const other = new CommandDesk(host, { account: second, place: 'web-1', address: '', way: 'web' });
  for (const one of [elsewhere, other]) {
    expect(one.waiting(MODE, session)).toBeUndefined();
    await expect(one.answer(MODE, session, answers({ mode: 'open' }))).rejects.toThrow('not yours');
  }
  desk.leave();
  await expect(desk.answer(MODE, session, answers({ mode: 'open' }))).rejects.toThrow('is over');
});

test('who may not run a command sees none of it, whenever that changes', async () => {
  const member = await host.member('alice');
  const hers = new CommandDesk(host, { account: member, place: 'web-1', address: '', way: 'web' });
  expect(hers.list().map(({ node }) => node)).toEqual(['urn:casp3r:access#strangers']);
  await expect(hers.begin(MODE)).rejects.toMatchObject({ condition: 'forbidden' });
  await expect(hers.begin('urn:nothing')).rejects.toMatchObject({ condition: 'item-not-found' });
  const { session } = await desk.begin(MODE);
  await host.accounts.setRole(root, 'member');
  await expect(desk.answer(MODE, session, answers({ mode: 'open' }))).rejects.toMatchObject({ condition: 'forbidden' });
});

test('a member has no more under way than by stanzas: the oldest gives way', async () => {
  const begun = [];
  for (let n = 0; n < 6; n += 1) begun.push(await desk.begin(MODE));
  expect(begun.map(({ session }) => desk.waiting(MODE, session) !== undefined)).toEqual([
    false,
    ...Array.from({ length: 5 }, () => true),
  ]);
});

test('a command that takes no form is over at once', async () => {
  host.commands.add({ node: 'one', name: 'One', target: 'server', allowed: () => true, begin: () => done('Done.') });
  expect(await desk.begin('one')).toMatchObject({ node: 'one', name: 'One', notes: [{ text: 'Done.' }] });
});
