/** The strangers who wait for any member, for administrators: members have a command of their own (strangers.ts). */
import { decideHeld } from '../../access/held.ts';
import type { Host } from '../../extension.ts';
import { actorOf, type CommandAsker, type CommandOutcome, type CommandStep, done } from '../../routing/command.ts';
import type { Answers } from '../../routing/command-answers.ts';
import type { AccessCommand } from './access-commands.ts';
import { typed } from './in-words.ts';

const NAME = 'Strangers who wait for members';

const VERDICTS = [
  { value: 'accept', label: 'Let them in: what they sent goes to the member' },
  { value: 'refuse', label: 'Throw away what they sent' },
];

export const heldCommands = (host: Host): readonly AccessCommand[] => [
  {
    node: 'held',
    name: NAME,
    begin(): CommandStep {
      const all = host.quarantine.waitingForAll();
      if (all.length === 0) return done('Nobody waits.');
      return {
        title: NAME,
        instructions: 'What they sent is read by nobody before they are let in.',
        fields: [
          {
            var: 'people',
            type: 'list-multi',
            label: 'Who, and for whom',
            required: true,
            options: all.map(({ account, from }) => ({
              value: `${account.id} ${from}`,
              label: `${from} for ${host.addressOf(account)}`,
            })),
          },
          { var: 'verdict', type: 'list-single', label: 'What', required: true, options: VERDICTS },
        ],
        next: (answers, asker) => decide(host, answers, asker),
      };
    },
  },
];

async function decide(host: Host, answers: Answers, asker: CommandAsker): Promise<CommandOutcome> {
  const chosen = new Set(answers.list('people'));
  const verdict = answers.text('verdict') === 'accept' ? 'accept' : 'refuse';
  for (const { account, from } of host.quarantine.waitingForAll())
    if (chosen.has(`${account.id} ${from}`))
      await typed(() => decideHeld(host, account, from, verdict, actorOf(asker)));
  return done(verdict === 'accept' ? 'They can reach the member now.' : 'Thrown away.');
}
