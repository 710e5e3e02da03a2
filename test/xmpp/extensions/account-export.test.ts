import { expect, onTestFinished, test } from 'vitest';
import { COMMAND_LINE } from '../../../xmpp/access/acts.ts';
import { RuleBook } from '../../../xmpp/access/rules/rule-book.ts';
import { readForm } from '../../../xmpp/data-form.ts';
import { accountExport } from '../../../xmpp/extensions/account-export.ts';
import { commands } from '../../../xmpp/extensions/commands.ts';
import { xml } from '../../../xmpp/xml.ts';
import { conditionOf, payloadOf, testConfig, testHost } from './harness.ts';

const NODE = 'urn:casp3r:export';
const command = () => xml('command', { xmlns: 'http://jabber.org/protocol/commands', node: NODE });

function withDownloads(url: string | undefined): string[] {
  const made: string[] = [];
  testConfig.downloads = {
    offer(name, make) {
      made.push(name, [...(make() ?? [])].join(''));
      return url === undefined ? undefined : { url, untilMs: 0 };
    },
  };
  onTestFinished(() => {
    delete testConfig.downloads;
  });
  return made;
}

test('a member gets an address for all that is theirs, without the keys of the password', async () => {
  const made = withDownloads('https://casp3r.local/export/x');
  const host = await testHost(commands, accountExport);
  const alice = await host.accounts.create({ local: 'alice', password: 'correct horse', role: 'member' });
  await host.contact(alice, 'romeo@b.test', 'both');
  const answer = payloadOf(await host.ask(host.client(alice, 'phone'), 'set', command()));
  const form = answer.getChild('x', 'jabber:x:data');
  expect(form && readForm(form).fields.get('url')).toEqual(['https://casp3r.local/export/x']);
  expect(answer.getChild('note')?.attrs.type).toBe('warn');
  expect(made[0]).toBe('alice.xml');
  expect(made[1]).toContain('romeo@b.test');
  expect(made[1]).not.toContain('scram');
});

test('nobody gets what is of others, and nothing goes where no encrypted page is', async () => {
  withDownloads(undefined);
  const host = await testHost(commands, accountExport);
  const [alice, bob] = [await host.member('alice'), await host.member('bob')];
  const phone = host.client(bob, 'phone');
  expect(conditionOf(await host.ask(phone, 'set', command(), host.addressOf(alice)))).toBe('forbidden');
  expect(conditionOf(await host.ask(phone, 'set', command()))).toBe('service-unavailable');
});

test('an address that was given out is no good any more for who may not log in any more', async () => {
  let fetch: () => Iterable<string> | undefined = () => [];
  testConfig.downloads = {
    offer(_, make) {
      fetch = make;
      return { url: 'https://casp3r.local/export/x', untilMs: 0 };
    },
  };
  onTestFinished(() => {
    delete testConfig.downloads;
  });
  const host = await testHost(commands, accountExport);
  const alice = await host.member('alice');
  await host.ask(host.client(alice, 'phone'), 'set', command());
  expect(fetch()).toBeDefined();
  const rule = { subject: 'account:alice@casp3r.local', action: 'login', decision: 'deny' } as const;
  const { id } = await new RuleBook(host).add(rule, COMMAND_LINE);
  expect(fetch()).toBeUndefined();
  await new RuleBook(host).remove(id, COMMAND_LINE);
  await host.accounts.setStatus(alice, 'disabled');
  expect(fetch()).toBeUndefined();
});
