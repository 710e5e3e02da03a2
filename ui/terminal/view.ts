import { braille, halfBlocks } from './glass.ts';
import { clean, clip } from './text.ts';

export interface TerminalState {
  /** What the panel shows: 1024 bytes in page order. */
  frame: Uint8Array;
  /** The log, oldest first; any text, it is made safe here. */
  log: readonly string[];
  /** The keys: `[P] PAIR  [G] PAGE  [O] POWER  [Q] quit`. */
  help: string;
  columns: number;
  rows: number;
  /** Bits of colour as `tty.WriteStream.getColorDepth()` tells: 1 is none. */
  colourDepth: number;
}

/**
 * A line of the log is worth reading from this many columns on; with fewer at its right, the log stands below the
 * panel.
 */
const MIN_LOG_COLUMNS = 40;
const GAP = 1;
const BORDER = 2;
const HELP_ROWS = 1;

/** The ways to draw the glass, best first, with the letters that each takes. */
const STYLES = [
  { draw: halfBlocks, columns: 128, rows: 32 },
  { draw: braille, columns: 64, rows: 16 },
];
const SMALLEST = { columns: 64 + BORDER, rows: 16 + BORDER + HELP_ROWS };

/**
 * A whole window as lines, at most `rows` of them and none wider than `columns`: the panel in its frame, the keys under
 * it, the log at its right or below. A window too small for the panel gets the keys and the log. Only the colours are
 * escape sequences.
 */
export function view(state: TerminalState): string[] {
  const { columns, rows, colourDepth } = state;
  const style = STYLES.find((each) => columns >= each.columns + BORDER && rows >= each.rows + BORDER + HELP_ROWS);
  if (!style) return smallView(state);

  const width = style.columns + BORDER;
  const panel = [...framed(style.draw(state.frame), style.columns, colourDepth), clip(clean(state.help), width)];
  const beside = columns - width - GAP;
  if (beside < MIN_LOG_COLUMNS) return [...panel, ...newest(state.log, rows - panel.length, columns)];

  const log = newest(state.log, rows, beside);
  return Array.from({ length: Math.max(panel.length, log.length) }, (_, i) => {
    const left = i < panel.length - 1 ? (panel[i] ?? '') : (panel[i] ?? '').padEnd(width);
    return log[i] === undefined ? left : `${left}${' '.repeat(GAP)}${log[i]}`;
  });
}

function smallView({ log, help, columns, rows }: TerminalState): string[] {
  const head = [`(the panel needs ${SMALLEST.columns}x${SMALLEST.rows})`, clean(help)].map((line) =>
    clip(line, columns),
  );
  return [...head.slice(-rows), ...newest(log, rows - head.length, columns)];
}

function newest(log: readonly string[], rows: number, columns: number): string[] {
  return rows <= 0 ? [] : log.slice(-rows).map((line) => clip(clean(line), columns));
}

function framed(glass: string[], width: number, colourDepth: number): string[] {
  const { on, off, bezel } = colours(colourDepth);
  const rule = '─'.repeat(width);
  return [
    `${bezel}╭${rule}╮${off}`,
    ...glass.map((line) => `${bezel}│${off}${on}${line}${off}${bezel}│${off}`),
    `${bezel}╰${rule}╯${off}`,
  ];
}

/** Both colours are always set together: on a bright terminal a QR code would otherwise be the wrong way round. */
function colours(depth: number): { on: string; off: string; bezel: string } {
  if (depth <= 1) return { on: '', off: '', bezel: '' };
  const off = '\x1b[0m';
  const bezel = '\x1b[90m';
  if (depth >= 24) return { on: '\x1b[38;2;216;241;255;48;2;5;8;12m', off, bezel };
  if (depth >= 8) return { on: '\x1b[38;5;195;48;5;16m', off, bezel };
  return { on: '\x1b[97;40m', off, bezel };
}
