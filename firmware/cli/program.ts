/** The commands, as commander knows them (its home: this folder). One file a command does the work. */
import { Command } from 'commander';
import { software } from '../version.ts';
import { addConfigCommand } from './config.ts';
import { addDoctorCommand } from './doctor.ts';
import { addInviteCommand } from './invite.ts';
import { addPanelCommand } from './panel.ts';
import { addRunCommand } from './run.ts';
import { addStatusCommand } from './status.ts';
import { addUserCommand } from './user.ts';

export function program(): Command {
  const casp3r = new Command('casp3r')
    .description('A chat server of your own, on a Raspberry Pi or any computer.')
    .version(software.version)
    .showHelpAfterError('(casp3r --help shows what there is)')
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'casp3r: ')) })
    .exitOverride();
  for (const add of [
    addRunCommand,
    addStatusCommand,
    addUserCommand,
    addInviteCommand,
    addPanelCommand,
    addConfigCommand,
    addDoctorCommand,
  ])
    add(casp3r);
  return casp3r;
}
