/** Runs the box in this process: in a terminal with the panel drawn, elsewhere with plain lines. */
import { setTimeout } from 'node:timers/promises';
import { systemClock, systemRandom } from '../xmpp/clock.ts';
import { Box } from './box.ts';
import type { Config } from './config.ts';
import { createLog } from './log.ts';
import { canPowerOff, isService, powerOffMachine } from './machine.ts';
import { superviseProcess } from './process.ts';
import { Terminal } from './terminal.ts';

/** Long enough to see the goodbye on a panel that goes with its window. */
const FAREWELL_MS = 700;

/** @param load reads the configuration: now, and again at SIGHUP */
export async function runBox(load: () => Config): Promise<void> {
  const config = load();
  const { stdin, stdout } = process;
  const service = isService(process.env, process.pid);
  let machineToo = false;
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
    powerOff: () => void powerOff(),
    resetRequested: () => life.reset(),
    restartRequested: () => life.restart(),
    unplug: service ? 'wait for the light' : 'safe',
    onFrame: (frame) => terminal?.show(frame),
  });
  const life = superviseProcess({
    box,
    log,
    reload: () => box.reload(load()),
    farewell: async () => {
      if (terminal) await setTimeout(FAREWELL_MS);
      if (machineToo) await powerOffMachine(log);
    },
    lastly: () => terminal?.stop(),
  });
  // On a laptop POWER means this program only.
  const powerOff = async () => {
    machineToo = service && (await canPowerOff());
    life.end();
  };
  terminal?.start();
  await life.start();
}
