/** Profanity, as a person uses it: in a terminal (tmux), by typing commands and reading the screen. */
import { execFileSync, spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, test, vi } from 'vitest';
import { Box } from '../kit/box.ts';
import { needs } from './peer.ts';

const INSTALL = 'apt-get install profanity tmux';
const hasProfanity = needs('profanity', ['--version'], INSTALL);
const hasTmux = needs('tmux', ['-V'], INSTALL);

/** One Profanity in a terminal of its own, with settings of its own. */
class Terminal {
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

describe.runIf(hasProfanity && hasTmux)('Profanity', () => {
  let box: Box;
  const terminals: Terminal[] = [];

  beforeAll(async () => {
    box = await Box.start({ 'server.domain': 'localhost', 'listen.allow_plain_loopback': false });
    await box.addAccount('romeo');
    await box.addAccount('juliet');
  });
  afterAll(() => box.dispose());
  afterEach(() => {
    for (const terminal of terminals.splice(0)) terminal.close();
  });

  const fingerprint = () =>
    new X509Certificate(readFileSync(box.certificateFile)).fingerprint.replaceAll(':', '').toLowerCase();

  /** `legacy` is Profanity's word for direct TLS. */
  async function login(local: string, policy: 'force' | 'legacy'): Promise<Terminal> {
    const terminal = new Terminal();
    terminals.push(terminal);
    const port = policy === 'legacy' ? box.ports.c2sTls : box.ports.c2s;
    await terminal.shows(/Profanity/);
    terminal.type(`/connect ${local}@localhost server 127.0.0.1 port ${port} tls ${policy}`);
    await terminal.shows(/Enter password/);
    terminal.type(`secret of ${local}`);
    // It does not know the box yet, and shows whom it would trust.
    await terminal.shows(new RegExp(`Fingerprint +: ${fingerprint()}`));
    terminal.type('/tls allow');
    await terminal.shows(/logged in successfully/);
    return terminal;
  }

  test('trusts the box, logs in over STARTTLS and direct TLS, chats both ways and gets what came while it was away', async () => {
    const romeo = await login('romeo', 'force');
    romeo.type('/msg juliet@localhost are you awake?');
    await romeo.shows(/are you awake/);

    const juliet = await login('juliet', 'legacy');
    await juliet.shows(/romeo@localhost/);
    juliet.type('/msg romeo@localhost I am now');
    await romeo.shows(/I am now/);
    await juliet.shows(/are you awake/);
    romeo.type('good night then');
    await juliet.shows(/good night then/);
  });

  test('makes a room, accepts it as it is, and whoever lives on the box comes in', async () => {
    const room = 'den@rooms.localhost';
    const romeo = await login('romeo', 'force');
    romeo.type(`/join ${room} nick Romeo`);
    await romeo.shows(/Room is locked|\/room accept/i);
    romeo.type('/room accept');
    await romeo.shows(/unlocked/i);
    romeo.type('is anybody here?');
    await romeo.shows(/Romeo: is anybody here|is anybody here\?/);

    const juliet = await login('juliet', 'force');
    juliet.type(`/join ${room} nick Juliet`);
    await juliet.shows(/is anybody here\?/);
    juliet.type('I am');
    await romeo.shows(/Juliet: I am/);
    romeo.type('/subject set Verona');
    await juliet.shows(/Verona/);
  });
});
