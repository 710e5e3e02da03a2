/** The addresses that this box gives to people: hosts and web pages that their phones can open. */
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
