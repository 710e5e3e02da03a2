/** Sections 4.23 to 4.28 of XEP-0133: words to the members. */
import { announce, type Standing, setStanding, standingText } from '../../access/announcements.ts';
import type { FormField } from '../../data-form.ts';
import type { Host } from '../../extension.ts';
import { actorOf, done } from '../../routing/command.ts';
import type { Answers } from '../../routing/command-answers.ts';
import type { AdminCommand } from './admin-command.ts';

export const announcementCommands = (host: Host): readonly AdminCommand[] => [
  {
    node: 'announce',
    name: 'Announce to those online',
    begin: () => ({
      title: 'An announcement',
      fields: [{ ...words('announcement', 'What to say'), required: true }],
      next: (answers, asker) => done(`Told to ${announce(host, textOf(answers, 'announcement'), actorOf(asker))}.`),
    }),
  },
  edit(host, 'set-motd', 'Set the message of the day', 'motd'),
  edit(host, 'edit-motd', 'Change the message of the day', 'motd'),
  remove(host, 'delete-motd', 'Take the message of the day back', 'motd'),
  edit(host, 'set-welcome', 'Set the welcome to newcomers', 'welcome'),
  remove(host, 'delete-welcome', 'Take the welcome to newcomers back', 'welcome'),
];

export const words = (name: string, label: string): FormField => ({ var: name, type: 'text-multi', label });

export const textOf = (answers: Answers, name: string): string => answers.list(name).join('\n').trim();

function edit(host: Host, node: string, name: string, what: Standing): AdminCommand {
  return {
    node,
    name,
    begin: () => ({
      title: name,
      fields: [{ ...words(what, 'What to say'), required: true, values: linesOf(standingText(host, what)) }],
      async next(answers, asker) {
        const text = textOf(answers, what);
        await setStanding(host, what, text, actorOf(asker));
        // Others hear it when they come.
        if (what === 'motd') announce(host, text, actorOf(asker));
        return done('Kept.');
      },
    }),
  };
}

function remove(host: Host, node: string, name: string, what: Standing): AdminCommand {
  return {
    node,
    name,
    async begin(asker) {
      await setStanding(host, what, '', actorOf(asker));
      return done('Taken back.');
    },
  };
}

const linesOf = (text: string) => (text === '' ? [] : text.split('\n'));
