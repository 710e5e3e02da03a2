import type { I2cDevice } from '../i2c/simulated.ts';
import { FRAME_BYTES, type Frame, HEIGHT, PAGES, WIDTH } from './display.ts';

/** What follows a command byte: how many arguments, and what they do. */
interface Command {
  args: number;
  run(values: number[]): void;
}

/**
 * The controller and the glass of a 128x64 module, as far as a driver can tell them apart from the real ones: it takes
 * the bytes of the bus (SSD1306 data sheet, chapter 8.1.5 and tables 9-1 ff.; SH1106 data sheet, "Commands") and yields
 * what a person sees. As on a real module, memory is noise when the power comes, the glass is dark until it is switched
 * on and its charge pump runs, and A1 with C8 is the upright picture. An SH1106 has 132 columns, of which 2 to 129 are
 * wired, and knows page addressing only.
 */
export class SimulatedGlass implements I2cDevice {
  readonly chip: 'ssd1306' | 'sh1106';
  /** Command bytes that the chip does not know. */
  readonly unknown: number[] = [];
  readonly #columns: number;
  readonly #firstVisible: number;
  readonly #ram: Uint8Array;
  readonly #commands: Map<number, Command>;
  readonly #listeners = new Set<() => void>();

  #pending: { command: Command; values: number[] } | undefined;
  #on = false;
  #pump = false;
  #allOn = false;
  #inverse = false;
  #contrast = 0x7f;
  #startLine = 0;
  #offset = 0;
  #segmentsReversed = false;
  #rowsReversed = false;
  #mode: 'horizontal' | 'vertical' | 'page' = 'page';
  #page = 0;
  #column = 0;
  #pageRange = { first: 0, last: PAGES - 1 };
  #columnRange = { first: 0, last: WIDTH - 1 };

  /** `firstVisible` is the first column of memory that is wired to the glass; the chips' usual ones if left out. */
  constructor(chip: 'ssd1306' | 'sh1106' = 'ssd1306', firstVisible = chip === 'sh1106' ? 2 : 0) {
    this.chip = chip;
    this.#columns = chip === 'sh1106' ? 132 : WIDTH;
    this.#firstVisible = firstVisible;
    this.#ram = new Uint8Array(this.#columns * PAGES);
    this.#commands = new Map(
      chip === 'sh1106' ? [...this.#common(), ...this.#sh1106()] : [...this.#common(), ...this.#ssd1306()],
    );
    this.powerCycle();
  }

  /** As if its power had been cut: settings gone, noise in memory. */
  powerCycle(): void {
    let noise = 1;
    for (let i = 0; i < this.#ram.length; i++) {
      noise = (Math.imul(noise, 1103515245) + 12345) >>> 0;
      this.#ram[i] = noise >>> 16;
    }
    this.#pending = undefined;
    this.#on = this.#allOn = this.#inverse = this.#segmentsReversed = this.#rowsReversed = false;
    this.#pump = this.chip === 'sh1106';
    this.#contrast = 0x7f;
    this.#startLine = this.#offset = this.#page = this.#column = 0;
    this.#mode = 'page';
    this.#pageRange = { first: 0, last: PAGES - 1 };
    this.#columnRange = { first: 0, last: WIDTH - 1 };
    this.#changed();
  }

  /** Called after each message that the chip took. Returns what takes the listener away again. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get contrast(): number {
    return this.#contrast;
  }

  /** Whether light can leave the glass at all. */
  get lit(): boolean {
    return this.#on && this.#pump;
  }

