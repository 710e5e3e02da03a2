/** Reports (XEP-0377): kept with the block, bounded, and told elsewhere only where owner and member both said so. */
import { expect, test } from 'vitest';
import { blocking } from '../../../xmpp/extensions/blocking.ts';
import { change } from '../../../xmpp/store/changes.ts';
import type { Account } from '../../../xmpp/store/model.ts';
import { type Element, xml } from '../../../xmpp/xml.ts';
import { type TestHost, testHost } from '../extensions/harness.ts';

const SPAM = 'urn:xmpp:reporting:spam';

function report(attrs: Record<string, string>, ...children: Element[]): Element {
  return xml('report', { xmlns: 'urn:xmpp:reporting:1', ...attrs }, ...children);
}

async function open(forwardReports = false) {
  const host = await testHost(blocking);
  host.config = { ...host.config, access: { ...host.config.access, forwardReports } };
  const alice = await host.member('alice');
  const phone = host.client(alice, 'phone');
  const block = (jid: string, ...children: Element[]) =>
    host.ask(phone, 'set', xml('block', { xmlns: 'urn:xmpp:blocking' }, xml('item', { jid }, ...children)));
  return { host, alice, block };
}

const kept = (host: TestHost) => host.store.access.reports(host.server.id);

async function archived(host: TestHost, account: Account, id: string, from: string): Promise<void> {
  const message = xml('message', { from, to: host.addressOf(account) }, xml('body', {}, 'pills'));
  const peer = from.split('/')[0] ?? '';
  await host.store.journal.commit(
    change('message archived', {
      account: account.id,
      id,
      peer,
      peerFull: from,
      direction: 'in',
      atMs: host.clock.nowMs(),
      stanza: message.toString(),
    }),
  );
}

const stanzaId = (id: string) => xml('stanza-id', { xmlns: 'urn:xmpp:sid:0', by: 'alice@casp3r.local', id });

test('a report is kept with the messages that it names, those of the reported address alone', async () => {
  const { host, alice, block } = await open();
  await archived(host, alice, 'm1', 'eve@spam.example/x');
  await archived(host, alice, 'm2', 'bob@far.example/y');
  await block('eve@spam.example', report({ reason: SPAM }, stanzaId('m1'), stanzaId('m2'), xml('text', {}, 'again')));
  expect(host.store.extras.blocked(alice.id)).toEqual(['eve@spam.example']);
  expect(kept(host)).toMatchObject([{ jid: 'eve@spam.example', reason: SPAM, text: 'again' }]);
  expect(kept(host)[0]?.stanzas).toHaveLength(1);
  expect(kept(host)[0]?.stanzas[0]).toContain('eve@spam.example/x');
});

test('a report without a reason is refused, and nobody is blocked', async () => {
  const { host, alice, block } = await open();
  const answer = await block('eve@spam.example', report({}));
  expect(answer.attrs.type).toBe('error');
  expect(host.store.extras.blocked(alice.id)).toEqual([]);
});

test("it goes to the sender's server only where the owner and the member both said so, without the name of who reported", async () => {
  const unwilling = await open();
  await unwilling.block('eve@spam.example', report({ reason: SPAM }, xml('report-origin')));
  const { host, alice, block } = await open(true);
  await block('mallory@spam.example', report({ reason: SPAM }, xml('third-party')));
  expect([...unwilling.host.sent, ...host.sent]).toEqual([]);

  await archived(host, alice, 'm1', 'eve@spam.example/x');
  await block('eve@spam.example', report({ reason: SPAM }, stanzaId('m1'), xml('report-origin')));
  await expect.poll(() => host.sent.length).toBe(2);
  const [question, message] = host.sent;
  expect(question?.attrs.to).toBe('spam.example');
  expect(message?.attrs).toMatchObject({ from: host.server.domain, to: 'spam.example' });
  expect(message?.toString()).not.toContain('alice');
  expect(message?.getChild('forwarded')?.getChild('message')?.attrs.from).toBe('eve@spam.example/x');
  await expect.poll(() => host.acts.list(1)[0]?.what).toBe('report forward');
});

test('what one member can make the box keep in a day is bounded; blocking goes on', async () => {
  const { host, alice, block } = await open();
  for (let at = 0; at < 52; at++) await block(`eve${at}@spam.example`, report({ reason: SPAM }));
  expect(kept(host)).toHaveLength(50);
  expect(host.store.extras.blocked(alice.id)).toHaveLength(52);
});
