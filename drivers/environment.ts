/**
 * What a driver is given by whoever starts it. The shapes are those of the server's clock and log (xmpp/clock.ts,
 * xmpp/log.ts), named again here because drivers import nothing of the server.
 */
export interface Clock {
  nowMs(): number;
  /** Runs once, later. */
  after(delayMs: number, run: () => void): { cancel(): void };
}

/** The first argument holds facts, the second says what happened. */
export interface Log {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
}

export interface Environment {
  clock: Clock;
  log: Log;
}

/** The condition of one piece of hardware, for `status` and `doctor`: `detail` is one line for a person. */
export interface HardwareState {
  ok: boolean;
  detail: string;
}

/** One line about an error: what its code means here, where `causes` knows it, else the code or the message. */
export function describeError(error: unknown, causes: Readonly<Record<string, string>> = {}): string {
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (typeof code === 'string') return causes[code] === undefined ? code : `${causes[code]} (${code})`;
  return typeof message === 'string' ? message : String(error);
}
