import { describe, expect, test } from 'vitest';
import { drawable, shortened, text, wrapped } from '../../../ui/panel/font.ts';

const rows = (line: string, scale: 1 | 2 = 1) => {
  const bitmap = text(line, { scale });
  return Array.from({ length: bitmap.height }, (_, y) =>
    Array.from({ length: bitmap.width }, (_, x) => (bitmap.lit(x, y) ? '#' : '.')).join(''),
  );
};

describe('letters', () => {
  test('are as wide as they are, digits all the same', () => {
    expect(text('i').width).toBeLessThan(text('m').width);
    expect(text('1').width).toBe(text('8').width);
    expect(text('4:11').width).toBe(text('4:59').width);
  });

  test('hang below the line where they should', () => {
    expect(rows('p')).toEqual(['.....', '.....', '####.', '#...#', '#...#', '#...#', '####.', '#....', '#....']);
  });

  test('twice as large, slopes have no teeth', () => {
    expect(rows('/', 2).slice(0, 8)).toEqual([
      '..........',
      '..........',
      '........##',
      '.......###',
      '......###.',
      '.....###..',
      '....###...',
      '...###....',
    ]);
  });

  test('of German are there; others lose their accent; the rest is a box, and known to be one', () => {
    for (const letter of 'äöüÄÖÜß') expect(drawable(letter), letter).toBe(true);
    expect(rows('é')).toEqual(rows('e'));
    expect(rows('a\u0308')).toEqual(rows('ä'));
    expect(drawable('Ольга')).toBe(false);
    expect(drawable('Café 7 – no')).toBe(false);
    expect(drawable('Café 7 - yes')).toBe(true);
  });
});

describe('a line that is too long', () => {
  test('is cut with a sign that it was', () => {
    const short = shortened('Kulturverein Obere Mühle', 60);
    expect(short).toMatch(/^Kulturv.*…$/);
    expect(text(short).width).toBeLessThanOrEqual(60);
    expect(shortened('short', 60)).toBe('short');
  });

  test('is broken between words, and within an address only where it has joints', () => {
    expect(wrapped('Make room, or plug in a larger card.', 100, 5)).toEqual([
      'Make room, or plug',
      'in a larger card.',
    ]);
    expect(wrapped('casp3r.local:5280', 62, 2)).toEqual(['casp3r.local', ':5280']);
    expect(wrapped('192.168.178.240:5280', 62, 2)).toEqual(['192.168.178.', '240:5280']);
  });

  test('ends in the sign where even the lines do not suffice', () => {
    const lines = wrapped('one two three four five six seven eight nine ten', 50, 2);
    expect(lines).toHaveLength(2);
    expect(lines[1]).toMatch(/…$/);
    for (const line of lines) expect(text(line).width).toBeLessThanOrEqual(50);
  });
});
