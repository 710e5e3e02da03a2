/** Tells the home network where the box is (multicast DNS, RFC 6762 and 6763). @homebridge/ciao's one home. */
import { type CiaoService, getResponder, type Responder } from '@homebridge/ciao';
import type { Log } from '../xmpp/log.ts';
import { reasonOf } from './errors.ts';

export interface MdnsOptions {
  /** All of the box's, that of the first server first. The box answers for those that end in `.local`. */
  domains: () => readonly string[];
  /** The machine's own name, for a domain that does not. */
  hostname: string;
  /** Ports; 0 where there is none. */
  ports: { c2s: number; c2sTls: number; http: number };
  log: Log;
}

export interface MdnsState {
  ok: boolean;
  /** One line for a person. */
  detail: string;
}

const LOCAL = '.local';
/** RFC 6763 section 6.7. The library takes its own empty TXT record, read back, for another machine's, and never settles. */
const TXT = { txtvers: '1' };

export class Mdns {
  readonly #options: MdnsOptions;
  #responder: Responder | undefined;
  #state: MdnsState = { ok: true, detail: 'off' };

  constructor(options: MdnsOptions) {
    this.#options = options;
  }

  get state(): MdnsState {
    return this.#state;
  }

  /** What the network finds this machine by; empty where it does not. */
  get name(): string {
    return this.#responder && this.#state.ok ? `${this.#host}${LOCAL}` : '';
  }

  get #host(): string {
    const [domain = ''] = this.#options.domains();
    return this.#hostOf(domain);
  }

  /** What answers for this domain: itself, or the machine's own name. */
  #hostOf(domain: string): string {
    const { hostname } = this.#options;
    return domain.endsWith(LOCAL) ? domain.slice(0, -LOCAL.length) : (hostname.split('.')[0] ?? 'casp3r');
  }

  /** What is announced: the first, and others of this network. */
  get #announced(): string[] {
    return this.#options.domains().filter((domain, index) => index === 0 || domain.endsWith(LOCAL));
  }

  /** Never rejects: a box without a network is a state, and goes on. */
  async start(): Promise<void> {
    const { log } = this.#options;
    const domains = this.#announced;
    const local = domains.filter((domain) => domain.endsWith(LOCAL)).join(', ');
    try {
      this.#responder = getResponder();
      const responder = this.#responder;
      const services = domains.flatMap((domain) => this.#services(responder, domain));
      this.#state = { ok: true, detail: 'announcing' };
      await Promise.all(services.map((service) => service.advertise()));
      this.#state = { ok: true, detail: local === '' ? 'announces its services' : `answers for ${local}` };
      log.info({ domains: domains.join(' ') }, 'found by multicast DNS');
    } catch (error) {
      this.#state = { ok: false, detail: reasonOf(error) };
      log.warn({ reason: reasonOf(error) }, 'no multicast DNS: phones find the box by its address only');
    }
  }

  /** A domain came or went. Never rejects. */
  async again(): Promise<void> {
    if (!this.#responder) return;
    await this.stop();
    await this.start();
  }

  /** Says goodbye to the network. */
  async stop(): Promise<void> {
    const responder = this.#responder;
    this.#responder = undefined;
    await responder?.shutdown().catch((error: unknown) => {
      this.#options.log.warn({ reason: reasonOf(error) }, 'multicast DNS did not end well');
    });
  }

  #services(responder: Responder, domain: string): CiaoService[] {
    const { ports, log } = this.#options;
    const host = this.#hostOf(domain);
    const offered = [
      { type: 'xmpp-client', port: ports.c2s, suffix: '-c2s' },
      { type: 'xmpps-client', port: ports.c2sTls, suffix: '-tls' },
      { type: 'http', port: ports.http, suffix: '-web' },
    ].filter(({ port }) => port !== 0);
    return offered.map(({ type, port, suffix }, index) => {
      // The library takes two services of one host name for a conflict, so only the first has the name itself.
      const service = responder.createService({
        name: domain,
        type,
        port,
        hostname: index === 0 ? host : host + suffix,
        txt: TXT,
      });
      // Two boxes with one name: the library moves aside, and nobody would find this one under its domain.
      service.on('hostname-change', (other: string) => {
        if (index !== 0) return;
        this.#state = { ok: false, detail: `another machine answers for ${host}${LOCAL}` };
        log.warn({ wanted: `${host}${LOCAL}`, got: other }, 'another machine in the network has this name');
      });
      return service;
    });
  }
}
