/** The mode: chosen, looked at, set. */
import { type ModeChange, modeChange } from '../../access/rules/mode-change.ts';
import { MODE_NAMES, REGISTRATIONS } from '../../access/rules/modes.ts';
import { RuleBook } from '../../access/rules/rule-book.ts';
import { differenceWords, REGISTRATION_WORDS } from '../../access/rules/words.ts';
import type { Host } from '../../extension.ts';
import { actorOf, type CommandStage, done } from '../../routing/command.ts';
import type { Mode, Registration } from '../../store/model.ts';
import type { AccessCommand } from './access-commands.ts';

const LABELS: Readonly<Record<Mode, string>> = {
  private: 'private: members only, no other servers',
  family: 'family: members and their contacts elsewhere',
  community: 'community: open to other servers, strangers wait',
  open: 'open: open to everyone',
};

export const modeCommands = (host: Host): readonly AccessCommand[] => [
  {
    node: 'mode',
    name: 'Choose who this server is open to',
    begin: () => ({
      title: 'Who is this server open to?',
      instructions: 'What will change is shown before anything does.',
      more: true,
      fields: [
        {
          var: 'mode',
          type: 'list-single',
          label: 'Mode',
          required: true,
          options: MODE_NAMES.map((value) => ({ value, label: LABELS[value] })),
          values: [host.server.mode],
        },
      ],
      next: (answers) => confirm(host, answers.text('mode') as Mode),
    }),
  },
  {
    node: 'registration',
    name: 'Choose who may make an account',
    begin: () => ({
      title: 'Who makes an account here?',
      fields: [
        {
          var: 'registration',
          type: 'list-single',
          label: 'Registration',
          required: true,
          options: REGISTRATIONS.map((value) => ({ value, label: `${value}: ${REGISTRATION_WORDS[value]}` })),
          values: [host.server.registration],
        },
      ],
      async next(answers, asker) {
        const registration = answers.text('registration') as Registration;
        await new RuleBook(host).setRegistration(registration, actorOf(asker));
        return done(`Accounts are made by: ${REGISTRATION_WORDS[registration]}.`);
      },
    }),
  },
];

function confirm(host: Host, mode: Mode): CommandStage {
  return {
    title: `Mode ${mode}`,
    instructions: linesOf(modeChange(host, mode)).join('\n'),
    fields: [{ var: 'sure', type: 'boolean', label: 'Change it', values: ['false'] }],
    async next(answers, asker) {
      if (!answers.flag('sure')) return done('Nothing was changed.');
      await new RuleBook(host).setMode(mode, actorOf(asker));
      return done(`The mode is ${mode}.`);
    },
  };
}

function linesOf({ from, to, registration, differences, cut }: ModeChange): string[] {
  if (from === to) return [`The mode is ${to} already.`];
  const lines = differenceWords(differences);
  if (registration.before !== registration.after)
    lines.push(
      `Who makes an account: ${REGISTRATION_WORDS[registration.before]}, then ${REGISTRATION_WORDS[registration.after]}.`,
    );
  if (cut.domains.length > 0)
    lines.push(`Cut off: ${cut.contacts} contacts of members, at ${cut.domains.slice(0, 20).join(', ')}.`);
  return lines.length === 0 ? ['Nobody will be able to do more or less than now.'] : lines;
}
