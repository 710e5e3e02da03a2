/** What the tests ask of each server that is not ours. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Internet } from '../../kit/internet.ts';
import { freePorts } from '../../kit/ports.ts';
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
  /** One of its accounts looks after the server: makes nodes at `lists.`, and is whom abuse is reported to. */
  keeper?: string;
}

/** Three servers share the machine with the tests. */
export const PATIENCE_MS = 20_000;

export const passwordOf = (local: string) => `secret of ${local}`;

/** Where a server of this kind is on the Internet of the test, and what it proves itself with. */
export interface Site extends ServerOptions {
  /** Its own, with all that it keeps. */
  folder: string;
  /** Ports; 0 for a way by which other servers do not come in. */
  c2s: number;
  s2s: number;
  s2sTls: number;
  http: number;
  certificate: { certificate: string; key: string };
  /** Whom it trusts, a file of PEM. */
  ca: string;
}

/**
 * Gives it a folder, free ports and a certificate, and tells the name server.
 * @param services subdomains of its own
 */
export async function siteFor(
  program: string,
  internet: Internet,
  options: ServerOptions,
  services: readonly string[],
): Promise<Site> {
  const { domain, address, ways = 'starttls' } = options;
  const folder = mkdtempSync(join(tmpdir(), `casp3r-${program}-`));
  const [c2s = 0, s2s = 0, s2sTls = 0, http = 0] = await freePorts(4);
  const place = { address, s2s: ways === 'tls' ? 0 : s2s, s2sTls: ways === 'starttls' ? 0 : s2sTls };
  const domains = [domain, ...services.map((label) => `${label}.${domain}`)];
  internet.announce({ domains, ...place });
  const certificate = options.certificate ?? (await internet.certificate(domains));
  const ca = options.proof === 'dialback' ? await internet.strangersRootFile() : internet.rootFile;
  return { ...options, ...place, folder, c2s, http, certificate, ca };
}

export interface Installed extends Pick<Site, 'domain' | 'address' | 'folder' | 'c2s'> {
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
