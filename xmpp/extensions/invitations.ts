/** XEP-0401: Ad-hoc Account Invitation Generation, and commands to see invitations and take them back. */
import { mayInvite } from '../access/invite-policy.ts';
import { assertNotReserved, prepareName } from '../access/name.ts';
import { dateTime } from '../clock.ts';
import { type FormField, formElement, tableElement } from '../data-form.ts';
import type { Extension, Host } from '../extension.ts';
import { actorOf, administrates, type CommandAsker, type CommandOutcome, done, failed } from '../routing/command.ts';
import type { Answers } from '../routing/command-answers.ts';
import { badPayload } from '../routing/command-answers.ts';
import { StanzaError } from '../routing/stanza-error.ts';
import type { Account, Invite, Role } from '../store/model.ts';

const NS = 'urn:xmpp:invite';
const OWN = 'urn:casp3r:invite';
/** Of a member who is no administrator. */
const MAX_OPEN = 25;
const ROLES: readonly Role[] = ['member', 'limited', 'administrator'];
const HOUR_MS = 3_600_000;
/** Ten years. */
const MAX_HOURS = 87_600;

export const invitations: Extension = {
  name: 'invitations',
  xep: [{ number: '0401', title: 'Ad-hoc Account Invitation Generation', version: '0.6.0', status: 'complete' }],
  attach(host) {
    const invites = ({ member }: CommandAsker) => member !== undefined && mayInvite(host, member) !== 'nothing';
    host.commands.add({
      node: `${NS}#invite`,
      name: 'Invite a friend',
      target: 'server',
      allowed: invites,
      begin: (asker) => inviteFriend(host, memberOf(asker)),
    });
    host.commands.add({
      node: `${NS}#create-account`,
      name: 'Invite somebody to make an account',
      target: 'server',
      allowed: (asker) => administrates(host)(asker) && host.server.registration !== 'closed',
      begin: () => ({
        title: 'An account for somebody',
        instructions: 'Give them the address that comes next. They choose their own password.',
        fields: accountFields(host),
        next: (answers, asker) => inviteAccount(host, asker, answers),
      }),
    });
    host.commands.add({
      node: `${OWN}#list`,
      name: 'See open invitations',
      target: 'server',
      allowed: invites,
      begin: (asker) => listed(host, asker),
    });
    host.commands.add({
      node: `${OWN}#revoke`,
      name: 'Take invitations back',
      target: 'server',
      allowed: invites,
      begin: (asker) => ({
        title: 'Which invitations?',
        fields: [
          { var: 'codes', type: 'list-multi', label: 'Invitations', required: true, options: options(host, asker) },
        ],
        next: (answers, now) => revoke(host, now, answers.list('codes')),
      }),
    });
  },
};

const accountFields = (host: Host): readonly FormField[] => [
  { var: 'username', type: 'text-single', label: 'Name (empty: they choose it)' },
  { var: 'roster-subscription', type: 'boolean', label: 'Be contacts of each other', values: ['true'] },
  { var: 'role', type: 'list-single', label: 'Role', options: ROLES, values: ['member'] },
  {
    var: 'circle',
    type: 'list-single',
    label: 'Circle',
    options: [{ value: '', label: 'none' }, ...host.circles.list().map(({ id, name }) => ({ value: id, label: name }))],
    values: [''],
  },
  { var: 'uses', type: 'text-single', label: 'For how many people', values: ['1'] },
  { var: 'hours', type: 'text-single', label: 'Good for how many hours', values: ['168'] },
  { var: 'note', type: 'text-single', label: 'Note for yourself' },
];

/** Section 5.1. */
async function inviteFriend(host: Host, member: Account): Promise<CommandOutcome> {
  const open = host.invites.list().filter(({ code, createdBy }) => createdBy === member.id && host.invites.find(code));
  if (open.length >= MAX_OPEN && !host.access.allows({ action: 'administer', who: { account: member } }))
    throw new StanzaError('resource-constraint', { text: `You have ${MAX_OPEN} open invitations; take some back.` });
  const registers = mayInvite(host, member) === 'account';
  return told(host, await host.invites.create({ createdBy: member, own: true, befriends: true, registers }));
}

