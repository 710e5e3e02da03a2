/** Sections 4.30 and 4.31 of XEP-0133: the box ends, or begins anew, where it can. */
import { announce } from '../../access/announcements.ts';
import type { FormField } from '../../data-form.ts';
import type { Host } from '../../extension.ts';
import { actorOf, done } from '../../routing/command.ts';
import type { AdminCommand } from './admin-command.ts';
import { textOf, words } from './announcements.ts';

const DELAYS: FormField = {
  var: 'delay',
  type: 'list-single',
  label: 'In',
  required: true,
  options: [30, 60, 120, 180, 300].map((seconds) => ({
    value: String(seconds),
    label: seconds < 120 ? `${seconds} seconds` : `${seconds / 60} minutes`,
  })),
  values: ['60'],
};

export function powerCommands(host: Host): readonly AdminCommand[] {
  const { power } = host.config;
  if (!power) return [];
  return [
    later(host, 'restart', 'Restart the box', () => power.restart()),
    later(host, 'shutdown', 'Shut the box down', () => power.shutDown()),
  ];
}

function later(host: Host, node: string, name: string, act: () => void): AdminCommand {
  return {
    node,
    name,
    begin: () => ({
      title: name,
      fields: [DELAYS, words('announcement', 'What to say to those online')],
      next(answers, asker) {
        const text = textOf(answers, 'announcement');
        if (text !== '') announce(host, text, actorOf(asker));
        const seconds = answers.number('delay', 60, 1);
        host.acts.record(actorOf(asker), node, `in ${seconds} seconds`);
        const timer = host.clock.after(seconds * 1000, act);
        host.onStop(() => timer.cancel());
        host.log.warn({ seconds, action: node }, 'an administrator asked for it');
        return done(`In ${seconds} seconds.`);
      },
    }),
  };
}
