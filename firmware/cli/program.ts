/** The commands, as commander knows them (its home: this folder). One file a command does the work. */

import { Command } from 'commander';
import { software } from '../version.ts';
import { addAccessCommand } from './access.ts';
import { addAnnounceCommands } from './announce.ts';
import { addCircleCommand } from './circle.ts';
import { addComponentCommand } from './component.ts';
import { addConfigCommand } from './config.ts';
import { addDoctorCommand } from './doctor.ts';
import { addFederationCommand } from './federation.ts';
import { addInviteCommand } from './invite.ts';
import { addPanelCommand } from './panel.ts';
import { addRunCommand } from './run.ts';
import { addServerCommand } from './server.ts';
import { addStatusCommand } from './status.ts';
import { addUserCommand } from './user.ts';

export function program(): Command {
  const casp3r = new Command('casp3r')
    .description('A chat server of your own, on a Raspberry Pi or any computer.')
    .version(software.version)
    .configureOutput({ outputError: (text, write) => write(oneLine(text)) })
    .exitOverride();
  for (const add of [
    addRunCommand,
    addStatusCommand,
    addServerCommand,
    addUserCommand,
    addInviteCommand,
    addAccessCommand,
    addCircleCommand,
    addAnnounceCommands,
    addFederationCommand,
    addComponentCommand,
    addPanelCommand,
    addConfigCommand,
    addDoctorCommand,
  ])
    add(casp3r);
  return casp3r;
}

/** A suggestion stands in a line of its own where commander has one. */
function oneLine(text: string): string {
  return `${text
    .trim()
    .replace(/^error: /, 'casp3r: ')
    .replace(/\s*\n\s*/g, ' ')}\n`;
}
