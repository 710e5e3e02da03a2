/** The record of administrative acts. */
import { dateTime } from '../../clock.ts';
import { type FormField, tableElement } from '../../data-form.ts';
import type { Host } from '../../extension.ts';
import { done } from '../../routing/command.ts';
import type { AccessCommand } from './access-commands.ts';

const COLUMNS: readonly FormField[] = [
  { var: 'at', label: 'When' },
  { var: 'who', label: 'Who' },
  { var: 'from', label: 'From where' },
  { var: 'what', label: 'What' },
  { var: 'about', label: 'About' },
];

export const logCommands = (host: Host): readonly AccessCommand[] => [
  {
    node: 'log',
    name: 'See what administrators did',
    begin: () => ({
      title: 'What administrators did',
      fields: [
        { var: 'max_items', type: 'list-single', label: 'At most', options: ['25', '100', '500'], values: ['25'] },
      ],
      next(answers) {
        const acts = host.acts.list(answers.number('max_items', 25, 1));
        if (acts.length === 0) return done('Nothing was done yet.');
        const rows = acts.map(({ atMs, who, from, what, about }) => ({ at: dateTime(atMs), who, from, what, about }));
        return { payload: [tableElement(COLUMNS, rows)] };
      },
    }),
  },
];
