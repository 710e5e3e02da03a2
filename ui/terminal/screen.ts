/** Escape sequences of ECMA-48 and xterm's private modes. */
const ALTERNATE_SCREEN = { on: '\x1b[?1049h', off: '\x1b[?1049l' };
const CURSOR = { show: '\x1b[?25h', hide: '\x1b[?25l' };
/** Without wrapping, a line whose width was misjudged is cut by the terminal and pushes nothing away. */
const WRAP = { on: '\x1b[?7h', off: '\x1b[?7l' };
/** Terminals that know it show the whole picture at once; the others pass over it. */
const UPDATE = { begin: '\x1b[?2026h', end: '\x1b[?2026l' };
const RESET = '\x1b[0m';
const CLEAR = '\x1b[2J';

/**
 * What is on the terminal, so that only what changed is written. It writes nothing itself: each method returns what to
 * write.
 */
export class Screen {
  #lines: readonly string[] | undefined;

  /** Takes over the window; what was there comes back with `leave`. */
  enter(): string {
    this.#lines = undefined;
    return ALTERNATE_SCREEN.on + CURSOR.hide + WRAP.off;
  }

  leave(): string {
    return RESET + WRAP.on + CURSOR.show + ALTERNATE_SCREEN.off;
  }

  /** The window has another size, or another program wrote on it: the next `paint` starts from nothing. */
  forget(): void {
    this.#lines = undefined;
  }

  /** Empty where nothing changed. */
  paint(lines: readonly string[]): string {
    const before = this.#lines;
    this.#lines = lines;
    let changes = before ? '' : RESET + CLEAR;
    for (let i = 0; i < Math.max(lines.length, before?.length ?? 0); i++) {
      const line = lines[i] ?? '';
      if (line !== (before?.[i] ?? '')) changes += `\x1b[${i + 1};1H\x1b[2K${line}${RESET}`;
    }
    return changes === '' ? '' : UPDATE.begin + changes + UPDATE.end;
  }
}
