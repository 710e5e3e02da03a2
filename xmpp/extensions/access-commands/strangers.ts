/**
 * The people who wait for a member (access/quarantine.ts): who they are, and what the member says to that. That somebody waits at all
 * is said once a day at most, in words that no stranger chose.
 */
import type { Host } from '../../extension.ts';
import { type CommandAsker, type CommandOutcome, type CommandStep, done } from '../../routing/command.ts';
import type { Answers } from '../../routing/command-answers.ts';
import { StanzaError } from '../../routing/stanza-error.ts';
import type { Account, Id } from '../../store/model.ts';
import { xml } from '../../xml.ts';

const NAME = 'People who want to reach you';
const DAY_MS = 86_400_000;

const VERDICTS = [
  { value: 'accept', label: 'Let them in: what they sent comes to you' },
  { value: 'refuse', label: 'Throw away what they sent' },
  { value: 'block', label: 'Throw it away, and never hear of them again' },
];

export function strangers(host: Host, node: string): void {
  host.commands.add({
    node,
    name: NAME,
    target: 'server',
    allowed: ({ member }) => member?.status === 'active',
    begin: ({ member }) => (member ? waitingFor(host, member) : done('Nobody waits.')),
  });
  noticeOnceADay(host);
}

function waitingFor(host: Host, member: Account): CommandStep {
  const waiting = host.quarantine.waiting(member);
  if (waiting.length === 0) return done('Nobody waits.');
  return {
    title: NAME,
    instructions: 'You do not know them. They do not learn whether you are there before you let them in.',
    fields: [
      {
        var: 'people',
        type: 'list-multi',
        label: 'Who',
        required: true,
        options: waiting.map(({ from, stanzas }) => ({
          value: from,
          label: `${from} (${stanzas} ${stanzas === 1 ? 'message or request' : 'messages and requests'})`,
        })),
      },
      { var: 'verdict', type: 'list-single', label: 'What', required: true, options: VERDICTS },
    ],
    next: (answers, asker) => decide(host, member, answers, asker),
  };
}

async function decide(host: Host, member: Account, answers: Answers, asker: CommandAsker): Promise<CommandOutcome> {
  const people = answers.list('people');
  const verdict = answers.text('verdict');
  if (verdict === 'block') await block(host, member, people, asker);
  for (const from of people)
    if (verdict === 'accept') await host.quarantine.accept(member, from);
    else await host.quarantine.refuse(member, from);
  return done(verdict === 'accept' ? 'They can reach you now.' : 'Thrown away.');
}

/** As a client would (XEP-0191), so that the member's clients hear of it. */
async function block(host: Host, account: Account, people: readonly string[], asker: CommandAsker): Promise<void> {
  const { jid: from, to, session } = asker;
  const items = people.map((jid) => xml('item', { jid }));
  const payload = xml('block', { xmlns: 'urn:xmpp:blocking' }, ...items);
  const entry = host.iq.find('set', 'account', payload);
  if (!entry) throw new StanzaError('service-unavailable');
  const stanza = xml('iq', { type: 'set', from: from.toString() }, payload);
  await entry.handler({ type: 'set', stanza, payload, from, to, session, account });
}

/** After a restart, what was held within the last day counts as told of. */
function noticeOnceADay(host: Host): void {
  const toldMs = new Map<Id, number>();
  host.hooks.on('stranger held', ({ account }) => {
    const nowMs = host.clock.nowMs();
    const lastMs = toldMs.get(account.id) ?? host.store.access.held(account.id).at(-1)?.atMs;
    if (lastMs !== undefined && nowMs - lastMs < DAY_MS) {
      toldMs.set(account.id, lastMs);
      return;
    }
    toldMs.set(account.id, nowMs);
    host.send(notice(host, account));
  });
  host.hooks.on('account forgotten', ({ account }) => void toldMs.delete(account.id));
}

function notice(host: Host, account: Account) {
  const { domain } = host.server;
  const text =
    `Somebody whom you do not know wants to reach you. Who it is, and what becomes of what they sent, is up to you: look for ` +
    `"${NAME}" among the commands of ${domain} in your app. You are told of this once a day at most.`;
  const attrs = { from: domain, to: host.addressOf(account), id: host.store.newId() };
  return xml('message', attrs, xml('subject', {}, NAME), xml('body', {}, text));
}
