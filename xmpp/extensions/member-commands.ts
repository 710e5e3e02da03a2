/** Ad-hoc commands for administrators beside those of XEP-0133: a member's role, and what has access to the member's account. */
import { type Access, accesses, knowsPassword, revoke } from '../access/client-access.ts';
import { wouldLeaveNone } from '../access/last-administrator.ts';
import { dateTime } from '../clock.ts';
import type { FormField } from '../data-form.ts';
import type { Extension, Host } from '../extension.ts';
import {
  actorOf,
  administrates,
  type CommandAsker,
  type CommandOutcome,
  type CommandStep,
  done,
} from '../routing/command.ts';
import { type Answers, badPayload } from '../routing/command-answers.ts';
import { Jid } from '../routing/jid.ts';
import { StanzaError } from '../routing/stanza-error.ts';
import type { Account, Role } from '../store/model.ts';

const NS = 'urn:casp3r:members';

const ACCOUNT: FormField = { var: 'accountjid', type: 'jid-single', label: 'Address', required: true };

const ROLES: readonly { value: Role; label: string }[] = [
  { value: 'member', label: 'member' },
  { value: 'limited', label: 'limited: talks only with whom you approve' },
  { value: 'administrator', label: 'administrator: looks after this server' },
];

export const memberCommands: Extension = {
  name: 'member-commands',
  xep: [],
  attach(host) {
    host.commands.add({
      node: `${NS}#role`,
      name: 'Give a member another role',
      target: 'server',
      allowed: administrates(host),
      begin: () => ({
        title: 'Another role',
        fields: [ACCOUNT, { var: 'role', type: 'list-single', label: 'Role', required: true, options: ROLES }],
        next: (answers, asker) => setRole(host, answers, asker),
      }),
    });
    host.commands.add({
      node: `${NS}#devices`,
      name: 'See the devices of a member, and take access away',
      target: 'server',
      allowed: administrates(host),
      begin: () => ({
        title: 'Whose devices?',
        fields: [ACCOUNT],
        more: true,
        next: (answers) => devices(host, accountAt(host, answers.text('accountjid'))),
      }),
    });
  },
};

async function setRole(host: Host, answers: Answers, asker: CommandAsker): Promise<CommandOutcome> {
  const account = accountAt(host, answers.text('accountjid'));
  const role = ROLES.find(({ value }) => value === answers.text('role'))?.value ?? 'member';
  if (role !== 'administrator' && wouldLeaveNone(host.accounts, [account]))
    throw new StanzaError('not-allowed', { text: 'Nobody who administers would be left.' });
  if (account.role !== role) await host.accounts.setRole(account, role, actorOf(asker));
  return done(`${host.addressOf(account)} is ${role}.`);
}

function devices(host: Host, account: Account): CommandStep {
  const all = accesses(host, account);
  if (all.length === 0) return done('Nothing has access to this account.');
  return {
    title: host.addressOf(account),
    instructions:
      'A device that is chosen is logged out, and woken no more. One that knows the password can come back with it.',
    fields: [
      {
        var: 'devices',
        type: 'list-multi',
        label: 'Take access away from',
        options: all.map((access) => ({ value: access.id, label: deviceWords(access) })),
      },
    ],
    next: (answers, asker) => takeAway(host, account, answers.list('devices'), asker),
  };
}

async function takeAway(
  host: Host,
  account: Account,
  ids: readonly string[],
  asker: CommandAsker,
): Promise<CommandOutcome> {
  const chosen = accesses(host, account).filter(({ id }) => ids.includes(id));
  if (chosen.length === 0) return done('Nothing was changed.');
  for (const access of chosen) {
    host.acts.record(actorOf(asker), 'user devices revoke', `${host.addressOf(account)} ${access.id}`);
    await revoke(host, account, access);
  }
  return chosen.some(knowsPassword)
    ? { notes: [{ type: 'warn', text: 'Logged out. It knows the password: only another one keeps it out.' }] }
    : done('Logged out.');
}

function deviceWords(access: Access): string {
  const { row, sessions } = access;
  const name = [row?.software, row?.device].filter(Boolean).join(', ') || sessions[0]?.jid.resource || 'unnamed';
  const seen = sessions.length > 0 ? 'online' : `last seen ${dateTime(row?.lastMs ?? 0).slice(0, 10)}`;
  return `${name} (${seen})`;
}

/** @throws StanzaError bad-payload */
function accountAt(host: Host, address: string): Account {
  const { local, domain } = Jid.parse(address);
  const account = host.serves(domain) ? host.accounts.find(local) : undefined;
  if (!account) throw badPayload(`There is no member ${address}.`);
  return account;
}
