/** Sections 4.1 to 4.10 of XEP-0133: one member, or some. A password can be set, and never be had (section 4.6). */
import type { Actor } from '../../access/acts.ts';
import { wouldLeaveNone } from '../../access/last-administrator.ts';
import { dateTime } from '../../clock.ts';
import { formElement } from '../../data-form.ts';
import type { Host } from '../../extension.ts';
import { itemElement, NS_ROSTER } from '../../im/roster-item.ts';
import { actorOf, type CommandOutcome, done } from '../../routing/command.ts';
import { type Answers, badPayload } from '../../routing/command-answers.ts';
import { Jid } from '../../routing/jid.ts';
import { StanzaError } from '../../routing/stanza-error.ts';
import type { Account } from '../../store/model.ts';
import { xml } from '../../xml.ts';
import { ACCOUNT, ACCOUNTS, type AdminCommand, accountAt, told } from './admin-command.ts';

export const userCommands = (host: Host): readonly AdminCommand[] => [
  {
    node: 'add-user',
    name: 'Add a member',
    begin: () => ({
      title: 'A new member',
      fields: [
        ACCOUNT,
        { var: 'password', type: 'text-private', label: 'Password', required: true },
        { var: 'password-verify', type: 'text-private', label: 'Password again', required: true },
      ],
      next: (answers, asker) => addUser(host, answers, actorOf(asker)),
    }),
  },
  {
    node: 'change-user-password',
    name: 'Give a member another password',
    begin: () => ({
      title: 'Another password',
      fields: [ACCOUNT, { var: 'password', type: 'text-private', label: 'Password', required: true }],
      async next(answers, asker) {
        const account = accountAt(host, answers.text('accountjid'));
        await asPayload(host.accounts.setPassword(account, answers.exact('password'), { by: actorOf(asker) }));
        return done('The password is changed.');
      },
    }),
  },
  each(host, 'delete-user', 'Remove members', 'They are gone with all that was theirs.', (account, by) =>
    host.accounts.remove(account, undefined, by),
  ),
  each(host, 'disable-user', 'Shut members out', 'They are shut out; everything is kept.', (account, by) =>
    host.accounts.setStatus(account, 'disabled', by),
  ),
  each(host, 'reenable-user', 'Let members in again', 'They may log in again.', (account, by) =>
    host.accounts.setStatus(account, 'active', by),
  ),
  {
    node: 'end-user-session',
    name: 'End sessions of members',
    begin: () => ({
      title: 'Whose sessions?',
      instructions: 'An address with a resource ends that one session.',
      fields: [ACCOUNTS],
      next: (answers, asker) => endSessions(host, answers.list('accountjids'), actorOf(asker)),
    }),
  },
  {
    node: 'get-user-roster',
    name: 'See the contacts of a member',
    begin: () => ({ title: 'Whose contacts?', fields: [ACCOUNT_OF_SEVERAL], next: (answers) => roster(host, answers) }),
  },
  {
    node: 'get-user-lastlogin',
    name: 'See when a member was last here',
    begin: () => ({ title: 'Who?', fields: [ACCOUNT_OF_SEVERAL], next: (answers) => lastLogin(host, answers) }),
  },
  {
    node: 'user-stats',
    name: 'See figures of a member',
    begin: () => ({ title: 'Who?', fields: [ACCOUNT], next: (answers) => statistics(host, answers) }),
  },
  {
    node: 'edit-admin',
    name: 'Say who administers',
    begin: () => ({
      title: 'Administrators',
      fields: [
        {
          var: 'adminjids',
          type: 'jid-multi',
          label: 'Addresses',
          required: true,
          values: administrators(host).map((account) => host.addressOf(account)),
        },
      ],
      next: (answers, asker) => setAdministrators(host, answers.list('adminjids'), actorOf(asker)),
    }),
  },
];

/** The XEP has the field for several; an answer tells of one. */
const ACCOUNT_OF_SEVERAL = { ...ACCOUNTS, label: 'Address' };

/** Does the same to each of some members. Who may go is looked at before any goes. */
function each(
  host: Host,
  node: string,
  name: string,
  after: string,
  work: (account: Account, by: Actor) => Promise<void>,
): AdminCommand {
  return {
    node,
    name,
    begin: () => ({
      title: name,
      fields: [ACCOUNTS],
      async next(answers, asker) {
        const accounts = answers.list('accountjids').map((address) => accountAt(host, address));
        if (node !== 'reenable-user') assertSomeoneStays(host, accounts);
        for (const account of accounts) await work(account, actorOf(asker));
        return done(after);
      },
    }),
  };
}

