import { Canvas } from './canvas.ts';
import type { Page } from './page.ts';
import { boot } from './pages/boot.ts';
import { confirm } from './pages/confirm.ts';
import { empty } from './pages/empty.ts';
import { federation } from './pages/federation.ts';
import { goodbye } from './pages/goodbye.ts';
import { home } from './pages/home.ts';
import { network } from './pages/network.ts';
import { paired } from './pages/paired.ts';
import { pairing, pairingApp } from './pages/pairing.ts';
import { people } from './pages/people.ts';
import { storage } from './pages/storage.ts';
import { trouble } from './pages/trouble.ts';
import { update } from './pages/update.ts';
import type { PanelPage, PanelSnapshot } from './snapshot.ts';
import { words as everyLanguage, type Words } from './words.ts';

const pages: Record<PanelPage, Page> = {
  boot,
  empty,
  home,
  network,
  people,
  storage,
  federation,
  pairing,
  'pairing-app': pairingApp,
  paired,
  confirm,
  trouble,
  update,
  goodbye,
};

/**
 * A snapshot's picture: 1024 bytes in page order (byte `page * 128 + x` holds eight rows, the lowest bit on top; set is
 * lit).
 */
export function render(snapshot: PanelSnapshot, words: Words = everyLanguage.en): Uint8Array {
  const canvas = new Canvas();
  pages[snapshot.page](canvas, snapshot, words);
  return canvas.frame;
}
