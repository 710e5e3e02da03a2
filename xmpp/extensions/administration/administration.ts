/** XEP-0133: Service Administration, for administrators and nobody else. Each command's node is under NS; see the tables beside this file. */
import { dueTo, tell } from '../../access/announcements.ts';
import type { Extension, Host } from '../../extension.ts';
import { administrates } from '../../routing/command.ts';
import { accessListCommands } from './access-lists.ts';
import type { AdminCommand } from './admin-command.ts';
import { announcementCommands } from './announcements.ts';
import { listCommands } from './lists.ts';
import { powerCommands } from './power.ts';
import { userCommands } from './users.ts';

const NS = 'http://jabber.org/protocol/admin';

export const administration: Extension = {
  name: 'administration',
  xep: [
    {
      number: '0133',
      title: 'Service Administration',
      version: '1.3.1',
      status: 'partial',
      note: 'who is on the black list reaches nobody; a single person there, other than a domain, can still be written to',
    },
  ],
  attach(host) {
    const commands: readonly AdminCommand[] = [
      ...userCommands(host),
      ...listCommands(host),
      ...announcementCommands(host),
      ...accessListCommands(host),
      ...powerCommands(host),
    ];
    for (const { node, name, begin } of commands)
      host.commands.add({
        node: `${NS}#${node}`,
        name,
        target: 'server',
        allowed: administrates(host),
        async begin(asker) {
          const step = await begin(asker);
          return 'next' in step ? { formType: NS, ...step } : step;
        },
      });
    tellAtLogin(host);
  },
};

/** Once in this run: when a member was last seen is written down only as they leave. */
function tellAtLogin(host: Host): void {
  const told = new Map<string, Set<string>>();
  host.hooks.on('session available', ({ session: { account }, initial }) => {
    if (!initial) return;
    const heard = told.get(account.id) ?? new Set();
    for (const { what, text, since } of dueTo(host, host.store.accounts.lastSeen(account.id)?.atMs)) {
      if (heard.has(`${what} ${since}`)) continue;
      heard.add(`${what} ${since}`);
      told.set(account.id, heard);
      tell(host, account, what, text);
    }
  });
  host.hooks.on('account forgotten', ({ account }) => void told.delete(account.id));
}
