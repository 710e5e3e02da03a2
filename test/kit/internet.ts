/** A small Internet on loopback: a DNS with SRV records, an authority that signs certificates, and the servers that were started on it. */
import { domainToASCII } from 'node:url';
import { Authority, CertificateFolder, type Issued, type Wanted } from './ca.ts';
import { TestDns } from './dns.ts';

export interface Place {
  /** The domain of the accounts, and those of the services beside it. */
  domains: readonly string[];
  /** Of 127.0.0.0/8. */
  address: string;
  /** Ports; 0 where it does not listen in that way, and the DNS does not say so. */
  s2s: number;
  s2sTls: number;
}

export interface CertificateFiles {
  certificate: string;
  key: string;
}

export class Internet {
  readonly folder = new CertificateFolder();
  readonly dns = new TestDns({ srv: {}, hosts: {} });
  readonly #authority: Authority;
  readonly #leaving: (() => Promise<void>)[] = [];
  /** `127.0.0.1:PORT` */
  dnsServer = '';
  #issued = 0;

  private constructor(authority: Authority) {
    this.#authority = authority;
  }

  static async create(): Promise<Internet> {
    const internet = new Internet(await Authority.create());
    internet.dnsServer = await internet.dns.start();
    return internet;
  }

  /** The certificate of the authority, for those who are to believe it. */
  get rootFile(): string {
    return this.folder.write('root.pem', this.#authority.root);
  }

  /** Of somebody that nobody believes. */
  async strangersRootFile(): Promise<string> {
    return this.folder.write('stranger.pem', (await Authority.create('A stranger')).root);
  }

  /** @param changes to what would be good for these domains */
  async certificate(domains: readonly string[], changes: Partial<Wanted> = {}): Promise<CertificateFiles> {
    this.#issued += 1;
    return this.folder.writeIssued(`server${this.#issued}`, await this.issue(domains, changes));
  }

  /** The same for who keeps it in memory. */
  issue(domains: readonly string[], changes: Partial<Wanted> = {}): Promise<Issued> {
    return this.#authority.issue({ domains: domains.map(domainToASCII), ...changes });
  }

  /** Signed by nobody whom anyone believes. */
  async strangersCertificate(domains: readonly string[]): Promise<CertificateFiles> {
    this.#issued += 1;
    const stranger = await Authority.create('A stranger');
    return this.folder.writeIssued(`server${this.#issued}`, await stranger.issue({ domains }));
  }

  /**
   * The DNS tells of it from now on. All its domains are at one host, whose name is none of theirs. ejabberd asks the DNS for SRV
   * records only, and the system for addresses: what it is to find must have a name that every system knows.
   */
  announce({ domains, address, s2s, s2sTls }: Place): void {
    const { srv = {}, hosts = {} } = this.dns.zone;
    const host = address === '127.0.0.1' ? 'localhost' : domainToASCII(`host-of.${domains[0]}`);
    hosts[host] = [address];
    for (const domain of domains.map(domainToASCII)) {
      if (s2s > 0) srv[`_xmpp-server._tcp.${domain}`] = [{ port: s2s, target: host }];
      if (s2sTls > 0) srv[`_xmpps-server._tcp.${domain}`] = [{ port: s2sTls, target: host }];
    }
  }

  /** What is to be stopped with it, the last first. */
  onEnd(leave: () => Promise<void>): void {
    this.#leaving.unshift(leave);
  }

  async end(): Promise<void> {
    for (const leave of this.#leaving.splice(0)) await leave();
    this.dns.stop();
    this.folder.remove();
  }
}
