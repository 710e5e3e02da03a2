/** What limited members asked for: whoever looks after the server answers, and the administrators of the member's circles. */
import { REQUESTS_NAME, waitingOn } from '../../access/approval-requests.ts';
import { setApproval } from '../../access/approvals.ts';
import type { Host } from '../../extension.ts';
import {
  actorOf,
  administrates,
  type CommandAsker,
  type CommandOutcome,
  type CommandStep,
  done,
} from '../../routing/command.ts';
import type { Answers } from '../../routing/command-answers.ts';
import { typed } from './in-words.ts';

const VERDICTS = [
  { value: 'approve', label: 'They may talk with each other' },
  { value: 'refuse', label: 'They may not' },
];

export function requests(host: Host, node: string): void {
  host.commands.add({
    node,
    name: REQUESTS_NAME,
    target: 'server',
    allowed: (asker) => administrates(host)(asker) || leadsCircles(host, asker),
    begin: (asker) => waiting(host, asker),
  });
}

/** Whoever will be asked has the command, whether something waits or not. */
const leadsCircles = (host: Host, { member }: CommandAsker) =>
  member?.status === 'active' && host.circles.administeredBy(member).length > 0;

const waitingFor = (host: Host, asker: CommandAsker) =>
  asker.member ? waitingOn(host, asker.member, administrates(host)(asker)) : [];

function waiting(host: Host, from: CommandAsker): CommandStep {
  const all = waitingFor(host, from);
  if (all.length === 0) return done('Nothing waits.');
  const options = all.map(({ limited, request: { account, contact, direction } }) => ({
    value: `${account} ${contact}`,
    label:
      direction === 'out'
        ? `${host.addressOf(limited)} asks for ${contact}`
        : `${contact} asks for ${host.addressOf(limited)}`,
  }));
  return {
    title: REQUESTS_NAME,
    fields: [
      { var: 'requests', type: 'list-multi', label: 'Which', required: true, options },
      { var: 'verdict', type: 'list-single', label: 'What', required: true, options: VERDICTS },
    ],
    next: (answers, asker) => answer(host, answers, asker),
  };
}

async function answer(host: Host, answers: Answers, asker: CommandAsker): Promise<CommandOutcome> {
  const chosen = new Set(answers.list('requests'));
  const approved = answers.text('verdict') === 'approve';
  for (const { limited, request } of waitingFor(host, asker))
    if (chosen.has(`${request.account} ${request.contact}`))
      await typed(() => setApproval(host, limited, request.contact, approved, actorOf(asker)));
  return done(approved ? 'They may talk with each other.' : 'They may not talk with each other.');
}
