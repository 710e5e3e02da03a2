/** The box in a terminal: the panel, the keys that stand for its buttons, the log beside it. */
import type { ReadStream, WriteStream } from 'node:tty';
import type { Button } from '../drivers/button/buttons.ts';
import { Screen } from '../ui/terminal/screen.ts';
import { clean } from '../ui/terminal/text.ts';
import { view } from '../ui/terminal/view.ts';

export interface TerminalOptions {
  input: Pick<ReadStream, 'setRawMode' | 'on' | 'off' | 'resume' | 'pause'>;
  output: Pick<WriteStream, 'write' | 'on' | 'off' | 'columns' | 'rows' | 'getColorDepth'>;
  press: (button: Button, heldMs: number) => void;
  /** Q, or Ctrl-C: a raw terminal makes no signal of it. */
  quit: () => void;
}

const HELP = '[P] PAIR  [A] hold PAIR  [G] PAGE  [O] hold POWER  [Q] quit';
const LOG_LINES = 500;
/** What stays readable after the window was given back. */
const LINES_LEFT = 5;
/** A terminal tells no key's end. */
const HOLD_MS = 1000;

export class Terminal {
  readonly #options: TerminalOptions;
  readonly #screen = new Screen();
  readonly #log: string[] = [];
  #frame = new Uint8Array(1024);
  #open = false;
  #drawing: NodeJS.Immediate | undefined;

  constructor(options: TerminalOptions) {
    this.#options = options;
  }

  start(): void {
    const { input, output } = this.#options;
    input.setRawMode(true);
    input.on('data', this.#onKeys);
    input.resume();
    output.on('resize', this.#onResize);
    output.write(this.#screen.enter());
    this.#open = true;
    this.#draw();
  }

  /** Gives the window back as it was, with the end of the log under it. */
  stop(): void {
    if (!this.#open) return;
    this.#open = false;
    if (this.#drawing) clearImmediate(this.#drawing);
    const { input, output } = this.#options;
    output.off('resize', this.#onResize);
    input.off('data', this.#onKeys);
    input.setRawMode(false);
    input.pause();
    output.write(this.#screen.leave());
    for (const line of this.#log.slice(-LINES_LEFT)) output.write(`${clean(line)}\n`);
  }

  /** A line of the log. */
  readonly line = (line: string): void => {
    this.#log.push(line);
    if (this.#log.length > LOG_LINES) this.#log.shift();
    this.#draw();
  };

  show(frame: Uint8Array): void {
    this.#frame = Uint8Array.from(frame);
    this.#draw();
  }

  /** Many lines and frames of one moment make one picture. */
  #draw(): void {
    if (!this.#open) return;
    this.#drawing ??= setImmediate(() => {
      this.#drawing = undefined;
      const { output } = this.#options;
      const lines = view({
        frame: this.#frame,
        log: this.#log,
        help: HELP,
        columns: output.columns,
        rows: output.rows,
        colourDepth: output.getColorDepth(),
      });
      output.write(this.#screen.paint(lines));
    });
  }

  readonly #onResize = (): void => {
    this.#screen.forget();
    this.#draw();
  };

  readonly #onKeys = (keys: Buffer): void => {
    const { press, quit } = this.#options;
    for (const key of keys.toString('utf8').toLowerCase()) {
      if (key === 'p') press('pair', 0);
      else if (key === 'a') press('pair', HOLD_MS);
      else if (key === 'g') press('page', 0);
      else if (key === 'o') press('power', HOLD_MS);
      else if (key === 'q' || key === '\u0003') quit();
      else if (key === '\u001b') return; // The rest is an arrow or another key that sends a sequence.
    }
  };
}
