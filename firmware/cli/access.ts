/** Who may do what. */
import { createInterface } from 'node:readline/promises';
import { Argument, type Command, Option } from 'commander';
import type { Explanation } from '../../xmpp/access/rules/explain.ts';
import type { ModeChange } from '../../xmpp/access/rules/mode-change.ts';
import { MODE_NAMES, REGISTRATIONS } from '../../xmpp/access/rules/modes.ts';
import { REGISTRATION_WORDS } from '../../xmpp/access/rules/words.ts';
import { ACTIONS, DECISIONS } from '../../xmpp/store/access-model.ts';
import type { Registration } from '../../xmpp/store/model.ts';
import type { AccessShown, ActRow, ApprovalRow, HeldRow, ReportRow, RequestRow, RuleRow } from '../commands/access.ts';
import { BoxError } from '../errors.ts';
import { askBox } from './client.ts';
import { type CommonOptions, configOption, jsonOption, positiveNumber, wholeNumber } from './options.ts';
import { print, printJson, printTable } from './output.ts';

interface Options extends CommonOptions {
  server?: string;
}

interface RuleOptions extends Options {
  bytes?: number;
  why?: string;
  before?: number;
}

interface ExplainOptions extends Options {
  to?: string;
  from?: string;
}

const SUBJECTS =
  'member, limited, administrator, guest, stranger, circle:NAME, account:JID, domain:DOMAIN, address:RANGE';

export function addAccessCommand(casp3r: Command): void {
  const access = casp3r.command('access').description('who may do what: rules, modes, and why');
  const add = (name: string, about: string) =>
    access
      .command(name)
      .description(about)
      .addOption(new Option('--server <domain>', 'of which server (default: the first)'))
      .addOption(configOption())
      .addOption(jsonOption());

  add('show', 'the mode and the rules, in the order in which they are asked').action(show);

  add('mode', 'set the mode; says beforehand what will change')
    .alias('set')
    .argument('<mode>', MODE_NAMES.join(', '))
    .addOption(new Option('--yes', 'do not ask'))
    .action(setMode);

  add('registration', 'set who may make an account')
    .addArgument(new Argument('<who>', 'nobody, who was invited, everyone').choices(REGISTRATIONS))
    .action(async (registration: Registration, { json, server, ...options }: Options) => {
      const set = await askBox(options, 'access registration', { registration, server });
      if (json) printJson(set);
      else print(`Accounts are made by: ${REGISTRATION_WORDS[registration]}.`);
    });

  for (const decision of DECISIONS) {
    const rule = add(decision, RULE_ABOUT[decision])
      .argument('<subject>', SUBJECTS)
      .argument('<action>', `${ACTIONS.join(', ')} or *`)
      .addOption(new Option('--why <text>', 'a word to yourself'))
      .addOption(new Option('--before <number>', 'before this rule (default: at the end)').argParser(wholeNumber));
    if (decision === 'allow')
      rule.addOption(new Option('--bytes <number>', 'of upload: bytes of all files of one').argParser(positiveNumber));
    rule.action(async (subject: string, action: string, { json, config, ...options }: RuleOptions) => {
      const made = await askBox<RuleRow>({ ...(config && { config }) }, 'access rule', {
        ...{ subject, action, decision },
        ...options,
      });
      if (json) printJson(made);
      else print(`Rule ${made.number}: ${made.words}.`);
    });
  }

  add('remove', 'take a rule away')
    .argument('<number>', 'as `access show` has it', wholeNumber)
    .action(async (number: number, { json, server, ...options }: Options) => {
      const removed = await askBox<{ words: string }>(options, 'access remove', { number, server });
      if (json) printJson(removed);
      else print(`No rule any more: ${removed.words}.`);
    });

  add('explain', 'whether somebody may do something, and why')
    .argument('<subject>', `${SUBJECTS}, or an address`)
    .argument('<action>', ACTIONS.join(', '))
    .addOption(new Option('--to <jid>', 'whom it concerns'))
    .addOption(new Option('--from <address>', 'the network address that they come from'))
    .action(async (subject: string, action: string, { json, server, to, from, ...options }: ExplainOptions) => {
      const told = await askBox<Explanation>(options, 'access explain', { subject, action, to, from, server });
      if (json) printJson(told);
      else print(told.words);
    });

  add('reports', 'whom members reported as they blocked them').action(async ({ json, server, ...options }: Options) => {
    const reports = await askBox<ReportRow[]>(options, 'access reports', { server });
    if (json) return printJson(reports);
    if (reports.length === 0) return print('Nobody was reported.');
    printTable(
      ['when (UTC)', 'who', 'by', 'reason', 'words'],
      reports.map(({ at, jid, by, reason, text }) => [
        at.slice(0, 16).replace('T', ' '),
        jid,
        by,
        reason.replace('urn:xmpp:reporting:', ''),
        text,
      ]),
    );
  });

  add('log', 'what administrators did')
    .addOption(new Option('--limit <number>', 'how many, the newest first').argParser(wholeNumber).default(50))
    .action(async ({ json, server, limit, ...options }: Options & { limit: number }) => {
      const acts = await askBox<ActRow[]>(options, 'access log', { server, limit });
      if (json) return printJson(acts);
      if (acts.length === 0) return print('Nothing was done yet.');
      const rows = acts.map(({ at, who, from, what, about }) => [
        at.slice(0, 16).replace('T', ' '),
        from === '' ? who : `${who} (${from})`,
        what,
        about,
      ]);
      printTable(['when (UTC)', 'who', 'what', 'about'], rows);
    });

  addWaitingCommands(add);
  addApprovalCommands(add);
}

const RULE_ABOUT = {
  allow: 'let somebody do something',
  deny: 'forbid somebody something',
  quarantine: 'hold what somebody sends until the member whom it is for accepts them',
} as const;