async function addUser(host: Host, answers: Answers, by: Actor): Promise<CommandOutcome> {
  const { local, domain } = Jid.parse(answers.text('accountjid'));
  if (local === '' || !host.serves(domain)) throw badPayload(`An address here ends in @${host.server.domain}.`);
  const password = answers.exact('password');
  if (password !== answers.exact('password-verify')) throw badPayload('The two passwords differ.');
  const account = await asPayload(host.accounts.create({ local, password, role: 'member', by, byOperator: true }));
  return done(`${host.addressOf(account)} is here.`);
}

function endSessions(host: Host, addresses: readonly string[], by: Actor): CommandOutcome {
  const sessions = addresses.flatMap((address) => {
    const { resource } = Jid.parse(address);
    const all = host.sessions.ofAccount(accountAt(host, address));
    return resource === '' ? all : all.filter(({ jid }) => jid.resource === resource);
  });
  host.acts.record(by, 'end sessions', addresses.join(', '));
  // After the answer, which may go to one of them.
  host.clock.after(0, () => {
    for (const { outlet } of sessions) outlet.close('not-authorized', 'An administrator ended the session.');
  });
  return done(`Sessions that end: ${sessions.length}.`);
}

function roster(host: Host, answers: Answers): CommandOutcome {
  const account = theOne(host, answers);
  const items = host.roster.items(account).map((item) => itemElement(item));
  const contacts = host.roster.items(account).map(({ contact }) => contact);
  const form = formElement('result', 'http://jabber.org/protocol/admin', [
    { var: 'accountjids', label: 'Address', values: [host.addressOf(account)] },
    { var: 'x-contacts', type: 'jid-multi', label: 'Contacts', values: contacts },
  ]);
  form.append(xml('query', { xmlns: NS_ROSTER }, ...items));
  return { payload: [form] };
}

function lastLogin(host: Host, answers: Answers): CommandOutcome {
  const account = theOne(host, answers);
  const bound = host.sessions.ofAccount(account).map(({ boundMs }) => boundMs);
  const atMs = bound.length > 0 ? Math.max(...bound) : host.store.accounts.lastSeen(account.id)?.atMs;
  return told([
    { var: 'accountjids', label: 'Address', values: [host.addressOf(account)] },
    { var: 'lastlogin', label: 'Last here', values: atMs === undefined ? [] : [dateTime(atMs)] },
  ]);
}

function statistics(host: Host, answers: Answers): CommandOutcome {
  const account = accountAt(host, answers.text('accountjid'));
  const sessions = host.sessions.ofAccount(account);
  const files = host.store.uploads.ofAccount(account.id);
  return told([
    { var: 'ipaddresses', label: 'Addresses', values: [...new Set(sessions.map(({ outlet }) => outlet.address))] },
    { var: 'rostersize', label: 'Contacts', values: [String(host.roster.items(account).length)] },
    { var: 'onlineresources', label: 'Sessions', values: sessions.map(({ jid }) => jid.resource) },
    {
      var: 'x-upload-bytes',
      label: 'Bytes of files',
      values: [String(files.reduce((sum, { bytes, storedMs }) => sum + (storedMs === undefined ? 0 : bytes), 0))],
    },
    { var: 'x-offline-messages', label: 'Messages that wait', values: [String(host.store.offline.count(account.id))] },
  ]);
}

async function setAdministrators(host: Host, addresses: readonly string[], by: Actor): Promise<CommandOutcome> {
  const wanted = new Map(addresses.map((address) => accountAt(host, address)).map((account) => [account.id, account]));
  if (![...wanted.values()].some(({ status }) => status === 'active'))
    throw badPayload('One of them must be able to log in.');
  for (const account of wanted.values())
    if (account.role !== 'administrator') await host.accounts.setRole(account, 'administrator', by);
  for (const account of administrators(host))
    if (!wanted.has(account.id)) await host.accounts.setRole(account, 'member', by);
  return done('Kept.');
}

const administrators = (host: Host) => host.accounts.list().filter(({ role }) => role === 'administrator');

function theOne(host: Host, answers: Answers): Account {
  const [first, ...others] = answers.list('accountjids');
  if (first === undefined || others.length > 0) throw badPayload('One address at a time.');
  return accountAt(host, first);
}

function assertSomeoneStays(host: Host, accounts: readonly Account[]): void {
  if (wouldLeaveNone(host.accounts, accounts))
    throw new StanzaError('not-allowed', { text: 'Nobody who administers would be left.' });
}

/** Names and passwords that cannot be are mistakes in the form. */
async function asPayload<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof StanzaError && error.condition === 'not-acceptable') throw badPayload(error.message);
    throw error;
  }
}
