/** Who may do what: rules, modes, who waits, whom limited members may talk with, and the record of what was done. */
import { type Actor, COMMAND_LINE } from '../../xmpp/access/acts.ts';
import { approvedFor, setApproval } from '../../xmpp/access/approvals.ts';
import { decideHeld } from '../../xmpp/access/held.ts';
import { type Explanation, explain } from '../../xmpp/access/rules/explain.ts';
import { type ModeChange, modeChange } from '../../xmpp/access/rules/mode-change.ts';
import { MODE_NAMES, REGISTRATIONS } from '../../xmpp/access/rules/modes.ts';
import { RuleBook } from '../../xmpp/access/rules/rule-book.ts';
import { ruleWords } from '../../xmpp/access/rules/words.ts';
import type { Host } from '../../xmpp/extension.ts';
import { type AccessRule, DECISIONS, type Decision } from '../../xmpp/store/access-model.ts';
import type { Id, Mode, Registration } from '../../xmpp/store/model.ts';
import { CommitError } from '../../xmpp/store/store.ts';
import type { Box } from '../box.ts';
import type { Command, CommandArguments } from '../control.ts';
import { BoxError } from '../errors.ts';
import { oneOf, optionalNumber, optionalText, textOf } from './arguments.ts';
import { hostFor } from './invites.ts';
import { memberOf } from './users.ts';

/** A rule as it is shown. */
export interface RuleRow {
  /** From 1, in the order in which they are asked. */
  number: number;
  subject: string;
  action: string;
  decision: Decision;
  bytes: number | null;
  words: string;
  why: string;
  setBy: string;
  /** ISO 8601 */
  set: string;
}

export interface AccessShown {
  domain: string;
  mode: Mode;
  registration: Registration;
  rules: RuleRow[];
  blocklists: BlocklistRow[];
}

/** A list of spammers that the server follows. */
interface BlocklistRow {
  service: string;
  node: string;
  entries: number;
  /** Its server tells what is new on it. */
  subscribed: boolean;
  /** When it was last heard of: ISO 8601. */
  heard: string | null;
  /** What is wrong with it, in words. */
  trouble: string | null;
}

export interface HeldRow {
  member: string;
  from: string;
  stanzas: number;
  /** ISO 8601 */
  since: string;
}

export interface ApprovalRow {
  member: string;
  contacts: readonly string[];
}

export interface RequestRow {
  /** The limited member. */
  member: string;
  contact: string;
  /** `out`: the member asked. */
  direction: 'out' | 'in';
  /** ISO 8601 */
  at: string;
}

export interface ReportRow {
  /** ISO 8601 */
  at: string;
  /** Who was reported. */
  jid: string;
  /** The member who reported. */
  by: string;
  reason: string;
  text: string;
  /** Messages that the member showed. */
  stanzas: readonly string[];
}

export interface ActRow {
  /** ISO 8601 */
  at: string;
  who: string;
  from: string;
  what: string;
  about: string;
}

const MOST_ACTS = 10_000;

