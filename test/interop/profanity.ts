/** Profanity in a terminal (tmux) of its own, used by typing commands and reading the screen. */
import { execFileSync, spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import type { Box } from '../kit/box.ts';
import { needs } from './peer.ts';

const INSTALL = 'apt-get install profanity tmux';

/** Whether the programs are there that a Terminal takes. */
export function hasProfanity(): boolean {
  const isThere = needs('profanity', ['--version'], INSTALL);
  return needs('tmux', ['-V'], INSTALL) && isThere;
}

/** With settings of its own. */
export class Terminal {
  readonly #folder = mkdtempSync(join(tmpdir(), 'casp3r-profanity-'));

  constructor() {
    const settings = join(this.#folder, 'config', 'profanity');
    mkdirSync(settings, { recursive: true });
    writeFileSync(join(settings, 'profrc'), '[ui]\nsplash=false\n');
    const homes = [
      `XDG_CONFIG_HOME=${this.#folder}/config`,
      `XDG_DATA_HOME=${this.#folder}/data`,
      `HOME=${this.#folder}`,
    ];
    this.#tmux('-f', '/dev/null', 'new-session', '-d', '-x', '140', '-y', '50', `env ${homes.join(' ')} profanity`);
  }

  type(text: string): void {
    this.#tmux('send-keys', '-l', text);
    this.#tmux('send-keys', 'Enter');
  }

  /** Waits until the screen shows it. @throws Error with the screen where it does not. */
  async shows(pattern: RegExp): Promise<void> {
    await vi.waitFor(
      () => {
        const screen = this.#tmux('capture-pane', '-p');
        if (!pattern.test(screen)) throw new Error(`${pattern} is not on the screen:\n${screen}`);
      },
      { timeout: 15_000, interval: 100 },
    );
  }

  close(): void {
    spawnSync('tmux', ['-S', this.#socket, 'kill-server']);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  get #socket(): string {
    return join(this.#folder, 'tmux');
  }

  #tmux(...args: string[]): string {
    return execFileSync('tmux', ['-S', this.#socket, ...args], {
      env: { ...process.env, TERM: 'xterm-256color' },
    }).toString();
  }
}

const fingerprint = (box: Box) =>
  new X509Certificate(readFileSync(box.certificateFile)).fingerprint.replaceAll(':', '').toLowerCase();

/** From the start to being online. `legacy` is Profanity's word for direct TLS. */
export async function login(terminal: Terminal, box: Box, local: string, policy: 'force' | 'legacy'): Promise<void> {
  const port = policy === 'legacy' ? box.ports.c2sTls : box.ports.c2s;
  await terminal.shows(/Profanity/);
  terminal.type(`/connect ${local}@localhost server 127.0.0.1 port ${port} tls ${policy}`);
  await terminal.shows(/Enter password/);
  terminal.type(`secret of ${local}`);
  // It does not know the box yet, and shows whom it would trust.
  await terminal.shows(new RegExp(`Fingerprint +: ${fingerprint(box)}`));
  terminal.type('/tls allow');
  await terminal.shows(/logged in successfully/);
}
