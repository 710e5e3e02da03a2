/** Debian's Chromium on a closed network: nothing of its own goes out. */
import { type Browser, chromium } from 'playwright-core';
import { needs } from '../interop/peer.ts';

const CHROMIUM = '/usr/bin/chromium';
const QUIET = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'];
const STILL = ['--disable-component-update', '--disable-sync'];

export const hasChromium = () => needs(CHROMIUM, ['--version'], 'apt-get install chromium');

export function launchChromium(args: readonly string[] = []): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: [...QUIET, ...STILL, ...args] });
}