  /** What a person sees now. */
  frame(): Frame {
    const frame = new Uint8Array(FRAME_BYTES);
    for (let y = 0; y < HEIGHT; y++) {
      for (let x = 0; x < WIDTH; x++) {
        if (this.#pixel(x, y)) frame[(y >> 3) * WIDTH + x] = (frame[(y >> 3) * WIDTH + x] ?? 0) | (1 << (y & 7));
      }
    }
    return frame;
  }

  /** A control byte announces commands or data: of one byte (Co = 1), or up to the message's end. */
  receive(bytes: Uint8Array): void {
    for (let i = 0; i < bytes.length; ) {
      const control = bytes[i++] ?? 0;
      const end = control & 0x80 ? i + 1 : bytes.length;
      for (; i < end && i < bytes.length; i++) {
        const byte = bytes[i] ?? 0;
        if (control & 0x40) this.#data(byte);
        else this.#command(byte);
      }
    }
    this.#changed();
  }

  #changed(): void {
    for (const listener of [...this.#listeners]) listener();
  }

  #pixel(x: number, y: number): boolean {
    if (!this.lit) return false;
    if (this.#allOn) return true;
    const common = this.#rowsReversed ? y : HEIGHT - 1 - y;
    const row = (common + this.#startLine + this.#offset) % HEIGHT;
    const segment = this.#columns - 1 - this.#firstVisible - x;
    const bit = ((this.#ram[(row >> 3) * this.#columns + segment] ?? 0) >> (row & 7)) & 1;
    return (bit === 1) !== this.#inverse;
  }

  #data(byte: number): void {
    if (this.#column < this.#columns) {
      // The remap counts when a byte is written, not when it is shown.
      const segment = this.#segmentsReversed ? this.#columns - 1 - this.#column : this.#column;
      this.#ram[this.#page * this.#columns + segment] = byte;
    }
    if (this.#mode === 'page') {
      if (this.#column < this.#columns - 1) this.#column++;
      else if (this.chip === 'ssd1306') this.#column = 0;
    } else if (this.#mode === 'horizontal') {
      if (this.#nextColumn()) this.#nextPage();
    } else if (this.#nextPage()) this.#nextColumn();
  }

  /** True when it went round. */
  #nextColumn(): boolean {
    const { first, last } = this.#columnRange;
    const round = this.#column >= last;
    this.#column = round ? first : this.#column + 1;
    return round;
  }

  #nextPage(): boolean {
    const { first, last } = this.#pageRange;
    const round = this.#page >= last;
    this.#page = round ? first : this.#page + 1;
    return round;
  }

  #command(byte: number): void {
    if (this.#pending) {
      const { command, values } = this.#pending;
      values.push(byte);
      if (values.length < command.args) return;
      this.#pending = undefined;
      command.run(values);
      return;
    }
    const command = this.#commands.get(byte);
    if (!command) this.unknown.push(byte);
    else if (command.args === 0) command.run([]);
    else this.#pending = { command, values: [] };
  }

  #common(): [number, Command][] {
    return [
      ...each(0x00, 0x0f, (byte) => (this.#column = (this.#column & 0xf0) | byte)),
      ...each(0x10, 0x1f, (byte) => (this.#column = (this.#column & 0x0f) | ((byte & 0x0f) << 4))),
      ...each(0x40, 0x7f, (byte) => (this.#startLine = byte & 0x3f)),
      takes(0x81, 1, ([value = 0]) => (this.#contrast = value)),
      ...each(0xa0, 0xa1, (byte) => (this.#segmentsReversed = byte === 0xa1)),
      ...each(0xa4, 0xa5, (byte) => (this.#allOn = byte === 0xa5)),
      ...each(0xa6, 0xa7, (byte) => (this.#inverse = byte === 0xa7)),
      takes(0xa8, 1),
      ...each(0xae, 0xaf, (byte) => (this.#on = byte === 0xaf)),
      ...each(0xb0, 0xb7, (byte) => (this.#page = byte & 7)),
      ...each(0xc0, 0xcf, (byte) => (this.#rowsReversed = (byte & 8) !== 0)),
      takes(0xd3, 1, ([value = 0]) => (this.#offset = value & 0x3f)),
      takes(0xd5, 1),
      takes(0xd9, 1),
      takes(0xda, 1),
      takes(0xdb, 1),
      takes(0xe3, 0),
    ];
  }

  #ssd1306(): [number, Command][] {
    const modes = ['horizontal', 'vertical', 'page'] as const;
    return [
      takes(0x20, 1, ([value = 2]) => (this.#mode = modes[value & 3] ?? 'page')),
      takes(0x21, 2, ([first = 0, last = 0]) => {
        this.#columnRange = { first: first & 0x7f, last: last & 0x7f };
        this.#column = this.#columnRange.first;
      }),
      takes(0x22, 2, ([first = 0, last = 0]) => {
        this.#pageRange = { first: first & 7, last: last & 7 };
        this.#page = this.#pageRange.first;
      }),
      takes(0x2e, 0),
      takes(0x8d, 1, ([value = 0]) => (this.#pump = (value & 4) !== 0)),
    ];
  }

  #sh1106(): [number, Command][] {
    return [...each(0x30, 0x33, () => {}), takes(0xad, 1, ([value = 0]) => (this.#pump = (value & 1) !== 0))];
  }
}

function takes(byte: number, args: number, run: (values: number[]) => void = () => {}): [number, Command] {
  return [byte, { args, run }];
}

/** A range of bytes without arguments that all do the same with their own value. */
function each(first: number, last: number, run: (byte: number) => void): [number, Command][] {
  return Array.from({ length: last - first + 1 }, (_, i) => takes(first + i, 0, () => run(first + i)));
}
