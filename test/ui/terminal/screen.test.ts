import { expect, test } from 'vitest';
import { Screen } from '../../../ui/terminal/screen.ts';

test('takes over the window without cursor and wrapping, and gives it back', () => {
  const screen = new Screen();
  expect(screen.enter()).toBe('\x1b[?1049h\x1b[?25l\x1b[?7l');
  expect(screen.leave()).toBe('\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l');
});

test('writes a window once, and then only the lines that changed', () => {
  const screen = new Screen();
  screen.enter();
  const first = screen.paint(['one', 'two', 'three']);
  expect(first).toContain('\x1b[2J');
  expect(first).toContain('\x1b[1;1H\x1b[2Kone');
  expect(first).toContain('\x1b[3;1H\x1b[2Kthree');

  expect(screen.paint(['one', 'two', 'three'])).toBe('');
  expect(screen.paint(['one', 'TWO', 'three'])).toBe('\x1b[?2026h\x1b[2;1H\x1b[2KTWO\x1b[0m\x1b[?2026l');
});

test('takes away lines that are gone', () => {
  const screen = new Screen();
  screen.paint(['one', 'two']);
  expect(screen.paint(['one'])).toBe('\x1b[?2026h\x1b[2;1H\x1b[2K\x1b[0m\x1b[?2026l');
});

test('starts from nothing after a change of size', () => {
  const screen = new Screen();
  screen.paint(['one']);
  screen.forget();
  expect(screen.paint(['one'])).toContain('\x1b[2J');
});
