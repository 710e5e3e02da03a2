/** Whom limited members may talk with. */
import { approvedFor, setApproval } from '../../access/approvals.ts';
import type { Host } from '../../extension.ts';
import { actorOf, type CommandStep, done } from '../../routing/command.ts';
import { badPayload } from '../../routing/command-answers.ts';
import type { Account } from '../../store/model.ts';
import type { AccessCommand } from './access-commands.ts';
import { typed } from './in-words.ts';

export const approvalCommands = (host: Host): readonly AccessCommand[] => [
  {
    node: 'approvals',
    name: 'Say whom limited members may talk with',
    begin(): CommandStep {
      const limited = host.accounts.list().filter(({ role }) => role === 'limited');
      if (limited.length === 0) return done('There are no limited members.');
      return {
        title: 'Which limited member?',
        more: true,
        fields: [
          {
            var: 'member',
            type: 'list-single',
            label: 'Limited member',
            required: true,
            options: limited.map((account) => host.addressOf(account)),
          },
        ],
        next: (answers) => contactsOf(host, limited, answers.text('member')),
      };
    },
  },
];

function contactsOf(host: Host, limited: readonly Account[], address: string): CommandStep {
  const account = limited.find((each) => host.addressOf(each) === address);
  if (!account) throw badPayload('There is no such limited member.');
  return {
    title: address,
    instructions: 'They also talk to administrators, and to those in a circle with them.',
    fields: [{ var: 'contacts', type: 'jid-multi', label: 'May talk with', values: approvedFor(host, account) }],
    async next(answers, asker) {
      const [before, wanted] = [approvedFor(host, account), answers.list('contacts')];
      const by = actorOf(asker);
      await typed(async () => {
        for (const contact of wanted)
          if (!before.includes(contact)) await setApproval(host, account, contact, true, by);
        for (const contact of before)
          if (!wanted.includes(contact)) await setApproval(host, account, contact, false, by);
      });
      return done('Kept.');
    },
  };
}
