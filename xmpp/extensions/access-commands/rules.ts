/** The owner's rules: seen, added, removed, asked. */
import { explain } from '../../access/rules/explain.ts';
import { RuleBook } from '../../access/rules/rule-book.ts';
import { ACTION_WORDS, ruleWords } from '../../access/rules/words.ts';
import { type FormField, tableElement } from '../../data-form.ts';
import type { Host } from '../../extension.ts';
import { actorOf, type CommandOutcome, done } from '../../routing/command.ts';
import type { Answers } from '../../routing/command-answers.ts';
import { ACTIONS, type AccessAction, DECISIONS, type Decision } from '../../store/access-model.ts';
import type { AccessCommand } from './access-commands.ts';
import { typed } from './in-words.ts';

const DECISION_WORDS: Readonly<Record<Decision, string>> = {
  allow: 'allow: they may',
  deny: 'deny: they may not',
  quarantine: 'quarantine: it waits until the member accepts its sender',
};
const VERDICTS = DECISIONS.map((value) => ({ value, label: DECISION_WORDS[value] }));
/** What subject.ts reads, for people. */
const WHO = [
  'Everyone: everyone. Members: member, limited, administrator.',
  'Others: guest (no account here), stranger (a guest whom the member does not know).',
  'Some: circle:Family, account:bob@far.example, domain:far.example, address:192.0.2.0/24.',
];
const SUBJECT: FormField = { var: 'subject', type: 'text-single', label: 'Who', required: true };
const asOption = (value: AccessAction | '*') => ({ value, label: `${value}: ${ACTION_WORDS[value]}` });
const actionField = (actions: readonly (AccessAction | '*')[]): FormField => ({
  var: 'action',
  type: 'list-single',
  label: 'What',
  required: true,
  options: actions.map(asOption),
});

export const ruleCommands = (host: Host): readonly AccessCommand[] => [
  { node: 'rules', name: 'See the rules', begin: () => listed(host) },
  {
    node: 'add-rule',
    name: 'Add a rule',
    begin: () => ({
      title: 'A new rule',
      instructions: ['The first rule that matches decides.', ...WHO].join('\n'),
      fields: [
        SUBJECT,
        { ...actionField([...ACTIONS, '*']) },
        { var: 'decision', type: 'list-single', label: 'Decision', required: true, options: VERDICTS },
        { var: 'bytes', type: 'text-single', label: 'Bytes of all files of one (upload only)' },
        { var: 'why', type: 'text-single', label: 'Why, for yourself' },
        { var: 'before', type: 'list-single', label: 'Before (else at the end)', options: numbered(host) },
      ],
      next: (answers, asker) => add(host, answers, actorOf(asker)),
    }),
  },
  {
    node: 'remove-rule',
    name: 'Remove rules',
    begin: () => ({
      title: 'Which rules?',
      fields: [{ var: 'rules', type: 'list-multi', label: 'Rules', required: true, options: numbered(host) }],
      async next(answers, asker) {
        const book = new RuleBook(host);
        for (const id of answers.list('rules')) await book.remove(id, actorOf(asker));
        return done('Removed.');
      },
    }),
  },
  {
    node: 'explain',
    name: 'Ask who may do what, and why',
    begin: () => ({
      title: 'May they?',
      instructions: ['Who is an address, or as in a rule.', ...WHO].join('\n'),
      fields: [
        SUBJECT,
        actionField(ACTIONS),
        { var: 'to', type: 'jid-single', label: 'Whom it concerns' },
        { var: 'from', type: 'text-single', label: 'The network address that they come from' },
      ],
      async next(answers) {
        const [to, from] = [answers.text('to') || undefined, answers.text('from') || undefined];
        const question = { subject: answers.text('subject'), action: answers.text('action'), to, from };
        return done((await typed(() => explain(host, question))).words);
      },
    }),
  },
];

async function add(host: Host, answers: Answers, by: ReturnType<typeof actorOf>): Promise<CommandOutcome> {
  const bytes = answers.number('bytes', 0, 1);
  const before = answers.text('before');
  const rule = await typed(() =>
    new RuleBook(host).add(
      {
        subject: answers.text('subject'),
        action: answers.text('action'),
        decision: answers.text('decision') as Decision,
        why: answers.text('why').slice(0, 200),
        ...(bytes !== 0 && { bytes }),
        ...(before !== '' && { before }),
      },
      by,
    ),
  );
  return done(`${ruleWords(rule)}.`);
}

function listed(host: Host): CommandOutcome {
  const { rules } = host.access;
  if (rules.length === 0) return done(`There are no rules beside the mode, which is ${host.server.mode}.`);
  const columns: FormField[] = [
    { var: 'number', label: 'Number' },
    { var: 'rule', label: 'Rule' },
    { var: 'set-by', label: 'Who set it' },
    { var: 'why', label: 'Why' },
  ];
  const rows = rules.map((rule, index) => ({
    ...{ number: String(index + 1), rule: ruleWords(rule), 'set-by': rule.setBy, why: rule.why },
  }));
  return { payload: [tableElement(columns, rows, { title: `Mode ${host.server.mode}, and before it:` })] };
}

const numbered = (host: Host) =>
  host.access.rules.map((rule, index) => ({ value: rule.id, label: `${index + 1}: ${ruleWords(rule)}` }));
