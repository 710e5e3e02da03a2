import type { Canvas } from './canvas.ts';
import type { PanelSnapshot } from './snapshot.ts';
import type { Words } from './words.ts';

/** Draws one page of a snapshot on an empty canvas. */
export type Page = (canvas: Canvas, snapshot: PanelSnapshot, words: Words) => void;
