/** The box's log: pino (its one home), read as plain lines, one an event. */
import { pino } from 'pino';
import type { Log } from '../xmpp/log.ts';
import type { LogLevel } from './config-schema.ts';

/** Takes one finished line, without its end. */
export type LineSink = (line: string) => void;

export interface BoxLog extends Log {
  /** Holds for this logger and all its children, from the next line on. */
  setLevel(level: LogLevel): void;
  /** Lines of level error since the start. */
  readonly errors: number;
}

const NAMES: Record<number, LogLevel> = { 20: 'debug', 30: 'info', 40: 'warn', 50: 'error', 60: 'error' };
const WEIGHTS: Record<LogLevel, number> = { debug: 20, info: 30, warn: 40, error: 50 };

export function createLog(level: LogLevel, sink: LineSink): BoxLog {
  let least = WEIGHTS[level];
  let errors = 0;
  // pino gives a child its parent's level for good, so the level is held here, where a reload reaches all of them.
  const logger = pino(
    {
      base: null,
      level: 'debug',
      hooks: {
        logMethod(args, method, weight) {
          if (weight >= WEIGHTS.error) errors += 1;
          if (weight >= least) method.apply(this, args);
        },
      },
    },
    { write: (json: string) => sink(formatLine(JSON.parse(json) as LogRecord)) },
  );
  return {
    debug: logger.debug.bind(logger),
    info: logger.info.bind(logger),
    warn: logger.warn.bind(logger),
    error: logger.error.bind(logger),
    child: (facts) => logger.child(facts),
    setLevel: (next) => {
      least = WEIGHTS[next];
    },
    get errors() {
      return errors;
    },
  };
}

interface LogRecord {
  level: number;
  time: number;
  msg?: string;
  [fact: string]: unknown;
}

/**
 * `2026-11-22 13:37:00 info  listening  port=5222`. Whatever a stranger sent stays within the line: control characters are
 * written as escapes.
 */
export function formatLine({ level, time, msg, ...facts }: LogRecord): string {
  const at = new Date(time);
  const moment = new Date(time - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 19).replace('T', ' ');
  const told = Object.entries(facts).map(([name, value]) => `  ${name}=${tell(value)}`);
  return escapeControls(`${moment} ${(NAMES[level] ?? 'info').padEnd(5)} ${msg ?? ''}${told.join('')}`);
}

function tell(value: unknown): string {
  if (typeof value === 'string') return /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
  // pino's serialiser gives an exception as {type, message, stack}.
  const { stack } = (value ?? {}) as { stack?: unknown };
  return typeof stack === 'string'
    ? JSON.stringify(
        stack
          .split('\n')
          .slice(0, 6)
          .map((line) => line.trim())
          .join(' | '),
      )
    : JSON.stringify(value);
}

/** Controls, and the invisible characters that reorder or break a line. */
function escapeControls(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
