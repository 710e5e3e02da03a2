import type { HardwareState } from '../environment.ts';

/** What a status light tells: the box is well, a pairing window is open, something needs its owner. */
export type LedPattern = 'heartbeat' | 'pairing' | 'trouble';

/** A light on the box. No method throws because of the hardware. */
export interface Led {
  readonly kind: 'sysfs' | 'none';
  start(): Promise<void>;
  show(pattern: LedPattern): void;
  /** Gives the light back as it was found. */
  stop(): Promise<void>;
  state(): HardwareState;
}
