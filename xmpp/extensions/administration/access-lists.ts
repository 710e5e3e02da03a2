/** "Edit Blacklist" and "Edit Whitelist" of XEP-0133: whom the server has nothing to do with, and whom it always has. They are rules on everything. */
import { RuleBook } from '../../access/rules/rule-book.ts';
import type { Host } from '../../extension.ts';
import { actorOf, type CommandAsker, done } from '../../routing/command.ts';
import { badPayload } from '../../routing/command-answers.ts';
import { Jid } from '../../routing/jid.ts';
import type { AccessRule } from '../../store/access-model.ts';
import type { AdminCommand } from './admin-command.ts';

export const accessListCommands = (host: Host): readonly AdminCommand[] => [
  edit(host, 'edit-blacklist', 'Say whom this server has nothing to do with', 'blacklistjids', 'deny'),
  edit(host, 'edit-whitelist', 'Say whom this server always lets in', 'whitelistjids', 'allow'),
];

function edit(host: Host, node: string, name: string, field: string, decision: 'allow' | 'deny'): AdminCommand {
  return {
    node,
    name,
    begin: () => ({
      title: name,
      instructions: 'Addresses of people and of servers elsewhere. Other rules may come before these.',
      fields: [{ var: field, type: 'jid-multi', label: 'Addresses', values: [...listed(host, decision).keys()] }],
      async next(answers, asker) {
        await become(host, decision, answers.list(field), asker);
        return done('Kept.');
      },
    }),
  };
}

/** By address: the rules on everything that one who is elsewhere does. */
function listed(host: Host, decision: 'allow' | 'deny'): Map<string, AccessRule> {
  const rules = host.access.rules.filter(
    (rule) => rule.decision === decision && rule.action === '*' && /^(account|domain):/.test(rule.subject),
  );
  return new Map(rules.map((rule) => [rule.subject.slice(rule.subject.indexOf(':') + 1), rule]));
}

async function become(
  host: Host,
  decision: 'allow' | 'deny',
  addresses: readonly string[],
  asker: CommandAsker,
): Promise<void> {
  const wanted = addresses.map((address) => Jid.parse(address).bare);
  if (wanted.some(({ domain }) => host.serves(domain)))
    throw badPayload('Members are shut out, or let in again, by commands of their own.');
  const [before, names] = [listed(host, decision), new Set(wanted.map(String))];
  const opposite = listed(host, decision === 'deny' ? 'allow' : 'deny');
  const [book, by] = [new RuleBook(host), actorOf(asker)];
  for (const jid of wanted) {
    const subject = jid.local === '' ? `domain:${jid}` : `account:${jid}`;
    if (before.has(jid.toString())) continue;
    await book.add({ subject, action: '*', decision }, by);
    // Nobody is on both lists: the one that was first would go on deciding.
    const other = opposite.get(jid.toString());
    if (other) await book.remove(other.id, by);
  }
  for (const [address, { id }] of before) if (!names.has(address)) await book.remove(id, by);
}