async function show({ json, server, ...options }: Options): Promise<void> {
  const shown = await askBox<AccessShown>(options, 'access show', { server });
  const { domain, mode, registration, rules, blocklists } = shown;
  if (json) return printJson({ domain, mode, registration, rules, blocklists });
  print(`${domain}: mode ${mode}, registration ${registration} (${REGISTRATION_WORDS[registration]}).`);
  if (rules.length === 0) print('There are no rules beside the mode.');
  else
    printTable(
      ['', 'rule', 'who set it', 'why'],
      rules.map(({ number, words, setBy, set, why }) => [String(number), words, `${setBy}, ${set.slice(0, 10)}`, why]),
    );
  if (blocklists.length > 0)
    printTable(
      ['list of spammers', 'entries', 'last heard of (UTC)', 'state'],
      blocklists.map(({ service, node, entries, subscribed, heard, trouble }) => [
        `${service} ${node}`,
        String(entries),
        heard?.slice(0, 16).replace('T', ' ') ?? 'never',
        trouble ?? (subscribed ? 'subscribed' : 'not asked yet'),
      ]),
    );
}

async function setMode(mode: string, { json, server, yes, ...options }: Options & { yes?: boolean }): Promise<void> {
  if (!(MODE_NAMES as string[]).includes(mode))
    throw new BoxError('access-refused', { reason: `the modes are ${MODE_NAMES.join(', ')}` });
  const change = await askBox<ModeChange>(options, 'access mode show', { mode, server });
  if (!json) tellChange(change);
  if (!yes && !(await isConfirmed())) throw new BoxError('mode-unconfirmed', { mode });
  await askBox(options, 'access mode', { mode, server });
  if (json) printJson(change);
  else print(`The mode is ${mode}.`);
}

function tellChange({ from, to, registration, differences, cut }: ModeChange): void {
  if (from === to) print(`The mode is ${to} already.`);
  else if (differences.length === 0) print(`Nobody will be able to do more or less than now in mode ${from}.`);
  else
    printTable(
      ['who', 'what', `now (${from})`, `then (${to})`],
      differences.map(({ person, action, before, after }) => [person, action, before, after]),
    );
  if (registration.before !== registration.after)
    print(
      `Accounts are made by: ${REGISTRATION_WORDS[registration.before]}; then: ${REGISTRATION_WORDS[registration.after]}.`,
    );
  if (cut.domains.length > 0)
    print(`Cut off: ${cut.contacts} contacts of members, at ${cut.domains.slice(0, 20).join(', ')}.`);
}

async function isConfirmed(): Promise<boolean> {
  if (!process.stdin.isTTY) return false;
  const line = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await line.question('Change it? [y/N] ');
  line.close();
  return /^y(es)?$/i.test(answer.trim());
}

type Add = (name: string, about: string) => Command;

function addWaitingCommands(add: Add): void {
  add('held', 'strangers who wait to be accepted: who and how many, never what they say')
    .argument('[jid]', 'for which member')
    .action(async (address: string | undefined, { json, server, ...options }: Options) => {
      const rows = await askBox<HeldRow[]>(options, 'access held', { address, server });
      if (json) return printJson(rows);
      if (rows.length === 0) return print('Nobody waits.');
      printTable(
        ['member', 'who waits', 'messages and requests', 'since'],
        rows.map(({ member, from, stanzas, since }) => [member, from, String(stanzas), since.slice(0, 10)]),
      );
    });

  for (const [verdict, about, done] of [
    ['accept', 'let somebody who waits reach a member', 'is let in'],
    ['refuse', 'throw away what somebody who waits has sent', 'is not let in'],
  ] as const)
    add(verdict, about)
      .argument('<jid>', 'the member')
      .argument('<sender>', 'who waits')
      .action(async (address: string, from: string, { json, server: _, ...options }: Options) => {
        await askBox(options, 'access decide', { address, from, verdict });
        if (json) printJson({ member: address, from, verdict });
        else print(`${from} ${done}.`);
      });
}

function addApprovalCommands(add: Add): void {
  add('approvals', 'limited members, and whom each may talk with beside their circles').action(
    async ({ json, server, ...options }: Options) => {
      const rows = await askBox<ApprovalRow[]>(options, 'access approvals', { server });
      if (json) return printJson(rows);
      if (rows.length === 0) return print('There are no limited members.');
      printTable(
        ['limited member', 'may talk with'],
        rows.map(({ member, contacts }) => [member, contacts.length === 0 ? 'nobody else' : contacts.join(', ')]),
      );
    },
  );

  add(
    'requests',
    'what limited members asked for, and who asked for them; approve or unapprove says what becomes of it',
  ).action(async ({ json, server, ...options }: Options) => {
    const rows = await askBox<RequestRow[]>(options, 'access requests', { server });
    if (json) return printJson(rows);
    if (rows.length === 0) return print('Nothing waits.');
    printTable(
      ['limited member', '', 'contact', 'since'],
      rows.map(({ member, direction, contact, at }) => [
        member,
        direction === 'out' ? 'asks for' : 'is asked by',
        contact,
        at,
      ]),
    );
  });

  for (const [name, about, approved] of [
    ['approve', 'let a limited member talk with somebody', true],
    ['unapprove', 'let them talk no more', false],
  ] as const)
    add(name, about)
      .argument('<limited>', 'the limited member')
      .argument('<contact>', 'with whom')
      .action(async (address: string, contact: string, { json, server: _, ...options }: Options) => {
        await askBox(options, 'access approve', { address, contact, approved });
        if (json) printJson({ member: address, contact, approved });
        else print(`${address} may ${approved ? '' : 'not '}talk with ${contact}.`);
      });
}
