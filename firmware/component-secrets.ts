/** The secrets of components, from casp3r.toml or from files that only the box reads. */
import { readFileSync } from 'node:fs';
import type { Config } from './config.ts';
import { BoxError, reasonOf } from './errors.ts';

/** By domain. @throws BoxError secret-unreadable */
export function componentSecrets({ components }: Pick<Config, 'components'>): Map<string, string> {
  return new Map(
    Object.entries(components).map(([domain, { secret, secret_file }]) => [
      domain,
      secret_file === '' ? secret : readSecret(domain, secret_file),
    ]),
  );
}

function readSecret(domain: string, file: string): string {
  try {
    const secret = readFileSync(file, 'utf8').trim();
    if (secret === '') throw new Error('it is empty');
    return secret;
  } catch (error) {
    throw new BoxError('secret-unreadable', { domain, file, reason: reasonOf(error) });
  }
}
