/** The real product as a process of its own: what a person starts, on loopback ports, with its data in a temporary folder. */
import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify, type TomlTable } from 'smol-toml';
import { ask } from '../../firmware/control.ts';
import { freePorts } from './ports.ts';
import { type Security, Wire } from './wire.ts';

const PROGRAM = fileURLToPath(new URL('../../dist/firmware/cli/main.js', import.meta.url));
const START_PATIENCE_MS = 60_000;
const STOP_PATIENCE_MS = 10_000;
const LOG_PATIENCE_MS = 20_000;

/** Keys of casp3r.toml written `section.key`, and their values; a whole table by its name alone. */
export type Settings = Record<string, string | number | boolean | string[] | TomlTable>;

export interface BoxPorts {
  c2s: number;
  c2sTls: number;
  http: number;
  https: number;
  proxy: number;
}

export interface CliResult {
  code: number;
  stdout: string;
  stderr: string;
}

export interface BoxAccount {
  local: string;
  /** Bare. */
  jid: string;
  password: string;
}

export class Box {
  readonly domain: string;
  readonly ports: BoxPorts;
  /** Holds casp3r.toml and the data folder. */
  readonly folder: string;
  readonly configFile: string;
  /** Words that stand before the command that starts the box. */
  readonly #launcher: readonly string[];
  #process: ChildProcess | undefined;
  #log = '';
  readonly #logging = new EventEmitter();

  private constructor(domain: string, ports: BoxPorts, folder: string, launcher: readonly string[]) {
    this.#launcher = launcher;
    this.domain = domain;
    this.ports = ports;
    this.folder = folder;
    this.configFile = join(folder, 'casp3r.toml');
  }

