/** A client of other people's making, run as a process that takes orders and tells events, both as lines of JSON. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterEach, test } from 'vitest';

export interface PeerEvent {
  event: string;
  [fact: string]: unknown;
}

const PATIENCE_MS = 20_000;

export class Peer {
  readonly #child: ChildProcess;
  readonly #arrivals = new EventEmitter();
  readonly #events: PeerEvent[] = [];
  #stderr = '';

  constructor(command: string, args: readonly string[], env: Record<string, string> = {}) {
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...env } });
    this.#child = child;
    createInterface({ input: child.stdout }).on('line', (line) => {
      this.#events.push(JSON.parse(line) as PeerEvent);
      this.#arrivals.emit('event');
    });
    child.stderr.on('data', (chunk: Buffer) => {
      this.#stderr += chunk.toString();
    });
    child.on('close', (code) => {
      this.#events.push({ event: 'ended', code });
      this.#arrivals.emit('event');
    });
  }

  order(what: string, facts: Record<string, unknown> = {}): void {
    this.#child.stdin?.write(`${JSON.stringify({ do: what, ...facts })}\n`);
  }

  /** The first event of this name whose facts are these, taken out of the list; others stay. @throws Error when it does not come. */
  async event(name: string, facts: Record<string, unknown> = {}): Promise<PeerEvent> {
    const deadline = AbortSignal.timeout(PATIENCE_MS);
    const fits = (one: PeerEvent) =>
      one.event === name && Object.entries(facts).every(([key, value]) => one[key] === value);
    for (;;) {
      const index = this.#events.findIndex(fits);
      const [found] = index < 0 ? [] : this.#events.splice(index, 1);
      if (found) return found;
      if (deadline.aborted || this.#events.at(-1)?.event === 'ended') {
        const told = this.#events.map((one) => JSON.stringify(one)).join('\n');
        throw new Error(`no ${name} ${JSON.stringify(facts)}; told:\n${told}\n${this.#stderr.slice(-4000)}`);
      }
      await once(this.#arrivals, 'event', { signal: deadline }).catch(() => undefined);
    }
  }

  /** Events of this name that were told and not taken. */
  told(name: string): PeerEvent[] {
    return this.#events.filter(({ event }) => event === name);
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, 'close');
    this.#child.kill();
    await gone;
  }
}

/** For a `describe`: what starts clients that end with their test. */
export function peersOfTests(): (command: string, args: readonly string[], env?: Record<string, string>) => Peer {
  const started: Peer[] = [];
  afterEach(async () => {
    await Promise.all(started.splice(0).map((peer) => peer.stop()));
  });
  return (command, args, env) => {
    const peer = new Peer(command, args, env);
    started.push(peer);
    return peer;
  };
}

/** Whether a program answers. Where it does not, the tests that need it are skipped loudly; on CI that is a failure. */
export function needs(command: string, args: readonly string[], install: string): boolean {
  const { status, error } = spawnSync(command, args, { stdio: 'ignore' });
  return demand(!error && status === 0, command, install);
}

/** The same for what is found in another way than by its answer. */
export function demand(isThere: boolean, what: string, install: string): boolean {
  if (isThere) return true;
  const message = `${what} is missing; install it with: ${install}`;
  if (process.env.CI)
    test(message, () => {
      throw new Error(message);
    });
  else console.warn(`SKIPPED: ${message}`);
  return false;
}
