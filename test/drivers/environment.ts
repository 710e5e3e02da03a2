import type { Clock, Environment } from '../../drivers/environment.ts';

/** Time that passes only when a test says so; what is due runs, and what it started on the simulated bus ends. */
export class ManualClock implements Clock {
  #nowMs = 1_000_000;
  #timers: { atMs: number; run: () => void }[] = [];

  nowMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, run: () => void): { cancel(): void } {
    const timer = { atMs: this.#nowMs + delayMs, run };
    this.#timers.push(timer);
    return {
      cancel: () => {
        this.#timers = this.#timers.filter((each) => each !== timer);
      },
    };
  }

  get pending(): number {
    return this.#timers.length;
  }

  async advance(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    await settled();
    for (;;) {
      const next = this.#timers.filter((timer) => timer.atMs <= endMs).sort((a, b) => a.atMs - b.atMs)[0];
      if (!next) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#nowMs = next.atMs;
      next.run();
      await settled();
    }
    this.#nowMs = endMs;
  }
}

/** Everything that is ready to run has run: work in memory needs no more than the promises that are waiting. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

export interface TestEnvironment extends Environment {
  clock: ManualClock;
  lines: { level: 'info' | 'warn'; facts: Record<string, unknown>; message: string }[];
}

export function testEnvironment(): TestEnvironment {
  const lines: TestEnvironment['lines'] = [];
  const write = (level: 'info' | 'warn') => (facts: object, message: string) => {
    lines.push({ level, facts: { ...facts }, message });
  };
  return { clock: new ManualClock(), log: { info: write('info'), warn: write('warn') }, lines };
}
