/** Ad-hoc commands (XEP-0050) for circles: administrators of the server see to all of them, a circle's own administrators to theirs. */
import { Debts } from '../access/debts.ts';
import { tableElement } from '../data-form.ts';
import type { Extension, Host } from '../extension.ts';
import {
  actorOf,
  administrates,
  type CommandAsker,
  type CommandOutcome,
  type CommandStage,
  type CommandStep,
  done,
} from '../routing/command.ts';
import { type Answers, badPayload } from '../routing/command-answers.ts';
import { Jid } from '../routing/jid.ts';
import { StanzaError } from '../routing/stanza-error.ts';
import type { Circle } from '../store/access-model.ts';
import type { Account } from '../store/model.ts';

const NS = 'urn:casp3r:circles';
/** By a circle's own administrator: so many at once, and one more with each that wears off. */
const MAX_CHANGES = 100;
const CHANGE_MS = 15 * 60_000;
const MEMBERS = { var: 'members', type: 'jid-multi', label: 'Members' } as const;
const ADMINISTRATORS = { var: 'administrators', type: 'jid-multi', label: 'Its administrators' } as const;
const ROOM = { var: 'room', type: 'boolean', label: 'With a room' } as const;

export const circles: Extension = {
  name: 'circles',
  xep: [],
  attach(host) {
    const ofServer = administrates(host);
    const mine = (asker: CommandAsker) => circlesOf(host, asker, ofServer(asker));
    const changed = new Debts(host.clock, CHANGE_MS);
    const powers = { ofServer, assertMore: (member: Account | undefined) => assertMore(changed, member) };
    host.commands.add({
      node: `${NS}#create`,
      name: 'Make a circle',
      target: 'server',
      allowed: ofServer,
      begin: () => ({
        title: 'A circle: its members see each other',
        fields: [{ var: 'name', type: 'text-single', label: 'Name', required: true }, MEMBERS, ROOM],
        next: (answers, asker) => create(host, answers, asker),
      }),
    });
    host.commands.add({
      node: `${NS}#list`,
      name: 'See circles',
      target: 'server',
      allowed: (asker) => mine(asker).length > 0 || ofServer(asker),
      begin: (asker) => listed(host, mine(asker)),
    });
    host.commands.add({
      node: `${NS}#change`,
      name: 'Change a circle',
      target: 'server',
      allowed: (asker) => mine(asker).length > 0,
      begin: (asker) => chosen(mine(asker), mine, (circle, now) => form(host, circle, powers, now), true),
    });
    host.commands.add({
      node: `${NS}#remove`,
      name: 'End a circle',
      target: 'server',
      allowed: (asker) => ofServer(asker) && mine(asker).length > 0,
      begin: (asker) =>
        chosen(mine(asker), mine, async (circle, now) => {
          await inWords(() => host.circles.remove(circle, actorOf(now)));
          return done(`There is no circle ${circle.name} any more.`);
        }),
    });
  },
};

function circlesOf(host: Host, { member }: CommandAsker, all: boolean): Circle[] {
  if (all) return host.circles.list();
  return member?.status === 'active' ? host.circles.administeredBy(member) : [];
}

/** Which one? */
function chosen(
  circles: readonly Circle[],
  mine: (asker: CommandAsker) => Circle[],
  then: (circle: Circle, asker: CommandAsker) => CommandStep | Promise<CommandStep>,
  more = false,
): CommandStage {
  const options = circles.map(({ id, name }) => ({ value: id, label: name }));
  return {
    title: 'Which circle?',
    fields: [{ var: 'circle', type: 'list-single', label: 'Circle', required: true, options }],
    more,
    next(answers, asker) {
      const circle = mine(asker).find(({ id }) => id === answers.text('circle'));
      if (!circle) throw new StanzaError('item-not-found');
      return then(circle, asker);
    },
  };
}

/** The whole circle in one form, as it is; what differs when it comes back is changed. */
interface Powers {
  ofServer(asker: CommandAsker): boolean;
  /** Counts one more. @throws StanzaError resource-constraint */
  assertMore(member: Account | undefined): void;
}

/** Each change is on the record of what was done: whoever is no administrator of the server does not fill it. */
function assertMore(changed: Debts, member: Account | undefined): void {
  const id = member?.id ?? '';
  if (changed.of(id) + 1 > MAX_CHANGES)
    throw new StanzaError('resource-constraint', { text: 'You have changed circles too often; try again later.' });
  changed.add(id);
}

