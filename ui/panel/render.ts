import { Canvas } from './canvas.ts';
import type { Page } from './page.ts';
import { boot } from './pages/boot.ts';
import { empty } from './pages/empty.ts';
import { goodbye } from './pages/goodbye.ts';
import { network } from './pages/network.ts';
import { paired } from './pages/paired.ts';
import { pairing } from './pages/pairing.ts';
import { status } from './pages/status.ts';
import { trouble } from './pages/trouble.ts';
import type { PanelPage, PanelSnapshot } from './snapshot.ts';
import { english, type Words } from './words.ts';

const pages: Record<PanelPage, Page> = { boot, empty, status, pairing, paired, network, goodbye, trouble };

/**
 * A snapshot's picture: 1024 bytes in page order (byte `page * 128 + x` holds eight rows, the lowest bit on top; set is
 * lit).
 */
export function render(snapshot: PanelSnapshot, words: Words = english): Uint8Array {
  const canvas = new Canvas();
  pages[snapshot.page](canvas, snapshot, words);
  return canvas.frame;
}
