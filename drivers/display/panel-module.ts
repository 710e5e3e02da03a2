import type { Brightness } from './display.ts';
import { WIDTH } from './display.ts';

/** A 128x64 module as it is built and mounted. */
export interface PanelModule {
  chip: 'ssd1306' | 'sh1106';
  /** The first column of the chip's memory that is wired to the glass: 0, 2 (most SH1106) or 4. By the chip if left out. */
  columnOffset?: number;
  /** 180 where it is mounted upside down. */
  rotation?: 0 | 180;
  /** Of the full brightness, 0 to 255. */
  contrast?: number;
  /** Shows a lit pixel dark and a dark one lit, for glass that is made the other way round. */
  inverted?: boolean;
}

/** Control bytes: all that follows is commands, or data. */
const COMMANDS = 0x00;
const DATA = 0x40;

const CONTRAST = 0xcf;
const DIM_CONTRAST = 0x08;
/** Columns of memory in the chips that have more of them than the glass. */
const WIDE = 132;

/** Page addressing mode and the charge pump, which the two chips switch on differently. */
const CHIP_SET_UP = { ssd1306: [0x8d, 0x14, 0x20, 0x02, 0x2e], sh1106: [0xad, 0x8b] };

/** `NOP` of both chips: asks whether one is there, and changes nothing. */
export const PROBE = Uint8Array.of(COMMANDS, 0xe3);

/**
 * The bytes of one module, in page addressing mode, which both chips have (SSD1306 data sheet, table 9-1 and application
 * note, "Software Initialization"; SH1106 data sheet, "Commands").
 */
export class PanelCommands {
  readonly setUp: Uint8Array;
  readonly brightness: Readonly<Record<Brightness, Uint8Array>>;
  readonly #firstColumn: number;

  constructor({ chip, columnOffset, rotation = 0, contrast = CONTRAST, inverted = false }: PanelModule) {
    const offset = columnOffset ?? (chip === 'sh1106' ? 2 : 0);
    const columns = chip === 'sh1106' || offset > 0 ? WIDE : WIDTH;
    // Upside down, the chip counts its columns from the other end.
    this.#firstColumn = rotation === 180 ? columns - WIDTH - offset : offset;
    // It never switches the glass off: after a power cut that is dark by itself until its memory is filled, and
    // otherwise a refresh must not be seen.
    this.setUp = Uint8Array.of(
      COMMANDS,
      ...CHIP_SET_UP[chip],
      ...[0xd5, 0x80], // clock
      ...[0xa8, 0x3f], // 64 rows
      ...[0xd3, 0x00], // no vertical offset
      0x40, // first line
      ...(rotation === 180 ? [0xa0, 0xc0] : [0xa1, 0xc8]), // the latter is upright on the usual module
      ...[0xda, 0x12], // row wiring of a 128x64 glass
      ...[0xd9, 0xf1], // pre-charge
      ...[0xdb, 0x40], // deselect level
      0xa4, // show the memory
      inverted ? 0xa7 : 0xa6,
    );
    this.brightness = {
      full: Uint8Array.of(COMMANDS, 0x81, contrast, 0xaf),
      dim: Uint8Array.of(COMMANDS, 0x81, Math.min(contrast, DIM_CONTRAST), 0xaf),
      off: Uint8Array.of(COMMANDS, 0xae),
    };
  }

  /** The two messages that fill one page. */
  page(page: number, pixels: Uint8Array): Uint8Array[] {
    const column = this.#firstColumn;
    const data = new Uint8Array(1 + pixels.length);
    data[0] = DATA;
    data.set(pixels, 1);
    return [Uint8Array.of(COMMANDS, 0xb0 | page, column & 0x0f, 0x10 | (column >> 4)), data];
  }
}
