/**
 * tor as a child of the box, which makes it reachable at an onion address: one more way in for apps and servers, whoever owns the
 * domain, and the only one out to servers at onion addresses.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Clock, Timer } from '../../xmpp/clock.ts';
import type { Log } from '../../xmpp/log.ts';
import type { XmppServer } from '../../xmpp/server.ts';
import { boundToParent, endChild, endOrphan, findProgram } from '../child.ts';
import { PATH_BYTES } from '../control.ts';
import { reasonOf } from '../errors.ts';
import { type TorFacts, torConfiguration } from './configuration.ts';

const FIRST_DELAY_MS = 1_000;
const MAX_DELAY_MS = 300_000;
/** One that held so long starts again at once. */
const STEADY_MS = 60_000;
const END_MS = 5_000;

/** `off`: by configuration. `missing`: tor is not installed. */
export interface TorState {
  name: 'off' | 'missing' | 'starting' | 'running' | 'failed';
  detail: string;
  /** `….onion`, once there is one; '' before. */
  onion: string;
}

export interface TorOptions {
  enabled: boolean;
  /** There are other servers for the box. */
  federates: boolean;
  /** Of tor alone, in the data folder: its keys are the onion address. Absolute. */
  folder: string;
  clock: Clock;
  log: Log;
  /** Tests: tor talks to nobody. */
  offline?: boolean;
}

export class Tor {
  readonly #options: TorOptions;
  readonly #program: string | undefined;
  readonly #file: string;
  #ports: TorFacts['ports'] = { c2s: 0, c2sTls: 0, s2s: 0, s2sTls: 0 };
  #named: () => void = () => undefined;
  #isNamed = false;
  #state: Omit<TorState, 'onion'> = { name: 'starting', detail: 'starting' };
  #child: ChildProcess | undefined;
  #stopped = true;
  #failures = 0;
  #timer: Timer | undefined;

  constructor(options: TorOptions) {
    this.#options = options;
    this.#program = options.enabled ? findProgram('tor', process.env.PATH ?? '') : undefined;
    this.#file = join(options.folder, 'torrc');
  }

  /** Whether there is anything to start. */
  get wanted(): boolean {
    return this.#program !== undefined;
  }

  get state(): TorState {
    if (!this.#options.enabled) return { name: 'off', detail: 'switched off', onion: '' };
    if (!this.#program) return { name: 'missing', detail: 'tor is not installed', onion: '' };
    return { ...this.#state, onion: this.onion };
  }

  /** '' where there is none. */
  get onion(): string {
    try {
      return this.wanted ? readFileSync(join(this.#options.folder, 'onion', 'hostname'), 'utf8').trim() : '';
    } catch {
      return '';
    }
  }

  /** Of its SOCKS proxy, which answers once tor has found its way; undefined where there will be none. */
  get socket(): string | undefined {
    const { folder, federates } = this.#options;
    const path = join(folder, 'socks');
    return this.wanted && federates && Buffer.byteLength(path) <= PATH_BYTES ? path : undefined;
  }

  /** Opens doors of the server for what comes by tor, and starts it. Rejects where no port is to be had. */
  async open(server: Pick<XmppServer, 'listenBehind' | 'onionKnown'>): Promise<void> {
    if (!this.wanted) return;
    const { federates } = this.#options;
    const open = server.listenBehind.bind(server);
    const ports = {
      c2s: await open('onion_c2s', 'clients', false),
      c2sTls: await open('onion_c2s_tls', 'clients', true),
      s2s: federates ? await open('onion_s2s', 'servers', false) : 0,
      s2sTls: federates ? await open('onion_s2s_tls', 'servers', true) : 0,
    };
    if (federates && this.socket === undefined)
      this.#options.log.warn({}, 'no way out to onion addresses: the path of the data folder is too long');
    this.start(ports, () => server.onionKnown());
  }

  /**
   * Returns at once; `state` tells how it goes.
   * @param ports of 127.0.0.1, where each connection begins with a PROXY header
   * @param named runs once the onion address is there
   */
  start(ports: TorFacts['ports'], named: () => void): void {
    if (!this.#program) return;
    this.#ports = ports;
    this.#named = named;
    this.#isNamed = false;
    this.#stopped = false;
    void this.#run(this.#program);
  }

  /** Resolves when the child is gone. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.cancel();
    await endChild(this.#child, this.#options.clock, END_MS);
  }

  async #run(program: string): Promise<void> {
    const { folder, clock, log, offline = false } = this.#options;
    const startedMs = clock.nowMs();
    let reason: string;
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      endOrphan(join(folder, 'tor.pid'), this.#file);
      const facts = { folder, ports: this.#ports, socket: this.socket, owner: process.pid, offline };
      writeFileSync(this.#file, torConfiguration(facts), { mode: 0o600 });
      reason = await this.#live(program);
    } catch (error) {
      reason = reasonOf(error);
    }
    if (this.#stopped) return;
    this.#failures = clock.nowMs() - startedMs > STEADY_MS ? 0 : this.#failures + 1;
    this.#state = { name: 'failed', detail: reason };
    log.warn({ reason }, 'no onion address: tor does not run');
    const delayMs = Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(this.#failures, 10));
    this.#timer = clock.after(delayMs, () => void this.#run(program));
  }

  /** From its start to its end, whose reason it gives. */
  async #live(program: string): Promise<string> {
    const nothing = ['--defaults-torrc', '/dev/null'];
    const [command, args] = boundToParent(program, ['-f', this.#file, ...nothing]);
    // In a group of its own: Ctrl-C is for the box, which ends it in its time.
    const child = spawn(command, args, {
      cwd: this.#options.folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    this.#child = child;
    let complaint = '';
    for (const stream of [child.stdout, child.stderr])
      createInterface({ input: stream }).on('line', (line) => {
        complaint = this.#heard(line) ?? complaint;
      });
    const [outcome] = await Promise.race([
      once(child, 'close').then(([code, signal]) => [`tor ended with ${signal ?? code}`]),
      once(child, 'error').then(([error]) => [reasonOf(error)]),
    ]);
    this.#child = undefined;
    return complaint === '' ? String(outcome) : complaint;
  }

  /** A line of its log; gives what is wrong, where it says so. */
  #heard(line: string): string | undefined {
    const { log } = this.#options;
    const [, level = '', text = line] = /\[(\w+)\] (.*)$/.exec(line) ?? [];
    log.debug({ tor: text }, 'tor');
    if (!this.#isNamed && this.onion !== '') {
      this.#isNamed = true;
      this.#named();
    }
    const [, percent, what] = /^Bootstrapped (\d+)%[^:]*: (.*)$/.exec(text) ?? [];
    if (percent === '100') this.#isUp();
    else if (percent !== undefined) this.#state = { name: 'starting', detail: `${percent} %: ${what}` };
    return level === 'err' ? text : undefined;
  }

  #isUp(): void {
    if (this.#state.name !== 'running') this.#options.log.info({ onion: this.onion }, 'reached by tor as well');
    this.#state = { name: 'running', detail: 'reached by tor' };
  }
}
