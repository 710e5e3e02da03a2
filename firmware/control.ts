/**
 * The control socket: how commands reach the running box. `control.sock` in the data folder, mode 0600, so whoever may read the
 * folder may command the box. A request is one line of JSON, `{"command": "user list", "arguments": {…}}`; so is its reply,
 * `{"ok": true, "result": …}` or `{"ok": false, "code": "member-unknown", "message": "…"}`. Replies come in the order of requests.
 */
import { chmodSync, rmSync } from 'node:fs';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { join, relative } from 'node:path';
import type { Log } from '../xmpp/log.ts';
import { BoxError, type ErrorCode, reasonOf } from './errors.ts';

export type CommandArguments = Record<string, unknown>;

/** What the box does for a command. Its result goes out as JSON. Throw a BoxError to refuse. */
export type Command = (args: CommandArguments) => unknown;

export type Reply = { ok: true; result: unknown } | { ok: false; code: ErrorCode; message: string };

/** A picture of an import is the largest. */
const REQUEST_BYTES = 32 * 1024 * 1024;
/** sun_path is 108 bytes with its closing zero on Linux; longer paths are cut without a word. */
export const PATH_BYTES = 107;

/** The socket's path as it is given to the system: relative to `cwd` where only that is short enough. @throws BoxError socket-path-long */
export function controlPath(dataFolder: string, cwd: string): string {
  const path = join(dataFolder, 'control.sock');
  const short = [path, relative(cwd, path)].find((name) => Buffer.byteLength(name) <= PATH_BYTES);
  if (short === undefined) throw new BoxError('socket-path-long', { path });
  return short;
}

export interface ControlOptions {
  path: string;
  dataFolder: string;
  commands: ReadonlyMap<string, Command>;
  log: Log;
  /** The longest request; default 32 MiB. */
  requestBytes?: number;
}

export class ControlServer {
  readonly #path: string;
  readonly #dataFolder: string;
  readonly #commands: ReadonlyMap<string, Command>;
  readonly #log: Log;
  readonly #requestBytes: number;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;

  constructor(options: ControlOptions) {
    this.#requestBytes = options.requestBytes ?? REQUEST_BYTES;
    this.#path = options.path;
    this.#dataFolder = options.dataFolder;
    this.#commands = options.commands;
    this.#log = options.log;
  }

  /** Takes over the socket of a box that was killed. @throws BoxError already-running, data-unusable */
  async start(): Promise<void> {
    const pid = await pidOfLive(this.#path);
    if (pid !== undefined) throw new BoxError('already-running', { pid, folder: this.#dataFolder });
    rmSync(this.#path, { force: true });
    const server = createServer((socket) => this.#serve(socket));
    await listen(server, this.#path).catch((error: unknown) => {
      throw new BoxError('data-unusable', { folder: this.#dataFolder, reason: reasonOf(error) });
    });
    chmodSync(this.#path, 0o600);
    this.#server = server;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    if (!server) return;
    this.#server = undefined;
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of this.#sockets) socket.end();
    const sockets = [...this.#sockets];
    setTimeout(() => {
      for (const socket of sockets) socket.destroy();
    }, 1000).unref();
    await closed;
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    let waiting = '';
    let turn = Promise.resolve();
    socket.setEncoding('utf8').on('data', (text: string) => {
      const lines = (waiting + text).split('\n');
      waiting = lines.pop() ?? '';
      if (waiting.length > this.#requestBytes) return void socket.destroy();
      for (const line of lines) turn = turn.then(() => this.#answer(socket, line));
    });
  }

  async #answer(socket: Socket, line: string): Promise<void> {
    const reply = await this.#run(line);
    if (socket.writable) socket.write(`${JSON.stringify(reply)}\n`);
  }

  async #run(line: string): Promise<Reply> {
    try {
      const { command, arguments: args } = parseRequest(line);
      const run = this.#commands.get(command);
      if (!run) throw new BoxError('command-unknown', { command });
      return { ok: true, result: (await run(args)) ?? null };
    } catch (error) {
      if (error instanceof BoxError) return { ok: false, code: error.code, message: error.message };
      this.#log.error({ err: error }, 'a command failed');
      const fault = new BoxError('box-fault', { reason: reasonOf(error) });
      return { ok: false, code: fault.code, message: fault.message };
    }
  }
}

function parseRequest(line: string): { command: string; arguments: CommandArguments } {
  try {
    const request = JSON.parse(line) as { command?: unknown; arguments?: CommandArguments } | null;
    if (typeof request?.command === 'string') return { command: request.command, arguments: request.arguments ?? {} };
  } catch {
    // Not JSON; refused with what is JSON and no command.
  }
  throw new BoxError('request-invalid', { reason: 'not a command in JSON' });
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** The process id of the box that answers at this socket; undefined where nobody does: a stale file, or none. */
async function pidOfLive(path: string): Promise<number | undefined> {
  try {
    return ((await ask(path, 'ping', {})) as { pid: number }).pid;
  } catch (error) {
    if (error instanceof BoxError) return 0;
    return undefined;
  }
}

/**
 * Sends one command to the socket and gives its result.
 * @throws BoxError as the box refused it; box-silent; a system error (ENOENT, ECONNREFUSED, EACCES) where nobody listens.
 */
export function ask(path: string, command: string, args: CommandArguments, timeoutMs = 30_000): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(path);
    let text = '';
    const silent = () => reject(new BoxError('box-silent', { folder: path }));
    socket.setTimeout(timeoutMs, () => {
      silent();
      socket.destroy();
    });
    socket.on('error', reject).on('close', silent);
    socket.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      if (!text.endsWith('\n')) return;
      socket.end();
      const reply = JSON.parse(text) as Reply;
      if (reply.ok) resolve(reply.result);
      else reject(new RefusedCommand(reply.code, reply.message));
    });
    socket.write(`${JSON.stringify({ command, arguments: args })}\n`);
  });
}

/** A command that the box refused, with the box's own words. */
class RefusedCommand extends BoxError {
  constructor(code: ErrorCode, message: string) {
    super(code);
    this.message = message;
  }
}
