/** Members to and from files (XEP-0227). */
import { open } from 'node:fs/promises';
import { Argument, type Command, Option } from 'commander';
import type { Piece } from '../../xmpp/portability/format.ts';
import type { Importer } from '../../xmpp/portability/importer.ts';
import { readExport } from '../../xmpp/portability/reader.ts';
import { BoxError, reasonOf } from '../errors.ts';
import { askBox } from './client.ts';
import { exportSource } from './export-source.ts';
import { type CommonOptions, configOption, jsonOption } from './options.ts';
import { print, printJson } from './output.ts';

/** Characters of one request. */
const PART = 500_000;

export function addUserFileCommands(user: Command): void {
  user
    .command('export')
    .description('write a member to a file: contacts, messages, pictures and the keys of the password')
    .addArgument(new Argument('<jid>', 'NAME@DOMAIN'))
    .addOption(new Option('--output <file>', 'a new file, which only you can read').makeOptionMandatory())
    .addOption(configOption())
    .action(async (address: string, options: CommonOptions & { output: string }) => {
      const { id } = await askBox<{ id: string }>(options, 'user export', { address });
      const unwritable = (error: unknown) =>
        new BoxError('file-unwritable', { file: options.output, reason: reasonOf(error) }, { cause: error });
      const file = await open(options.output, 'wx', 0o600).catch((error: unknown) => {
        throw unwritable(error);
      });
      try {
        for (let done = false; !done; ) {
          const part = await askBox<{ text: string; done: boolean }>(options, 'user export part', { id });
          await file.appendFile(part.text).catch((error: unknown) => {
            throw unwritable(error);
          });
          done = part.done;
        }
        await file.sync();
      } finally {
        await file.close();
      }
      print(`${address} is in ${options.output}. It holds the keys of the password: keep it to yourself.`);
    });

  user
    .command('import')
    .description('make members of a file, such as another server or box wrote it')
    .argument('<file>')
    .addOption(new Option('--merge', 'give to members who are there what they lack'))
    .addOption(configOption())
    .addOption(jsonOption())
    .action(async (file: string, options: CommonOptions & { merge?: boolean }) => {
      const { id } = await askBox<{ id: string }>(options, 'user import', { merge: options.merge === true });
      for await (const pieces of parts(file)) await askBox(options, 'user import part', { id, pieces });
      const result = await askBox<Importer['result']>(options, 'user import end', { id });
      if (options.json) printJson(result);
      else for (const line of linesOf(result)) print(line);
    });
}

async function* parts(file: string): AsyncGenerator<Piece[]> {
  let pieces: Piece[] = [];
  let characters = 0;
  try {
    for await (const piece of readExport(exportSource(file))) {
      pieces.push(piece);
      characters += piece.kind === 'part' ? piece.xml.length : 0;
      if (characters < PART) continue;
      yield pieces;
      pieces = [];
      characters = 0;
    }
  } catch (error) {
    if (error instanceof BoxError) throw error;
    throw new BoxError('export-unreadable', { file, reason: reasonOf(error).replace(/\.$/, '') }, { cause: error });
  }
  yield pieces;
}

function linesOf({ accounts, stray }: Importer['result']): string[] {
  return [
    ...accounts.flatMap(({ address, created, needsPassword, taken, left }) => [
      `${address} ${created ? 'is made' : 'was there'}: ${
        Object.entries(taken)
          .map(([what, count]) => `${count} ${what}`)
          .join(', ') || 'nothing taken'
      }.`,
      ...(needsPassword ? [`  It has no password: casp3r user passwd ${address}`] : []),
      ...left.map((line) => `  left: ${line}`),
    ]),
    ...stray.map((line) => `left: ${line}`),
    ...(accounts.length === 0 ? ['There is no member of this box in it.'] : []),
  ];
}
