/** A password from the command line, from standard input, or asked for without showing it. */
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { BoxError } from '../errors.ts';

/** @throws BoxError password-missing */
export async function readPassword(given: string | undefined): Promise<string> {
  const password = given === undefined ? await askPerson() : given === '-' ? await firstLine() : given;
  if (password === '') throw new BoxError('password-missing');
  return password;
}

async function firstLine(): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of process.stdin) parts.push(Buffer.from(part as Uint8Array));
  return Buffer.concat(parts).toString('utf8').split(/\r?\n/)[0] ?? '';
}

async function askPerson(): Promise<string> {
  if (!process.stdin.isTTY) throw new BoxError('password-missing');
  process.stderr.write('Password: ');
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const line = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  const password = await new Promise<string>((resolve) => {
    line.once('line', resolve);
    line.once('close', () => resolve(''));
  });
  line.close();
  process.stderr.write('\n');
  return password;
}
