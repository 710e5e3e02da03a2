import type { HardwareState } from '../environment.ts';

export const WIDTH = 128;
export const HEIGHT = 64;
/** A page is a band of eight pixel rows, the unit in which these panels take pixels. */
export const PAGES = 8;
export const FRAME_BYTES = WIDTH * PAGES;

/**
 * One picture of 128x64 pixels: 1024 bytes in page order. Byte `page * 128 + x` holds column `x` of rows `page * 8` to
 * `page * 8 + 7`, the lowest bit on top; a set bit is a lit pixel.
 */
export type Frame = Uint8Array;

export type DisplayKind = 'ssd1306' | 'sh1106' | 'simulated' | 'none';

export type Brightness = 'full' | 'dim' | 'off';

/** A panel. No method throws because of the hardware: a missing or broken panel is a `state()`, never an exit. */
export interface Display {
  readonly kind: DisplayKind;
  start(): Promise<void>;
  /**
   * The newest picture wins: it is copied, sent as soon as the bus allows, and one that still waits is dropped for it.
   */
  show(frame: Frame): void;
  /** `off` darkens the glass and keeps the picture. */
  brightness(level: Brightness): void;
  /** Sends the newest picture if the panel can still take it, then lets go of the bus. The glass stays lit. */
  stop(): Promise<void>;
  state(): HardwareState;
}
