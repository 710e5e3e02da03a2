/** The part of a logger (pino's) that the server needs. The first argument holds facts, the second says what happened. */
export interface Log {
  debug(facts: object, message: string): void;
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
  /** A logger that adds these facts to each line. */
  child(facts: Record<string, unknown>): Log;
}