function form(host: Host, circle: Circle, { ofServer, assertMore }: Powers, asker: CommandAsker): CommandStage {
  const whole = ofServer(asker);
  const of = (standing: string) => members(host, circle, standing).map((account) => host.addressOf(account));
  return {
    title: circle.name,
    fields: [
      { var: 'name', type: 'text-single', label: 'Name', required: true, values: [circle.name] },
      { ...MEMBERS, values: of('member') },
      ...(whole
        ? [
            { ...ADMINISTRATORS, values: of('administrator') },
            { ...ROOM, values: [String(circle.room !== undefined)] },
          ]
        : []),
    ],
    async next(answers, now) {
      const isWhole = whole && ofServer(now);
      if (!isWhole) assertMore(now.member);
      await change(host, circle, answers, now, isWhole);
      return done('Kept.');
    },
  };
}

async function change(
  host: Host,
  circle: Circle,
  answers: Answers,
  asker: CommandAsker,
  whole: boolean,
): Promise<void> {
  const by = actorOf(asker);
  const administrators = whole
    ? accountsAt(host, answers.list('administrators'))
    : members(host, circle, 'administrator');
  const leading = new Set(administrators.map(({ id }) => id));
  const others = accountsAt(host, answers.list('members')).filter(({ id }) => !leading.has(id));
  const staying = new Set([...administrators, ...others].map(({ id }) => id));
  if (!whole) assertNoneIsLimited(host, circle, others);
  await inWords(async () => {
    if (answers.text('name') !== circle.name) await host.circles.rename(circle, answers.text('name'), by);
    for (const account of administrators) await become(account, 'administrator');
    for (const account of others) await become(account, 'member');
    for (const { account } of host.circles.members(circle))
      if (!staying.has(account.id)) await host.circles.drop(circle, account, by);
    if (whole) await host.circles.setRoom(circle, answers.flag('room'), by);
  });

  async function become(account: Account, standing: 'administrator' | 'member'): Promise<void> {
    if (host.circles.standing(circle, account) !== standing) await host.circles.add(circle, account, standing, by);
  }
}

/**
 * Whoever is in a circle with limited members talks with them, and its administrators say whom else they talk with: who else comes
 * to that is for the server's administrators to say.
 */
function assertNoneIsLimited(host: Host, circle: Circle, accounts: readonly Account[]): void {
  const limited = accounts.find(
    (account) => account.role === 'limited' && host.circles.standing(circle, account) === 'none',
  );
  if (limited)
    throw badPayload(`${host.addressOf(limited)} is a limited member; an administrator of the server adds them.`);
}

async function create(host: Host, answers: Answers, asker: CommandAsker): Promise<CommandOutcome> {
  const by = actorOf(asker);
  const accounts = accountsAt(host, answers.list('members'));
  const { name } = await inWords(async () => {
    const circle = await host.circles.create(answers.text('name'), by);
    if (answers.flag('room')) await host.circles.setRoom(circle, true, by);
    for (const account of accounts) await host.circles.add(circle, account, 'member', by);
    return circle;
  });
  return done(`There is a circle ${name}.`);
}

function listed(host: Host, circles: readonly Circle[]): CommandOutcome {
  if (circles.length === 0) return done('There is no circle yet.');
  const columns = [
    { var: 'name', label: 'Circle' },
    { var: 'members', label: 'Members' },
  ];
  const rows = circles.map((circle) => ({
    name: circle.name,
    members: host.circles
      .members(circle)
      .map(({ account }) => account.local)
      .join(', '),
  }));
  return { payload: [tableElement(columns, rows)] };
}

function members(host: Host, circle: Circle, standing: string): Account[] {
  return host.circles.members(circle).flatMap((member) => (member.standing === standing ? [member.account] : []));
}

/** @throws StanzaError bad-payload where one of them is no member of this server */
function accountsAt(host: Host, addresses: readonly string[]): Account[] {
  return addresses.map((address) => {
    const { local, domain } = Jid.parse(address);
    const account = host.serves(domain) ? host.accounts.find(local) : undefined;
    if (!account) throw badPayload(`There is no member ${address}.`);
    return account;
  });
}

/** What cannot be is a mistake in the form. */
async function inWords<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RangeError) throw badPayload(`${error.message}.`);
    throw error;
  }
}
