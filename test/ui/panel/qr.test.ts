import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encode } from 'fast-png';
import jsqr from 'jsqr';
import { afterAll, describe, expect, test } from 'vitest';
import { HEIGHT, pixel, WIDTH } from '../../../ui/panel/canvas.ts';
import { QrError, qrBox } from '../../../ui/panel/qr.ts';
import { render } from '../../../ui/panel/render.ts';
import { home } from './snapshots.ts';

/** Grey levels, one byte a pixel. */
interface Picture {
  width: number;
  height: number;
  data: Uint8Array;
}

/** The whole panel as a camera sees it: in its dark frame, each pixel `scale` wide. */
function photograph(frame: Uint8Array, scale: number): Picture {
  const bezel = 10;
  const [width, height] = [(WIDTH + 2 * bezel) * scale, (HEIGHT + 2 * bezel) * scale];
  const data = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const lit = pixel(frame, Math.floor(x / scale) - bezel, Math.floor(y / scale) - bezel);
      data[y * width + x] = lit ? 235 : 12;
    }
  }
  return { width, height, data };
}

/** A camera out of focus: each pixel is the mean of its neighbours up to `radius` away, twice. */
function blurred(picture: Picture, radius: number): Picture {
  const { width, height } = picture;
  const pass = (from: Uint8Array, dx: number, dy: number) => {
    const to = new Uint8Array(from.length);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        let sum = 0;
        for (let i = -radius; i <= radius; i++) {
          const column = Math.min(width - 1, Math.max(0, x + i * dx));
          const row = Math.min(height - 1, Math.max(0, y + i * dy));
          sum += from[row * width + column] ?? 0;
        }
        to[y * width + x] = sum / (2 * radius + 1);
      }
    }
    return to;
  };
  const once = (data: Uint8Array) => pass(pass(data, 1, 0), 0, 1);
  return { width, height, data: once(once(picture.data)) };
}

function byJsqr({ width, height, data }: Picture): string | undefined {
  const rgba = new Uint8ClampedArray(width * height * 4).fill(255);
  for (const [i, grey] of data.entries()) rgba.fill(grey, i * 4, i * 4 + 3);
  // A QR code that only the inverted picture gives would be none for many phones.
  return jsqr.default(rgba, width, height, { inversionAttempts: 'dontInvert' })?.data;
}

const folder = mkdtempSync(join(tmpdir(), 'casp3r-qr-'));
afterAll(() => rmSync(folder, { recursive: true }));

function byZbar({ width, height, data }: Picture): string | undefined {
  const file = join(folder, 'panel.png');
  writeFileSync(file, encode({ width, height, data, channels: 1, depth: 8 }));
  const { stdout } = spawnSync('zbarimg', ['--quiet', '--raw', '-Sdisable', '-Sqrcode.enable', file], {
    encoding: 'utf8',
  });
  return stdout.trim() || undefined;
}

const zbarMissing = spawnSync('zbarimg', ['--version']).error !== undefined && process.env.CI !== 'true';
if (zbarMissing) console.warn('\nSKIPPED: half of the QR tests need zbarimg: sudo apt-get install zbar-tools\n');

const decoders: [string, boolean, (picture: Picture) => string | undefined][] = [
  ['jsQR', false, byJsqr],
  ['zbarimg', zbarMissing, byZbar],
];

const contents: [string, string][] = [
  ['version 2', 'HTTP://192.168.178.240:5280/J/K7QM4XWP'],
  ['version 2, by name', 'HTTP://CASP3R.LOCAL:5280/J/K7QM4XWP'],
  ['version 3', 'HTTPS://CHAT.KULTURVEREIN-OBERE-MUEHLE.EXAMPLE.ORG/J/K7QM4XWP'],
  ['version 3 at its end', `HTTPS://${'CHAT.'.repeat(11)}ORG/J/K7QM4XWP`],
];

function panel(url: string): Uint8Array {
  return render({
    ...home,
    page: 'pairing',
    pairing: { url, code: 'K7QM4XWP', typeAt: ['casp3r.local:5280'], secondsLeft: 272 },
  });
}

describe.each(decoders)('%s reads the code off the panel', (_name, missing, decode) => {
  describe.skipIf(missing).each(contents)('%s', (_version, url) => {
    test('at the size shown', () => expect(decode(photograph(panel(url), 1))).toBe(url));
    test('from nearer', () => expect(decode(photograph(panel(url), 4))).toBe(url));
    test('from nearer, out of focus', () => expect(decode(blurred(photograph(panel(url), 4), 2))).toBe(url));
    test('from much nearer, out of focus', () => expect(decode(blurred(photograph(panel(url), 6), 4))).toBe(url));
  });
});

const uris = ['xmpp:casp3r.local?register;preauth=K7QM4XWP', 'xmpp:chat.kulturhof.example?register;preauth=K7QM4XWP'];

describe.each(decoders)('%s reads the code for apps off the panel', (_name, missing, decode) => {
  describe.skipIf(missing).each(uris)('%s', (uri) => {
    const pairing = { uri, code: 'K7QM4XWP', typeAt: [], secondsLeft: 272 };
    const frame = render({ ...home, page: 'pairing-app', pairing });
    test('at the size shown', () => expect(decode(photograph(frame, 1))).toBe(uri));
    test('from nearer, out of focus', () => expect(decode(blurred(photograph(frame, 4), 2))).toBe(uri));
  });
});

describe('the box of the code', () => {
  test('is lit, two pixels a module, with the quiet zone as wide as fits', () => {
    const frame = panel('HTTP://192.168.178.40:5280/J/K7QM4XWP');
    const quiet = (64 - 25 * 2) / 2;
    for (let i = 0; i < 64; i++) {
      for (let edge = 0; edge < quiet; edge++) {
        for (const [x, y] of [
          [i, edge],
          [i, 63 - edge],
          [edge, i],
          [63 - edge, i],
        ] as const) {
          expect(pixel(frame, x, y)).toBe(true);
        }
      }
    }
    for (let y = quiet; y < 64 - quiet; y += 2) {
      for (let x = quiet; x < 64 - quiet; x += 2) {
        const module = [pixel(frame, x, y), pixel(frame, x + 1, y), pixel(frame, x, y + 1), pixel(frame, x + 1, y + 1)];
        expect(new Set(module).size, `module at ${x},${y}`).toBe(1);
      }
    }
  });

  test('says clearly what it cannot hold', () => {
    expect(() => qrBox('http://casp3r.local/j/abc')).toThrow(QrError);
    expect(() => qrBox(`HTTPS://${'X'.repeat(70)}`)).toThrow(/too long for a QR code of version 3 \(78 characters\)/);
    expect(() => qrBox(`HTTPS://${'X'.repeat(69)}`)).not.toThrow();
  });
});
