/** The addresses that this box gives to people: hosts and web pages that their phones can open. */
import { isIP } from 'node:net';
import { BOSH_PATH, WEBSOCKET_PATH } from '../xmpp/stream/web/web-streams.ts';
import type { Config } from './config.ts';
import {
  hostForPhones,
  type Interfaces,
  invitationUrl,
  isLoopback,
  type LanAddresses,
  lanAddresses,
} from './reachability.ts';

export class Addresses {
  readonly #listen: Config['listen'];
  readonly #domain: () => string;
  readonly #interfaces: () => Interfaces;

  /** @param interfaces read anew each time: a router hands out other addresses, a cable is pulled */
  constructor(listen: Config['listen'], domain: () => string, interfaces: () => Interfaces) {
    this.#listen = listen;
    this.#domain = domain;
    this.#interfaces = interfaces;
  }

  lan(): LanAddresses {
    return lanAddresses(this.#interfaces());
  }

  /** A host that phones in the network can open. */
  host(): string {
    const { address } = this.#listen;
    return isLoopback(address) ? address : hostForPhones(this.lan(), this.#domain());
  }

  /**
   * Where the clients of this domain reach the box: by the domain, which they know and the certificate names, and which stays as it
   * is in messages that are read years later. A name that only this network resolves is one that many phones do not: they came by
   * the address of the moment, and get that, where the certificate has it.
   */
  forClients(domain: string, isCertified: (address: string) => boolean): string {
    const host = this.host();
    return domain.endsWith('.local') && isIP(host) !== 0 && isCertified(host) ? host : domain;
  }

  /** What the addresses of uploaded files begin with; undefined where no listener serves them. */
  uploads(host: string): string | undefined {
    const { http, https } = this.#listen;
    const name = isIP(host) === 6 ? `[${host}]` : host;
    if (https !== 0) return `https://${name}${https === 443 ? '' : `:${https}`}/upload`;
    return http === 0 ? undefined : `http://${name}${http === 80 ? '' : `:${http}`}/upload`;
  }

  /**
   * Where browsers reach XMPP over HTTP, never without TLS; undefined where nothing of it is served.
   * @param url what stands before the box for that, empty for the box itself
   */
  streams(host: string, url: string): { websocket: string; bosh: string } | undefined {
    const { https } = this.#listen;
    const name = isIP(host) === 6 ? `[${host}]` : host;
    const base = url || (https === 0 ? undefined : `https://${name}${https === 443 ? '' : `:${https}`}`);
    if (base === undefined) return undefined;
    return { websocket: base.replace(/^http/, 'ws') + WEBSOCKET_PATH, bosh: base + BOSH_PATH };
  }

  /** Of a page that works once; undefined where nothing is served encrypted. */
  once(host: string, what: 'export' | 'import', token: string): string | undefined {
    const { https } = this.#listen;
    const name = isIP(host) === 6 ? `[${host}]` : host;
    return https === 0 ? undefined : `https://${name}${https === 443 ? '' : `:${https}`}/${what}/${token}`;
  }

  /** The address of an invitation's page; undefined where no page is served. */
  invitation(code: string): string | undefined {
    return this.#page(this.host(), code);
  }

  /** Where a browser finds the first page, without the scheme: by the address that always works, then by name. */
  webPlaces(): string[] {
    const urls = [this.host(), this.#domain()].map((host) => this.#page(host, ''));
    return [...new Set(urls.filter((url) => url !== undefined).map((url) => new URL(url).host))];
  }

  #page(host: string, code: string): string | undefined {
    const { http, https } = this.#listen;
    return invitationUrl({ host, http, https }, code);
  }
}
