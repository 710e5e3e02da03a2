import { Canvas, HEIGHT, pixel, WIDTH } from './canvas.ts';

/** Where the picture stands, one place after the other; the first is its own. */
const PLACES = [
  [0, 0],
  [1, 0],
  [1, -1],
  [0, -1],
  [-1, -1],
  [-1, 0],
] as const;

/**
 * The frame, a pixel aside: which way follows from `step`, round and round. Organic light wears out where it always
 * shines. What is pushed over the edge is dark or part of a filled bar on every page.
 */
export function shifted(frame: Uint8Array, step: number): Uint8Array {
  const [dx, dy] = PLACES[step % PLACES.length] ?? PLACES[0];
  if (dx === 0 && dy === 0) return frame;
  const canvas = new Canvas();
  for (let y = 0; y < HEIGHT; y++) for (let x = 0; x < WIDTH; x++) if (pixel(frame, x, y)) canvas.set(x + dx, y + dy);
  return canvas.frame;
}
