import { writeFileSync } from 'node:fs';
import { Argument, type Command, Option } from 'commander';
import { BUTTONS } from '../../drivers/button/buttons.ts';
import { png } from '../../ui/panel/png.ts';
import { halfBlocks } from '../../ui/terminal/glass.ts';
import type { PanelShown } from '../commands/panel.ts';
import { BoxError, reasonOf } from '../errors.ts';
import { askBox } from './client.ts';
import { type CommonOptions, configOption, jsonOption, wholeNumber } from './options.ts';
import { print, printJson } from './output.ts';

export function addPanelCommand(casp3r: Command): void {
  const panel = casp3r.command('panel').description('the panel: show it, press its buttons');

  panel
    .command('show')
    .description('what the panel shows now')
    .addOption(new Option('--png <file>', 'write it as a picture'))
    .addOption(configOption())
    .addOption(jsonOption())
    .action(async (options: CommonOptions & { png?: string }) => {
      const shown = await askBox<PanelShown>(options, 'panel show');
      const frame = Buffer.from(shown.frame, 'base64');
      if (options.png !== undefined) write(options.png, png(frame));
      if (options.json) printJson(shown);
      else if (options.png === undefined) print(halfBlocks(frame).join('\n'));
    });

  panel
    .command('press')
    .description('press a button')
    .addArgument(buttonArgument())
    .addOption(new Option('--hold <ms>', 'how long it is held, in milliseconds').argParser(wholeNumber).default(0))
    .addOption(configOption())
    .action(async (button: string, options: CommonOptions & { hold: number }) => {
      await askBox(options, 'panel press', { button, heldMs: options.hold });
    });
}

/** Taken as it is written on the box, too. */
function buttonArgument(): Argument {
  const argument = new Argument('<button>').choices(BUTTONS);
  const { parseArg } = argument;
  return argument.argParser((name: string, previous: string) => parseArg?.(name.toLowerCase(), previous) ?? name);
}

function write(file: string, bytes: Uint8Array): void {
  try {
    writeFileSync(file, bytes);
  } catch (error) {
    throw new BoxError('file-unwritable', { file, reason: reasonOf(error) });
  }
}
