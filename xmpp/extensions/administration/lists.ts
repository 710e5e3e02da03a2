/** Sections 4.13 to 4.22 of XEP-0133: how many members, and who. */
import { onlineAccounts } from '../../access/announcements.ts';
import type { FormField } from '../../data-form.ts';
import type { Host } from '../../extension.ts';
import type { Account } from '../../store/model.ts';
import { type AdminCommand, told } from './admin-command.ts';

interface People {
  /** As the names of nodes and fields have it. */
  what: 'registered' | 'disabled' | 'online' | 'active' | 'idle';
  name: string;
  /** The XEP has two lists without `-list` in their nodes, and one field for two lists. */
  listNode: string;
  listField: string;
  who(host: Host): Account[];
}

const AWAY: ReadonlySet<string | null> = new Set(['away', 'xa']);
const isActive = (host: Host) => (account: Account) =>
  host.sessions.ofAccount(account).some(({ presence }) => presence && !AWAY.has(presence.getChildText('show')));

const PEOPLE: readonly People[] = [
  {
    what: 'registered',
    name: 'members',
    listNode: 'get-registered-users-list',
    listField: 'registereduserjids',
    who: (host) => host.accounts.list(),
  },
  {
    what: 'disabled',
    name: 'members who are shut out',
    listNode: 'get-disabled-users-list',
    listField: 'disableduserjids',
    who: (host) => host.accounts.list().filter(({ status }) => status === 'disabled'),
  },
  {
    what: 'online',
    name: 'members online',
    listNode: 'get-online-users-list',
    listField: 'onlineuserjids',
    who: onlineAccounts,
  },
  {
    what: 'active',
    name: 'members online and not away',
    listNode: 'get-active-users',
    listField: 'activeuserjids',
    who: (host) => onlineAccounts(host).filter(isActive(host)),
  },
  {
    what: 'idle',
    name: 'members online and away',
    listNode: 'get-idle-users',
    listField: 'activeuserjids',
    who: (host) => onlineAccounts(host).filter((account) => !isActive(host)(account)),
  },
];

const MOST: FormField = {
  var: 'max_items',
  type: 'list-single',
  label: 'At most',
  options: ['25', '50', '75', '100', '150', '200', 'none'],
  values: ['100'],
};

export const listCommands = (host: Host): readonly AdminCommand[] =>
  PEOPLE.flatMap(({ what, name, listNode, listField, who }): AdminCommand[] => [
    {
      node: `get-${what}-users-num`,
      name: `Count ${name}`,
      begin: () =>
        told([
          {
            var: `${what}usersnum`,
            type: 'text-single',
            label: `Number of ${name}`,
            values: [String(who(host).length)],
          },
        ]),
    },
    {
      node: listNode,
      name: `List ${name}`,
      begin: () => ({
        title: `List ${name}`,
        fields: [MOST],
        next(answers) {
          const most = answers.text('max_items');
          const all = who(host).map((account) => host.addressOf(account));
          const values = all.slice(0, most === '' || most === 'none' ? all.length : Number(most));
          return told([{ var: listField, type: 'jid-multi', label: `The ${name}`, values }]);
        },
      }),
    },
  ]);