  /** Prepares the folder and starts the box, through `launcher` where it is to see another machine than this one. */
  static async start(settings: Settings = {}, folder?: string, launcher: readonly string[] = []): Promise<Box> {
    const [c2s = 0, c2sTls = 0, http = 0, https = 0, proxy = 0] = await freePorts(5);
    const home = folder ?? (await mkdtemp(join(tmpdir(), 'casp3r-test-')));
    const box = new Box(
      String(settings['server.domain'] ?? 'box.test'),
      { c2s, c2sTls, http, https, proxy },
      home,
      launcher,
    );
    await writeFile(box.configFile, stringify(box.#configuration(settings)));
    await box.boot();
    return box;
  }

  /** As `npm start` sets it up, on free ports of the loopback interface. */
  static async asShipped(): Promise<Box> {
    const [c2s = 0, c2sTls = 0, http = 0, https = 0, proxy = 0, s2s = 0, s2s_tls = 0, component = 0, turn = 0] =
      await freePorts(9);
    const home = await mkdtemp(join(tmpdir(), 'casp3r-test-'));
    const box = new Box('casp3r.local', { c2s, c2sTls, http, https, proxy }, home, []);
    const listen = { address: '127.0.0.1', c2s, c2s_tls: c2sTls, s2s, s2s_tls, http, https, proxy, component };
    await writeFile(box.configFile, stringify({ data: box.dataFolder, listen, calls: { port: turn, tls_port: 0 } }));
    await box.boot();
    return box;
  }

  get dataFolder(): string {
    return join(this.folder, 'data');
  }

  /** The self-made certificate, for clients that shall trust just this box. */
  get certificateFile(): string {
    return join(this.dataFolder, 'tls', 'certificate.pem');
  }

  get pid(): number {
    return this.#process?.pid ?? 0;
  }

  /** Everything that the box has logged since it was made. */
  get log(): string {
    return this.#log;
  }

  /** Starts the process and waits until it says that it is ready. @throws Error with the log when it does not. */
  async boot(): Promise<void> {
    const [command = '', ...args] = [...this.#launcher, process.execPath, PROGRAM, 'run', '--config', this.configFile];
    const child = spawn(command, args, {
      cwd: this.folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#process = child;
    const ready = new Promise<void>((resolve, reject) => {
      const patience = setTimeout(() => reject(this.#failure('was not ready in time')), START_PATIENCE_MS);
      const settle = (outcome: () => void) => {
        clearTimeout(patience);
        outcome();
      };
      const from = this.#log.length;
      const read = (chunk: Buffer) => {
        this.#log += chunk.toString();
        this.#logging.emit('more');
        if (READY.test(this.#log.slice(from))) settle(resolve);
      };
      child.stdout.on('data', read);
      child.stderr.on('data', read);
      child.once('error', (error) => settle(() => reject(error)));
      child.once('close', (code, signal) =>
        settle(() => reject(this.#failure(`ended at its start with ${signal ?? code}`))),
      );
    });
    await ready;
  }

  /** Resolves once this stands in its log. @throws Error with the log where that takes too long */
  async logged(text: string): Promise<void> {
    const signal = AbortSignal.timeout(LOG_PATIENCE_MS);
    while (!this.#log.includes(text)) {
      await once(this.#logging, 'more', { signal }).catch(() => {
        throw this.#failure(`has not logged "${text}"`);
      });
    }
  }

  /** Asks it to stop, as systemd does, and waits until it has. @throws Error where it does not, or not with 0. */
  async stop(): Promise<void> {
    const { code, signal } = await this.#end('SIGTERM');
    if (code !== 0) throw this.#failure(`stopped with ${signal ?? code}`);
  }

  /** kill -9. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.boot();
  }

  signal(name: NodeJS.Signals): void {
    this.#process?.kill(name);
  }

  /** Ends it, however it is, and removes its folder. */
  async dispose(): Promise<void> {
    await this.#end('SIGTERM');
    await rm(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }

  /** Runs a command of casp3r against this box. Never rejects for an exit code. */
  async cli(args: readonly string[], input?: string): Promise<CliResult> {
    const child = spawn(process.execPath, [PROGRAM, ...args, '--config', this.configFile], { cwd: this.folder });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    child.stdin.end(input ?? '');
    const [code] = await once(child, 'close');
    return { code: Number(code ?? -1), stdout, stderr };
  }

  /** As `cli`, for commands that must do: @throws Error with what it said where the exit code is not 0. Resolves with its JSON. */
  async ask(args: readonly string[], input?: string): Promise<unknown> {
    const result = await this.cli([...args, '--json'], input);
    if (result.code !== 0) throw new Error(`casp3r ${args.join(' ')}: exit ${result.code}: ${result.stderr.trim()}`);
    return JSON.parse(result.stdout);
  }

  /** The first account of a box is its administrator, whatever is asked for. */
  async addAccount(local: string, password = `secret of ${local}`, role = 'member'): Promise<BoxAccount> {
    const jid = `${local}@${this.domain}`;
    await this.command('user add', { address: jid, password, role });
    return { local, jid, password };
  }

  async invite(): Promise<{ code: string; url: string; uri: string; expires: string }> {
    return (await this.ask(['invite', 'create'])) as { code: string; url: string; uri: string; expires: string };
  }

  /** A command over the control socket, without a process for it. @throws Error as the box refuses it. */
  command(name: string, args: Record<string, unknown> = {}): Promise<unknown> {
    return ask(join(this.dataFolder, 'control.sock'), name, args);
  }

  /** Port and domain for a Wire. */
  reach(security: Security = 'plain') {
    return { domain: this.domain, port: security === 'tls' ? this.ports.c2sTls : this.ports.c2s, security };
  }

  login(account: BoxAccount, resource?: string, security: Security = 'plain'): Promise<Wire> {
    return Wire.login({
      ...this.reach(security),
      local: account.local,
      password: account.password,
      ...(resource === undefined ? {} : { resource }),
    });
  }

  async #end(signal: NodeJS.Signals): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
    const child = this.#process;
    this.#process = undefined;
    if (!child) return { code: 0, signal: null };
    if (child.exitCode === null && child.signalCode === null) {
      const gone = once(child, 'close');
      child.kill(signal);
      const patience = setTimeout(() => child.kill('SIGKILL'), STOP_PATIENCE_MS);
      await gone;
      clearTimeout(patience);
    }
    return { code: child.exitCode, signal: child.signalCode };
  }

  #failure(what: string): Error {
    return new Error(`the box ${what}; its log:\n${this.#log}`);
  }

  #configuration(settings: Settings): TomlTable {
    const sections: Record<string, TomlTable> = {
      server: { domain: this.domain },
      listen: {
        address: '127.0.0.1',
        c2s: this.ports.c2s,
        c2s_tls: this.ports.c2sTls,
        s2s: 0,
        s2s_tls: 0,
        http: this.ports.http,
        https: this.ports.https,
        proxy: this.ports.proxy,
        allow_plain_loopback: true,
      },
      panel: { display: 'simulated' },
      federation: { enabled: false },
      calls: { enabled: false },
    };
    const top: TomlTable = { data: this.dataFolder, log: 'debug' };
    for (const [key, value] of Object.entries(settings)) {
      const [section = '', name] = key.split('.');
      if (name !== undefined) sections[section] = { ...sections[section], [name]: value };
      else if (typeof value === 'object' && !Array.isArray(value)) sections[key] = { ...sections[key], ...value };
      else top[section] = value;
    }
    return { ...top, ...sections };
  }
}

/** The line that the box logs when every listener is open. */
const READY = /\bready\b/i;
