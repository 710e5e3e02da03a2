/** What members reported of those whom they blocked. */
import { dateTime } from '../../clock.ts';
import { type FormField, tableElement } from '../../data-form.ts';
import type { Host } from '../../extension.ts';
import { done } from '../../routing/command.ts';
import type { AccessCommand } from './access-commands.ts';

const COLUMNS: readonly FormField[] = [
  { var: 'at', label: 'When' },
  { var: 'jid', label: 'Who was reported' },
  { var: 'by', label: 'By' },
  { var: 'reason', label: 'Reason' },
  { var: 'text', label: 'In their words' },
];
const MOST = 100;

export const reportCommands = (host: Host): readonly AccessCommand[] => [
  {
    node: 'reports',
    name: 'See whom members reported',
    begin() {
      const reports = host.store.access.reports(host.server.id).slice(0, MOST);
      if (reports.length === 0) return done('Nobody was reported.');
      const rows = reports.map(({ account, atMs, jid, reason, text }) => {
        const by = host.store.accounts.byId(account);
        return { at: dateTime(atMs), jid, by: by ? host.addressOf(by) : '', reason, text };
      });
      return { payload: [tableElement(COLUMNS, rows)] };
    },
  },
];
