/** Looks at what a box needs, whether it runs or not, and says what is missing. */
import { accessSync, constants, existsSync, statfsSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import type { Command } from 'commander';
import type { Status } from '../commands/status.ts';
import { type Config, loadConfig } from '../config.ts';
import { BoxError, reasonOf } from '../errors.ts';
import { lanAddresses } from '../reachability.ts';
import { askBox } from './client.ts';
import { type CommonOptions, configOption, jsonOption } from './options.ts';
import { print, printJson } from './output.ts';

interface Finding {
  name: string;
  ok: boolean;
  detail: string;
}

const LITTLE_ROOM_BYTES = 200 * 1024 * 1024;

export function addDoctorCommand(casp3r: Command): void {
  casp3r
    .command('doctor')
    .description('look at what a box needs')
    .addOption(configOption())
    .addOption(jsonOption())
    .action(async (options: CommonOptions) => {
      const config = loadConfig({ file: options.config, env: process.env, cwd: process.cwd() });
      const findings = [
        { name: 'configuration', ok: true, detail: config.file ?? 'no file; all defaults' },
        dataFolder(config),
        network(),
        ...(await box(options)),
      ];
      if (options.json) printJson(findings);
      else for (const { name, ok, detail } of findings) print(`${ok ? 'good' : 'BAD '}  ${name}: ${detail}`);
      process.exitCode = findings.every(({ ok }) => ok) ? 0 : 1;
    });
}

function dataFolder({ data }: Config): Finding {
  const name = 'data folder';
  if (!existsSync(data)) return { name, ok: true, detail: `${data} is made at the first start` };
  try {
    accessSync(data, constants.R_OK | constants.W_OK | constants.X_OK);
    const { bavail, bsize } = statfsSync(data);
    const room = `${Math.floor((bavail * bsize) / 1_048_576)} MiB free`;
    return { name, ok: bavail * bsize > LITTLE_ROOM_BYTES, detail: `${data}, ${room}` };
  } catch (error) {
    return { name, ok: false, detail: reasonOf(error) };
  }
}

function network(): Finding {
  const { v4, v6 } = lanAddresses(networkInterfaces());
  const addresses = [...v4, ...v6];
  return { name: 'network', ok: addresses.length > 0, detail: addresses.join(', ') || 'no address; is it plugged in?' };
}

async function box(options: CommonOptions): Promise<Finding[]> {
  try {
    const { pid, panel, network: announced, errors, components, calls, tor } = await askBox<Status>(options, 'status');
    return [
      { name: 'box', ok: true, detail: `runs as process ${pid}` },
      { name: 'panel', ok: true, detail: `${panel.display}: ${panel.detail}; buttons: ${panel.buttons}` },
      { name: 'announcement', ok: true, detail: announced },
      ...components.map(({ domain, connected }) => ({
        name: `component ${domain}`,
        ok: connected,
        detail: connected
          ? 'connected'
          : 'configured, and not connected; is its program running, with the same secret?',
      })),
      ...(tor.name === 'off' ? [] : [{ name: 'tor', ok: isFine(tor), detail: aboutTor(tor) }]),
      { name: 'calls', ok: calls.name !== 'failed', detail: aboutCalls(calls) },
      { name: 'errors', ok: errors === 0, detail: `${errors} since the start` },
    ];
  } catch (error) {
    if (!(error instanceof BoxError)) throw error;
    return [{ name: 'box', ok: false, detail: error.message }];
  }
}

const isFine = ({ name }: Status['tor']) => name === 'running' || name === 'starting';

function aboutTor({ name, detail, onion }: Status['tor']): string {
  if (name !== 'missing') return `${name}: ${detail}${onion === '' ? '' : `; ${onion}`}`;
  return 'no onion address: tor is not installed; `sudo apt install tor && sudo systemctl disable --now tor`, then restart the box';
}

function aboutCalls({ name, detail }: Status['calls']): string {
  if (name !== 'missing') return `${name}: ${detail}`;
  return 'no relay: coturn is not installed; `sudo apt install coturn && sudo systemctl disable --now coturn`, then restart the box';
}
