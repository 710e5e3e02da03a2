import { Canvas } from './canvas.ts';
import type { PanelSnapshot } from './snapshot.ts';

/** A snapshot's picture: 1024 bytes in page order (byte `page * 128 + x`, lowest bit on top, set is lit). */
export function render(_snapshot: PanelSnapshot): Uint8Array {
  return new Canvas().frame;
}