/** Section 5.4. */
async function inviteAccount(host: Host, asker: CommandAsker, answers: Answers): Promise<CommandOutcome> {
  const username = answers.text('username');
  const uses = answers.number('uses', 1, 1);
  if (username !== '' && uses > 1) throw badPayload('One name is for one person.');
  const role = ROLES.find((each) => each === answers.text('role')) ?? 'member';
  const circle = answers.text('circle');
  return told(
    host,
    await host.invites.create({
      createdBy: memberOf(asker),
      by: actorOf(asker),
      ...(username !== '' && { username: freeName(host, username) }),
      befriends: answers.flag('roster-subscription'),
      role,
      ...(circle !== '' && { circle }),
      uses,
      lifetimeMs: Math.min(answers.number('hours', 168, 1), MAX_HOURS) * HOUR_MS,
      note: answers.text('note').slice(0, 200),
    }),
  );
}

/** @throws StanzaError bad-payload where nobody can have it */
function freeName(host: Host, username: string): string {
  try {
    const local = prepareName(username);
    assertNotReserved(local);
    if (!host.accounts.find(local) && !host.invites.reserving(local)) return local;
  } catch (error) {
    if (error instanceof StanzaError) throw badPayload(error.message);
    throw error;
  }
  throw badPayload('This name is taken.');
}

function told(host: Host, invite: Invite): CommandOutcome {
  const page = host.config.invitationUrl(invite.code);
  const fields: FormField[] = [
    { var: 'uri', type: 'text-single', label: 'For an app', values: [host.invites.uri(invite)] },
    ...(page === undefined
      ? []
      : [{ var: 'landing-url', type: 'text-single', label: 'For a browser', values: [page] } as const]),
    { var: 'expire', type: 'text-single', label: 'Good until', values: [dateTime(invite.expiresMs)] },
  ];
  return { payload: [formElement('result', `${NS}#invitation`, fields)] };
}

function listed(host: Host, asker: CommandAsker): CommandOutcome {
  const columns: FormField[] = [
    { var: 'uri', label: 'Address' },
    { var: 'note', label: 'Note' },
    { var: 'role', label: 'Role' },
    { var: 'uses', label: 'Uses left' },
    { var: 'expire', label: 'Good until' },
  ];
  const rows = openFor(host, asker).map((invite) => ({
    uri: host.invites.uri(invite),
    note: invite.note,
    role: invite.role,
    uses: String(invite.usesLeft),
    expire: dateTime(invite.expiresMs),
  }));
  return rows.length === 0 ? done('No invitation is open.') : { payload: [tableElement(columns, rows)] };
}

async function revoke(host: Host, asker: CommandAsker, codes: readonly string[]): Promise<CommandOutcome> {
  const mine = new Set(openFor(host, asker).map(({ code }) => code));
  const [stranger] = codes.filter((code) => !mine.has(code));
  if (stranger !== undefined) return failed('One of these is no open invitation of yours.');
  const by = administrates(host)(asker) ? actorOf(asker) : undefined;
  for (const code of codes) await host.invites.revoke(code, by);
  return done('Taken back.');
}

const options = (host: Host, asker: CommandAsker) =>
  openFor(host, asker).map(({ code, note, expiresMs }) => ({
    value: code,
    label: `${code.slice(0, 8)}… ${note} until ${dateTime(expiresMs)}`,
  }));

/** One's own; for administrators, everybody's. */
function openFor(host: Host, asker: CommandAsker): Invite[] {
  const all = administrates(host)(asker);
  return host.invites
    .list()
    .filter(({ code, createdBy }) => (all || createdBy === asker.member?.id) && host.invites.find(code));
}

function memberOf({ member }: CommandAsker): Account {
  if (!member) throw new StanzaError('forbidden', { type: 'cancel' });
  return member;
}
