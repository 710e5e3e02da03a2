/**
 * Accounts to and from files (XEP-0227). The file is the command line's, which may stand where the box may not; what is in it goes
 * over the control socket in parts, so that neither side holds all of it.
 */
import { COMMAND_LINE } from '../../xmpp/access/acts.ts';
import type { Piece } from '../../xmpp/portability/format.ts';
import { Importer } from '../../xmpp/portability/importer.ts';
import { exportAccount } from '../../xmpp/portability/writer.ts';
import { CommitError } from '../../xmpp/store/store.ts';
import type { Box } from '../box.ts';
import type { Command } from '../control.ts';
import { BoxError } from '../errors.ts';
import { textOf } from './arguments.ts';
import { memberOf } from './users.ts';

/** Characters of one part. */
const PART = 500_000;
/** Under way at once; the oldest gives way. */
const MAX_OPEN = 4;

export function portabilityCommands(box: Box): [string, Command][] {
  const exports = new Open<Generator<string>>();
  const imports = new Open<Importer>();
  return [
    [
      'user export',
      (args) => {
        const { host, account } = memberOf(box.running.server.hosts, textOf(args, 'address'));
        host.acts.record(COMMAND_LINE, 'user export', host.addressOf(account));
        return { id: exports.add(exportAccount(host, account)) };
      },
    ],
    [
      'user export part',
      (args) => {
        const id = textOf(args, 'id');
        const lines = exports.get(id);
        let text = '';
        while (text.length < PART) {
          const { value, done } = lines.next();
          if (done) {
            exports.delete(id);
            return { text, done: true };
          }
          text += value;
        }
        return { text, done: false };
      },
    ],
    [
      'user import',
      (args) => {
        const { hosts } = box.running.server;
        const host = (domain: string) => hosts.find((each) => each.serves(domain));
        return { id: imports.add(new Importer(host, { merge: args.merge === true })) };
      },
    ],
    [
      'user import part',
      async (args) => {
        const importer = imports.get(textOf(args, 'id'));
        try {
          for (const piece of piecesOf(args.pieces)) await importer.take(piece);
        } catch (error) {
          if (error instanceof CommitError) throw new BoxError('disk-full', { reason: error.code }, { cause: error });
          throw error;
        }
        return {};
      },
    ],
    [
      'user import end',
      (args) => {
        const id = textOf(args, 'id');
        const { result } = imports.get(id);
        imports.delete(id);
        for (const { address, created } of result.accounts) {
          const { host } = memberOf(box.running.server.hosts, address);
          host.acts.record(COMMAND_LINE, 'user import', created ? address : `${address}, which was there`);
        }
        return result;
      },
    ],
  ];
}

/** From our own command line, which made them by the same types. */
function piecesOf(value: unknown): Piece[] {
  if (!Array.isArray(value)) throw new BoxError('request-invalid', { reason: 'pieces must be a list' });
  return value as Piece[];
}

class Open<T> {
  readonly #open = new Map<string, T>();
  #count = 0;

  add(work: T): string {
    const [oldest] = this.#open.keys();
    if (this.#open.size >= MAX_OPEN && oldest !== undefined) this.#open.delete(oldest);
    this.#count += 1;
    const id = String(this.#count);
    this.#open.set(id, work);
    return id;
  }

  get(id: string): T {
    const work = this.#open.get(id);
    if (!work) throw new BoxError('request-invalid', { reason: 'this is not under way any more' });
    return work;
  }

  delete(id: string): void {
    this.#open.delete(id);
  }
}