export function accessCommands(box: Box): [string, Command][] {
  const by: Actor = COMMAND_LINE;
  const host = (args: CommandArguments) => hostFor(box, optionalText(args, 'server'));
  const member = (args: CommandArguments) => memberOf(box.running.server.hosts, textOf(args, 'address'));

  return [
    ['access show', (args) => shown(host(args))],
    ['access mode show', (args): ModeChange => modeChange(host(args), oneOf(args, 'mode', MODE_NAMES))],
    [
      'access mode',
      async (args) => {
        const mode = oneOf(args, 'mode', MODE_NAMES);
        await refused(() => new RuleBook(host(args)).setMode(mode, by));
        return { mode };
      },
    ],
    [
      'access registration',
      async (args) => {
        const registration = oneOf(args, 'registration', REGISTRATIONS);
        await refused(() => new RuleBook(host(args)).setRegistration(registration, by));
        return { registration };
      },
    ],
    [
      'access rule',
      async (args): Promise<RuleRow> => {
        const on = host(args);
        const [before, bytes] = [optionalNumber(args, 'before'), optionalNumber(args, 'bytes')];
        const rule = await refused(() =>
          new RuleBook(on).add(
            {
              subject: textOf(args, 'subject'),
              action: textOf(args, 'action'),
              decision: oneOf(args, 'decision', DECISIONS),
              why: optionalText(args, 'why') ?? '',
              ...(bytes === undefined ? {} : { bytes }),
              ...(before === undefined ? {} : { before: idOf(on, before) }),
            },
            by,
          ),
        );
        return rowOf(rule, on.access.rules.findIndex(({ id }) => id === rule.id) + 1);
      },
    ],
    [
      'access remove',
      async (args) => {
        const on = host(args);
        const number = optionalNumber(args, 'number') ?? 0;
        const id = idOf(on, number);
        const row = rowsOf(on)[number - 1];
        await refused(() => new RuleBook(on).remove(id, by));
        return { words: row?.words ?? '' };
      },
    ],
    [
      'access explain',
      async (args): Promise<Explanation> => {
        const [subject, action] = [textOf(args, 'subject'), textOf(args, 'action')];
        const [to, from] = [optionalText(args, 'to'), optionalText(args, 'from')];
        return refused(async () => explain(host(args), { subject, action, to, from }));
      },
    ],
    ['access held', (args) => (args.address === undefined ? heldBy(host(args)) : heldFor(member(args)))],
    [
      'access decide',
      async (args) => {
        const { host: on, account } = member(args);
        const [from, verdict] = [textOf(args, 'from'), oneOf(args, 'verdict', ['accept', 'refuse'])];
        await refused(() => decideHeld(on, account, from, verdict, by));
        return {};
      },
    ],
    [
      'access approve',
      async (args) => {
        const { host: on, account } = member(args);
        await refused(() => setApproval(on, account, textOf(args, 'contact'), args.approved === true, by));
        return {};
      },
    ],
    [
      'access requests',
      (args): RequestRow[] => {
        const on = host(args);
        return on.store.access.approvalRequests(on.server.id).map(({ account, contact, direction, atMs }) => {
          const limited = on.store.accounts.byId(account);
          return { member: limited ? on.addressOf(limited) : '', contact, direction, at: new Date(atMs).toISOString() };
        });
      },
    ],
    [
      'access approvals',
      (args): ApprovalRow[] => {
        const on = host(args);
        const limited = on.accounts.list().filter(({ role }) => role === 'limited');
        return limited.map((account) => ({ member: on.addressOf(account), contacts: approvedFor(on, account) }));
      },
    ],
    [
      'access reports',
      (args): ReportRow[] => {
        const on = host(args);
        return on.store.access.reports(on.server.id).map(({ account, jid, atMs, reason, text, stanzas }) => {
          const by = on.store.accounts.byId(account);
          return { at: new Date(atMs).toISOString(), jid, by: by ? on.addressOf(by) : '', reason, text, stanzas };
        });
      },
    ],
    [
      'access log',
      (args): ActRow[] => {
        const acts = host(args).acts.list(Math.min(optionalNumber(args, 'limit') ?? 50, MOST_ACTS));
        return acts.map(({ atMs, who, from, what, about }) => ({
          at: new Date(atMs).toISOString(),
          ...{ who, from, what, about },
        }));
      },
    ],
  ];
}

function shown(host: Host): AccessShown {
  const { domain, mode, registration } = host.server;
  const blocklists = host.access.blocklists().map(({ heardMs, trouble = null, ...list }): BlocklistRow => {
    return { ...list, heard: heardMs === undefined ? null : new Date(heardMs).toISOString(), trouble };
  });
  return { domain, mode, registration, rules: rowsOf(host), blocklists };
}

function rowsOf(host: Host): RuleRow[] {
  return host.access.rules.map((rule, index) => rowOf(rule, index + 1));
}

function rowOf(rule: AccessRule, number: number): RuleRow {
  const { subject, action, decision, bytes = null, why, setBy, setMs } = rule;
  const set = new Date(setMs).toISOString();
  return { number, subject, action, decision, bytes, words: ruleWords(rule), why, setBy, set };
}

function idOf(host: Host, number: number): Id {
  const rule = host.access.rules[number - 1];
  if (!rule) throw new BoxError('access-refused', { reason: `there is no rule ${number}` });
  return rule.id;
}

const heldBy = (host: Host): HeldRow[] => host.accounts.list().flatMap((account) => heldFor({ host, account }));

function heldFor({ host, account }: Pick<ReturnType<typeof memberOf>, 'host' | 'account'>): HeldRow[] {
  return host.quarantine.waiting(account).map(({ from, stanzas, sinceMs }) => ({
    member: host.addressOf(account),
    from,
    stanzas,
    since: new Date(sinceMs).toISOString(),
  }));
}

async function refused<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RangeError) throw new BoxError('access-refused', { reason: error.message }, { cause: error });
    if (error instanceof CommitError) throw new BoxError('disk-full', { reason: error.code }, { cause: error });
    throw error;
  }
}
