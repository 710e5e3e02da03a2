import { describe, expect, test } from 'vitest';
import { SimulatedGlass } from '../../../drivers/display/simulated-glass.ts';

const command = (...bytes: number[]) => Uint8Array.of(0x00, ...bytes);
const data = (...bytes: number[]) => Uint8Array.of(0x40, ...bytes);
const UPRIGHT_AND_ON = [0xa1, 0xc8, 0x8d, 0x14, 0xaf];

/** Memory emptied, upright, on. */
function clear(): SimulatedGlass {
  const glass = new SimulatedGlass();
  glass.receive(command(...UPRIGHT_AND_ON, 0x20, 0x00, 0x21, 0, 127, 0x22, 0, 7));
  glass.receive(data(...new Uint8Array(1024)));
  return glass;
}

/** Pixels that are lit, as `x,y`. */
function lit(glass: SimulatedGlass): string[] {
  const frame = glass.frame();
  const result: string[] = [];
  for (let y = 0; y < 64; y++) {
    for (let x = 0; x < 128; x++) if (((frame[(y >> 3) * 128 + x] ?? 0) >> (y & 7)) & 1) result.push(`${x},${y}`);
  }
  return result;
}

describe('a simulated SSD1306', () => {
  test('is dark when the power comes, and full of noise once it is switched on', () => {
    const glass = new SimulatedGlass();
    expect(lit(glass)).toEqual([]);
    glass.receive(command(0xaf));
    expect(lit(glass), 'without its charge pump').toEqual([]);
    glass.receive(command(0x8d, 0x14));
    expect(lit(glass).length).toBeGreaterThan(1_000);
  });

  test('page addressing: a page, a column in two halves, then pixels from there on', () => {
    const glass = clear();
    glass.receive(command(0x20, 0x02, 0xb2, 0x05, 0x11));
    glass.receive(data(0x01, 0x80));
    expect(lit(glass)).toEqual(['21,16', '22,23']);
  });

  test('horizontal and vertical addressing go round in their window', () => {
    const glass = clear();
    glass.receive(command(0x20, 0x00, 0x21, 10, 11, 0x22, 0, 1));
    glass.receive(data(1, 1, 1, 1, 2));
    expect(lit(glass)).toEqual(['11,0', '10,1', '10,8', '11,8']);

    const vertical = clear();
    vertical.receive(command(0x20, 0x01, 0x21, 10, 11, 0x22, 0, 1));
    vertical.receive(data(1, 2, 4));
    expect(lit(vertical)).toEqual(['10,0', '11,2', '10,9']);
  });

  test('a control byte may stand before each command and before data, in one message', () => {
    const glass = clear();
    glass.receive(Uint8Array.of(0x80, 0x20, 0x80, 0x02, 0x80, 0xb0, 0x80, 0x00, 0x80, 0x10, 0x40, 0x01));
    expect(lit(glass)).toEqual(['0,0']);
  });

  test('a command and its argument may come in two messages', () => {
    const glass = clear();
    glass.receive(command(0x81));
    glass.receive(command(0x42));
    expect(glass.contrast).toBe(0x42);
  });

  test('inverse, all on, start line, offset, and the other way up', () => {
    const glass = clear();
    glass.receive(command(0x20, 0x02, 0xb0, 0x00, 0x10));
    glass.receive(data(0x02));
    expect(lit(glass)).toEqual(['0,1']);
    glass.receive(command(0x41));
    expect(lit(glass)).toEqual(['0,0']);
    glass.receive(command(0x40, 0xc0));
    expect(lit(glass)).toEqual(['0,62']);
    glass.receive(command(0xc8, 0xd3, 1));
    expect(lit(glass)).toEqual(['0,0']);
    glass.receive(command(0xa7));
    expect(lit(glass)).toHaveLength(128 * 64 - 1);
    glass.receive(command(0xa6, 0xa5));
    expect(lit(glass)).toHaveLength(128 * 64);
  });

  test('notes what it does not know', () => {
    const glass = new SimulatedGlass('sh1106');
    glass.receive(command(0x8d, 0x14, 0x20));
    expect(glass.unknown).toEqual([0x8d, 0x20]);
  });
});
