/** Which certificate is in use: the owner's, left alone, or the box's own, made anew where it is due. */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { domainToASCII } from 'node:url';
import type { Clock } from '../xmpp/clock.ts';
import { serviceSubdomains } from '../xmpp/facts.ts';
import type { Log } from '../xmpp/log.ts';
import type { Store } from '../xmpp/store/store.ts';
import { ownCertificate, ownFiles } from './certificate.ts';
import { type CertificateFiles, checkCertificate } from './certificate-files.ts';
import type { LanAddresses } from './reachability.ts';

export interface KeeperOptions {
  /** [tls]; both empty where the owner gave none. `domains` have files of their own. */
  given: CertificateFiles & { domains?: Readonly<Record<string, CertificateFiles>> };
  /** Domains of the components of casp3r.toml. */
  components: readonly string[];
  /** Where the box keeps its own. */
  folder: string;
  lan: () => LanAddresses;
  clock: Clock;
  log: Log;
}

export class CertificateKeeper {
  readonly #options: KeeperOptions;
  readonly files: CertificateFiles;

  constructor(options: KeeperOptions) {
    const { given, folder } = options;
    this.#options = options;
    const { certificate, key } = given;
    this.files = certificate === '' ? ownFiles(folder) : { certificate, key };
  }

  get isOwn(): boolean {
    return this.#options.given.certificate === '';
  }

  /**
   * Sees to it that the files are good for the servers, and for those components that are below a domain of theirs.
   * @throws BoxError certificate-unusable, data-unusable
   */
  async prepare(store: Pick<Store, 'servers' | 'components'>): Promise<void> {
    for (const files of Object.values(this.#options.given.domains ?? {})) checkCertificate(files);
    if (!this.isOwn) return checkCertificate(this.files);
    const { folder, components, lan, clock, log } = this.#options;
    const { v4, v6 } = lan();
    const hosts = store.servers.all().flatMap(({ domain, fallbacks }) => [domain, ...fallbacks]);
    const served = hosts.flatMap((name) => [name, ...serviceSubdomains().map((label) => `${label}.${name}`)]);
    const added = store.components.all().map(({ domain }) => domain);
    const beside = [...components, ...added].filter((name) => hosts.some((host) => name.endsWith(`.${host}`)));
    const names = [...served, ...beside, `${hostname().split('.')[0]}.local`, 'localhost'].map(domainToASCII);
    const domains = [...new Set(names.filter((name) => name !== ''))];
    const { made } = await ownCertificate(folder, { domains, addresses: [...v4, ...v6] }, clock.nowMs());
    if (made) log.info({ names: domains.join(' ') }, 'made a certificate for the names of this box');
  }

  /** Names of a domain and the services beside it that the owner's certificate for it lacks; the box's own has all. */
  lacking(domain: string): string[] {
    const files = this.#givenFor(domain);
    if (!files) return [];
    const certificate = new X509Certificate(readFileSync(files.certificate));
    const names = [domain, ...serviceSubdomains().map((label) => `${label}.${domain}`)];
    return names.filter((name) => certificate.checkHost(domainToASCII(name)) === undefined);
  }

  /** That of the domain or the nearest above it, as handshakes choose it (xmpp/stream/tls.ts). */
  #givenFor(domain: string): CertificateFiles | undefined {
    const { given } = this.#options;
    const ascii = domainToASCII(domain);
    const [nearest] = Object.entries(given.domains ?? {})
      .map(([name, files]) => ({ name: domainToASCII(name), files }))
      .filter(({ name }) => ascii === name || ascii.endsWith(`.${name}`))
      .sort((one, other) => other.name.length - one.name.length);
    return nearest?.files ?? (this.isOwn ? undefined : given);
  }

  /** When the certificate in use ends, in milliseconds since 1970; undefined where it cannot be read. */
  get endsMs(): number | undefined {
    try {
      return Date.parse(new X509Certificate(readFileSync(this.files.certificate)).validTo);
    } catch {
      return undefined;
    }
  }

  /** Whether a client that came by this IP address finds it in the certificate. */
  covers(address: string): boolean {
    return new X509Certificate(readFileSync(this.files.certificate)).checkIP(address) !== undefined;
  }

  /** SHA-256, `AB:CD:…`, of the box's own; nobody needs to compare one that an authority vouches for. */
  fingerprint(): string | undefined {
    return this.isOwn ? new X509Certificate(readFileSync(this.files.certificate)).fingerprint256 : undefined;
  }
}
