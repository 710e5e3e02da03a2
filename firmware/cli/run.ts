import type { Command } from 'commander';
import { systemClock, systemRandom } from '../../xmpp/clock.ts';
import { Box } from '../box.ts';
import { loadConfig } from '../config.ts';
import { createLog } from '../log.ts';
import { superviseProcess } from '../process.ts';
import { Terminal } from '../terminal.ts';
import { type CommonOptions, configOption } from './options.ts';

export function addRunCommand(casp3r: Command): void {
  casp3r
    .command('run')
    .description('run the box in the foreground')
    .addOption(configOption())
    .action((options: CommonOptions) => run(options));
}

async function run(options: CommonOptions): Promise<void> {
  const load = () => loadConfig({ file: options.config, env: process.env, cwd: process.cwd() });
  const config = load();
  const { stdin, stdout } = process;
  const terminal =
    stdin.isTTY && stdout.isTTY
      ? new Terminal({
          input: stdin,
          output: stdout,
          press: (button, heldMs) => box.panel.press(button, heldMs),
          quit: () => life.end(),
        })
      : undefined;
  const log = createLog(config.log, terminal ? terminal.line : (line) => stdout.write(`${line}\n`));
  const box = new Box({
    config,
    log,
    clock: systemClock,
    random: systemRandom,
    cwd: process.cwd(),
    powerOff: () => life.end(),
    onFrame: (frame) => terminal?.show(frame),
  });
  const life = superviseProcess({ box, log, reload: () => box.reload(load()), lastly: () => terminal?.stop() });
  terminal?.start();
  await life.start();
}
