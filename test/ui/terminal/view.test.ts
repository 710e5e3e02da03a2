import { describe, expect, test } from 'vitest';
import { render } from '../../../ui/panel/render.ts';
import { widthOf } from '../../../ui/terminal/text.ts';
import { type TerminalState, view } from '../../../ui/terminal/view.ts';
import { home } from '../panel/snapshots.ts';

const help = '[P] PAIR  [G] PAGE  [O] POWER  [Q] quit';

function state(changes: Partial<TerminalState> = {}): TerminalState {
  return { frame: render(home), log: ['one', 'two', 'three'], help, columns: 80, rows: 24, colourDepth: 1, ...changes };
}

const pixels = (...lit: [number, number][]) => {
  const frame = new Uint8Array(1024);
  for (const [x, y] of lit) frame[(y >> 3) * 128 + x] = (frame[(y >> 3) * 128 + x] ?? 0) | (1 << (y & 7));
  return frame;
};

describe('the panel in a window', () => {
  test('a wide window shows two pixels a letter, in half blocks', () => {
    const lines = view(state({ columns: 130, rows: 50, frame: pixels([0, 0], [1, 1], [2, 0], [2, 1], [127, 63]) }));
    expect(lines[0]).toBe(`╭${'─'.repeat(128)}╮`);
    expect(lines[1]).toBe(`│▀▄█${' '.repeat(125)}│`);
    expect(lines[32]).toBe(`│${' '.repeat(127)}▄│`);
    expect(lines[33]).toBe(`╰${'─'.repeat(128)}╯`);
    expect(lines[34]).toBe(help);
    expect(lines.slice(35)).toEqual(['one', 'two', 'three']);
  });

  test('a narrow one shows eight pixels a letter, in braille', () => {
    const lines = view(state({ frame: pixels([0, 0], [1, 1], [0, 3], [127, 63]) }));
    expect(lines[1]).toBe(`│⡑${'⠀'.repeat(63)}│`);
    expect(lines[16]).toBe(`│${'⠀'.repeat(63)}⢀│`);
    expect(lines[18]).toBe(help);
  });

  test('a wide but low window shows braille too', () => {
    expect(view(state({ columns: 200, rows: 30 }))[0]).toContain(`╭${'─'.repeat(64)}╮`);
  });

  test('the log stands at the right where a line of it has room', () => {
    const lines = view(state({ columns: 66 + 1 + 40 }));
    expect(lines[0]).toBe(`╭${'─'.repeat(64)}╮ one`);
    expect(lines[18]).toBe(help.padEnd(66));
    const long = Array.from({ length: 100 }, (_, i) => `line ${i}`);
    const full = view(state({ columns: 107, log: long }));
    expect(full).toHaveLength(24);
    expect(full[0]).toMatch(/╮ line 76$/);
    expect(full[23]).toBe(`${' '.repeat(66)} line 99`);
  });

  test('and below it where it has not, the newest lines last', () => {
    const lines = view(state({ columns: 106, log: Array.from({ length: 100 }, (_, i) => `line ${i}`) }));
    expect(lines).toHaveLength(24);
    expect(lines.slice(19)).toEqual(['line 95', 'line 96', 'line 97', 'line 98', 'line 99']);
  });

  test('no line is wider than the window, and there are never more than it has', () => {
    const log = ['x'.repeat(500), '漢字'.repeat(200), 'ü'.repeat(500)];
    for (const columns of [1, 2, 10, 40, 65, 66, 80, 107, 129, 130, 131, 171, 250]) {
      for (const rows of [1, 2, 5, 18, 19, 20, 34, 35, 36, 60]) {
        const lines = view(state({ columns, rows, log }));
        expect(lines.length, `${columns}x${rows}`).toBeLessThanOrEqual(rows);
        for (const line of lines) expect(widthOf(line), `${columns}x${rows}: ${line}`).toBeLessThanOrEqual(columns);
      }
    }
  });

  test('a window too small for the panel keeps the keys and the log', () => {
    expect(view(state({ columns: 50, rows: 10 }))).toEqual(['(the panel needs 66x19)', help, 'one', 'two', 'three']);
    expect(view(state({ columns: 50, rows: 1 }))).toEqual([help]);
  });

  test('with colours, lit and dark are both set, by what the terminal knows', () => {
    const first = (colourDepth: number) => view(state({ colourDepth }))[1];
    expect(first(24)).toContain('\x1b[38;2;216;241;255;48;2;5;8;12m');
    expect(first(8)).toContain('\x1b[38;5;195;48;5;16m');
    expect(first(4)).toContain('\x1b[97;40m');
    expect(first(1)).not.toContain('\x1b');
    expect(first(24)?.endsWith('\x1b[0m')).toBe(true);
  });

  test('nothing of the log reaches the terminal as a command', () => {
    const log = ['\x1b[2J\x1b]0;owned\x07', 'a\r\nb\tc', '\x9b31m', 'abc\u202edef', 'half \ud800 pair'];
    const lines = view(state({ log }));
    expect(lines.slice(19)).toEqual(['␛[2J␛]0;owned␇', 'a␍␊b  c', '31m', 'abcdef', 'half  pair']);
  });
});
