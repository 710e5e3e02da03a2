import type { Command } from 'commander';
import { checkCertificate } from '../certificate-files.ts';
import { loadConfig } from '../config.ts';
import { type CommonOptions, configOption, jsonOption } from './options.ts';
import { print, printJson } from './output.ts';

export function addConfigCommand(casp3r: Command): void {
  casp3r
    .command('config')
    .description('the configuration')
    .command('check')
    .description('find mistakes in casp3r.toml before the box does')
    .addOption(configOption())
    .addOption(jsonOption())
    .action((options: CommonOptions) => {
      const { file, ...keys } = loadConfig({ file: options.config, env: process.env, cwd: process.cwd() });
      if (keys.tls.certificate !== '') checkCertificate(keys.tls);
      if (options.json) printJson({ file: file ?? null, ...keys });
      else print(file ? `${file} is good.` : 'There is no configuration file; the defaults are good.');
    });
}
