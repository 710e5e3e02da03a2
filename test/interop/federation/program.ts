/** A server of other people's making as a child process: ready when it says so, gone with the test, with the kernel's help if need be. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { boundToParent } from '../../../firmware/child.ts';

const START_MS = 60_000;
const STOP_MS = 5_000;

export class Program {
  readonly #child: ChildProcess;
  #log = '';

  private constructor(child: ChildProcess) {
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.#log += chunk.toString();
      });
    }
  }

  /** Resolves once it has said `ready`. @throws Error with all that it said */
  static async start(
    command: string,
    args: string[],
    ready: string,
    env: Record<string, string> = {},
  ): Promise<Program> {
    const [launcher, words] = boundToParent(command, args);
    const child = spawn(launcher, words, { env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
    const program = new Program(child);
    const patience = setTimeout(() => child.kill('SIGKILL'), START_MS);
    await new Promise<void>((resolve, reject) => {
      child.stdout.on('data', () => program.#log.includes(ready) && resolve());
      child.once('error', reject);
      child.once('close', () => reject(new Error(`${command} ended:\n${program.#log}`)));
    }).finally(() => clearTimeout(patience));
    return program;
  }

  /** All that it has said. */
  get log(): string {
    return this.#log;
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** kill -9 */
  async crash(): Promise<void> {
    const gone = once(this.#child, 'close');
    this.#child.kill('SIGKILL');
    await gone;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, 'close');
    this.#child.stdin?.end();
    this.#child.kill('SIGTERM');
    const patience = setTimeout(() => this.#child.kill('SIGKILL'), STOP_MS);
    await gone;
    clearTimeout(patience);
  }
}
