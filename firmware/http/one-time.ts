/** Pages that work once, each with its place under the web address. */
import type { Clock, Random } from '../../xmpp/clock.ts';
import type { Log } from '../../xmpp/log.ts';
import { Downloads } from './downloads.ts';
import { Imports } from './imports.ts';

export interface OneTimePages {
  downloads: Downloads;
  imports: Imports;
}

interface Surroundings {
  clock: Clock;
  random: Random;
  log: Log;
}

/** @param urlOf undefined where no encrypted page is served */
export function oneTimePages(
  { clock, random, log }: Surroundings,
  urlOf: (what: 'export' | 'import', token: string) => string | undefined,
): OneTimePages {
  return {
    downloads: new Downloads(clock, random, (token) => urlOf('export', token)),
    imports: new Imports(clock, random, log, (token) => urlOf('import', token)),
  };
}
