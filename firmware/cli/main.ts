#!/usr/bin/env node
/** The command `casp3r`. It exits with 0 when done, 1 when it failed, 2 when it was called wrongly. */
import { CommanderError } from 'commander';
import { BoxError, reasonOf } from '../errors.ts';
import { program } from './program.ts';

const FAILED = 1;
const CALLED_WRONGLY = 2;

try {
  await program().parseAsync(process.argv);
} catch (error) {
  process.exitCode = tell(error);
}

/** One clear line on standard error; commander has told its own. */
function tell(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : CALLED_WRONGLY;
  const known = error instanceof BoxError;
  const message = known ? error.message : reasonOf(error);
  const asJson = process.argv.includes('--json') && known;
  process.stderr.write(asJson ? `${JSON.stringify({ code: error.code, message })}\n` : `casp3r: ${message}\n`);
  if (!known && process.env.CASP3R_DEBUG && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  return FAILED;
}
