/** One line of the table: a feature of XEP-0479, or one that the Conversations compliance tester looks for. */
import type { Site } from './site.ts';

export interface Check {
  feature: string;
  /** What specifies it. */
  spec: string;
  /** Resolves where the box has it. Rejects with what is missing. */
  run(site: Site): Promise<unknown>;
}

export interface Suite {
  name: string;
  checks: readonly Check[];
}

export const check = (feature: string, spec: string, run: Check['run']): Check => ({ feature, spec, run });
