/** The hosts of the box, found by their domains; added and taken away while it runs. */
import type { XmppHost } from './host.ts';
import { type FoundService, findService } from './routing/services.ts';

export class Hosts {
  readonly #build: (id: string) => XmppHost;
  readonly #all: XmppHost[] = [];
  readonly #watchers: ((host: XmppHost) => void)[] = [];

  /** @param build makes the host of a server that is in the store */
  constructor(build: (id: string) => XmppHost) {
    this.#build = build;
  }

  /** The first is the one that the panel speaks for. */
  get all(): readonly XmppHost[] {
    return this.#all;
  }

  get first(): XmppHost | undefined {
    return this.#all[0];
  }

  of(domain: string): XmppHost | undefined {
    return this.#all.find((host) => host.serves(domain));
  }

  service(domain: string): FoundService | undefined {
    return findService(domain, (name) => this.of(name));
  }

  /** The host of this domain, or the one whose service it is. */
  behind(domain: string): XmppHost | undefined {
    return this.of(domain) ?? this.service(domain)?.host;
  }

  /** The host right below whose domain this one stands. */
  above(domain: string): XmppHost | undefined {
    return this.of(domain.slice(domain.indexOf('.') + 1));
  }

  isOwn(domain: string): boolean {
    return this.behind(domain) !== undefined;
  }

  add(id: string): XmppHost {
    const host = this.#build(id);
    this.#all.push(host);
    for (const watch of this.#watchers) watch(host);
    return host;
  }

  /** Nobody finds it any more. */
  remove(host: XmppHost): void {
    const at = this.#all.indexOf(host);
    if (at !== -1) this.#all.splice(at, 1);
    host.stop();
  }

  /** Runs for each host that is there, and for each that is added. */
  each(watch: (host: XmppHost) => void): void {
    this.#watchers.push(watch);
    for (const host of this.#all) watch(host);
  }

  stop(): void {
    for (const host of this.#all.splice(0)) host.stop();
  }
}
