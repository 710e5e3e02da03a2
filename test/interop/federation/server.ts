/** What the tests ask of each server that is not ours. */
import { rmSync } from 'node:fs';
import type { Internet } from '../../kit/internet.ts';
import { Wire } from '../../kit/wire.ts';
import type { Program } from './program.ts';

export interface ServerOptions {
  domain: string;
  /** Of 127.0.0.0/8. */
  address: string;
  /** Names of accounts; the password of each is `secret of NAME`. */
  accounts: readonly string[];
  /** How other servers come in. Default: STARTTLS. */
  ways?: 'starttls' | 'tls' | 'both';
  /** Only by certificate, or only by dialback. Default: what works. */
  proof?: 'certificate' | 'dialback';
  /** Instead of one that is good for it. */
  certificate?: { certificate: string; key: string };
  /** Streams that go both ways, where the server knows of them. */
  bidi?: boolean;
}

/** Three servers share the machine with the tests. */
export const PATIENCE_MS = 20_000;

export const passwordOf = (local: string) => `secret of ${local}`;

export interface Installed extends ServerOptions {
  /** Its own, with all that it keeps. */
  folder: string;
  c2s: number;
  launch: () => Promise<Program>;
}

export class ForeignServer {
  readonly domain: string;
  /** The domain of its rooms. */
  readonly rooms: string;
  readonly #installed: Installed;
  #program: Program | undefined;

  private constructor(installed: Installed) {
    this.domain = installed.domain;
    this.rooms = `rooms.${installed.domain}`;
    this.#installed = installed;
  }

  /** It ends with the Internet that it is on. */
  static async start(internet: Internet, installed: Installed): Promise<ForeignServer> {
    const server = new ForeignServer(installed);
    internet.onEnd(async () => {
      await server.#program?.stop();
      rmSync(installed.folder, { recursive: true, force: true });
    });
    await server.boot();
    return server;
  }

  async boot(): Promise<void> {
    this.#program = await this.#installed.launch();
  }

  /** It neither reads nor writes any more, and is not gone. */
  freeze(): void {
    this.#program?.signal('SIGSTOP');
  }

  /** kill -9 */
  async crash(): Promise<void> {
    await this.#program?.crash();
  }

  /** All that it said since it was booted. */
  get log(): string {
    return this.#program?.log ?? '';
  }

  login(local: string, resource?: string): Promise<Wire> {
    const { address: host, c2s: port, domain } = this.#installed;
    const wish = resource === undefined ? {} : { resource };
    return Wire.login({ host, port, domain, local, password: passwordOf(local), patienceMs: PATIENCE_MS, ...wish });
  }
}
