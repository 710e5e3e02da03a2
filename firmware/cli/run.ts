import type { Command } from 'commander';
import { loadConfig } from '../config.ts';
import { type CommonOptions, configOption } from './options.ts';

export function addRunCommand(casp3r: Command): void {
  casp3r
    .command('run')
    .description('run the box in the foreground')
    .addOption(configOption())
    .action(async (options: CommonOptions) => {
      // The other commands start in a moment because they load none of this.
      const { runBox } = await import('../run.ts');
      await runBox(() => loadConfig({ file: options.config, env: process.env, cwd: process.cwd() }));
    });
}
