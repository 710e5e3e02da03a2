/** coturn as a child of the box: started, looked at, started again when it ends, ended with the box. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Clock, Timer } from '../../xmpp/clock.ts';
import type { Log } from '../../xmpp/log.ts';
import { boundToParent, endChild, endOrphan } from '../child.ts';
import { reasonOf } from '../errors.ts';
import { type TurnFacts, turnConfiguration } from './configuration.ts';
import { answersStun, assertFree } from './probe.ts';

const FIRST_DELAY_MS = 1_000;
const MAX_DELAY_MS = 60_000;
/** One that held so long starts again at once. */
const STEADY_MS = 60_000;
/** A router hands out another address now and then. */
const LOOK_MS = 60_000;
const END_MS = 3_000;

export type TurnState = { name: 'starting' | 'running' | 'failed'; detail: string };

export interface TurnServerOptions {
  program: string;
  folder: string;
  /** Asked anew before each start and every minute: another answer is another start. */
  facts: () => Promise<TurnFacts>;
  clock: Clock;
  log: Log;
  changed: (state: TurnState) => void;
}

export class TurnServer {
  readonly #options: TurnServerOptions;
  readonly #file: string;
  #state: TurnState = { name: 'starting', detail: 'starting' };
  #child: ChildProcess | undefined;
  #written = '';
  #stopped = false;
  /** It is ended to be started with other facts. */
  #renewing = false;
  #failures = 0;
  #timer: Timer | undefined;
  #look: Timer | undefined;
  #abort = new AbortController();

  constructor(options: TurnServerOptions) {
    this.#options = options;
    this.#file = join(options.folder, 'turnserver.conf');
  }

  get state(): TurnState {
    return this.#state;
  }

  /** Returns at once; `changed` tells how it goes. */
  start(): void {
    void this.#run();
    this.#lookAgain();
  }

  /** Resolves when the child is gone. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.cancel();
    this.#look?.cancel();
    this.#abort.abort();
    await endChild(this.#child, this.#options.clock, END_MS);
  }

  /** coturn reads its certificate anew on that signal. */
  reloadCertificate(): void {
    this.#child?.kill('SIGUSR2');
  }

  async #run(): Promise<void> {
    const { folder, clock } = this.#options;
    const startedMs = clock.nowMs();
    let reason: string;
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      endOrphan(join(folder, 'turnserver.pid'), this.#file);
      const facts = await this.#options.facts();
      if (this.#stopped) return;
      this.#written = turnConfiguration(facts);
      writeFileSync(this.#file, this.#written, { mode: 0o600 });
      await assertFree(facts.port, facts.address ?? '0.0.0.0');
      if (this.#stopped) return;
      reason = await this.#live(facts);
    } catch (error) {
      reason = reasonOf(error);
    }
    if (this.#stopped) return;
    if (this.#renewing) {
      this.#renewing = false;
      return this.#run();
    }
    this.#failures = clock.nowMs() - startedMs > STEADY_MS ? 0 : this.#failures + 1;
    this.#set({ name: 'failed', detail: reason });
    const delayMs = Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(this.#failures, 10));
    this.#timer = clock.after(delayMs, () => void this.#run());
  }

  /** From its start to its end, whose reason it gives. */
  async #live(facts: TurnFacts): Promise<string> {
    const { program, folder } = this.#options;
    const [command, args] = boundToParent(program, ['-c', this.#file]);
    // In a group of its own: Ctrl-C is for the box, which ends it in its time.
    const child = spawn(command, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    this.#child = child;
    this.#listenTo(child.stdout);
    this.#listenTo(child.stderr);
    const gone = new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(reasonOf(error)));
      child.once('close', (code, signal) => resolve(`coturn ended with ${signal ?? code}`));
    });
    const over = new AbortController();
    void gone.then(() => over.abort());
    const signal = AbortSignal.any([over.signal, this.#abort.signal]);
    const answers = await answersStun(facts.port, facts.address ?? '127.0.0.1', signal);
    if (answers) this.#set({ name: 'running', detail: `port ${facts.port}` });
    else if (!signal.aborted) {
      child.kill('SIGKILL');
      await gone;
      return 'coturn does not answer';
    }
    const reason = await gone;
    this.#child = undefined;
    return reason;
  }

  #listenTo(stream: Readable): void {
    const { log } = this.#options;
    createInterface({ input: stream }).on('line', (line) => {
      const text = line.replace(/^\d+: (: )?/, '').trim();
      if (text === '') return;
      if (/\berror\b|cannot/i.test(text)) log.warn({ coturn: text }, 'coturn');
      else log.debug({ coturn: text }, 'coturn');
    });
  }

  #lookAgain(): void {
    if (this.#stopped) return;
    this.#look = this.#options.clock.after(LOOK_MS, async () => {
      // What is wrong with the facts, the next start tells.
      await this.#lookForNews().catch(() => undefined);
      this.#lookAgain();
    });
  }

  async #lookForNews(): Promise<void> {
    if (this.#state.name !== 'running') return;
    const wanted = turnConfiguration(await this.#options.facts());
    if (wanted === this.#written || this.#stopped) return;
    this.#options.log.info({}, 'addresses have changed: coturn starts again');
    this.#renewing = true;
    await endChild(this.#child, this.#options.clock, END_MS);
  }

  #set(state: TurnState): void {
    const { log, changed } = this.#options;
    const isNews = state.name !== this.#state.name || state.detail !== this.#state.detail;
    this.#state = state;
    if (!isNews) return;
    if (state.name === 'failed') log.warn({ reason: state.detail }, 'calls: the relay does not run');
    else log.info({ detail: state.detail }, 'calls: the relay runs');
    changed(state);
  }
}
