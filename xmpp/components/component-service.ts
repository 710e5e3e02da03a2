/** The components of the box: those of its configuration and those that were added while it runs, and the port where they come in. */
import type { Clock, Random } from '../clock.ts';
import type { ComponentsConfig, Limits } from '../config.ts';
import type { Log } from '../log.ts';
import { Jid } from '../routing/jid.ts';
import { typedDomain } from '../routing/typed-domain.ts';
import { change } from '../store/changes.ts';
import type { Store } from '../store/store.ts';
import { ComponentListener } from './component-listener.ts';
import type { ComponentState, Components } from './components.ts';

const SECRET_BYTES = 24;

export interface ComponentServiceOptions {
  components: Components;
  config: ComponentsConfig;
  limits: Limits;
  store: Store;
  clock: Clock;
  random: Random;
  log: Log;
  /** Whether a host or a service of the box itself answers at this domain. */
  isOwn(domain: string): boolean;
}

export interface AddedComponent {
  domain: string;
  secret: string;
  address: string;
  /** Where it connects. */
  port: number;
}

export class ComponentService {
  readonly #options: ComponentServiceOptions;
  #listener: ComponentListener | undefined;
  #port = 0;

  constructor(options: ComponentServiceOptions) {
    this.#options = options;
  }

  /** Rejects where the address cannot be had. */
  async start(): Promise<void> {
    const { components, config, store } = this.#options;
    for (const [domain, secret] of config.secrets) components.add(Jid.parse(domain).domain, secret);
    for (const { domain, secret } of store.components.all()) components.add(domain, secret);
    if (components.states.length > 0) await this.#listen();
  }

  async stop(): Promise<void> {
    await this.#listener?.stop();
    this.#options.components.stop();
  }

  get states(): readonly ComponentState[] {
    return this.#options.components.states;
  }

  /** The port where components come in; undefined while there are none. */
  get port(): number | undefined {
    return this.#listener ? this.#port : undefined;
  }

  /** Gives a component leave to connect. @throws RangeError in words for who asked for it */
  async add(typed: string): Promise<AddedComponent> {
    const { components, config, store, random } = this.#options;
    const domain = this.#free(typed);
    if (config.port === 0) throw new RangeError('the port for components is switched off (listen.component)');
    const secret = random(SECRET_BYTES).toString('base64url');
    await this.#listen();
    await store.journal.commit(change('component set', { domain, secret }));
    components.add(domain, secret);
    return { domain, secret, address: config.address, port: this.#port };
  }

  /** Ends its connection. @throws RangeError where it is none that was added */
  async remove(typed: string): Promise<string> {
    const { components, store } = this.#options;
    const domain = typedDomain(typed);
    if (!store.components.all().some((one) => one.domain === domain))
      throw new RangeError(`${typed} is no component that was added; those of casp3r.toml are removed there`);
    await store.journal.commit(change('component removed', { domain }));
    components.remove(domain);
    return domain;
  }

  #free(typed: string): string {
    const domain = typedDomain(typed);
    const { components, isOwn } = this.#options;
    if (isOwn(domain)) throw new RangeError(`the box itself answers at ${domain}`);
    if (components.takes(domain)) throw new RangeError(`there is a component ${domain} already`);
    return domain;
  }

  async #listen(): Promise<void> {
    const { components, config, limits, clock, random, log } = this.#options;
    const { address, port } = config;
    if (this.#listener || port === 0) return;
    const listener = new ComponentListener({ address, port, registry: components, limits, clock, random, log });
    this.#port = await listener.start();
    this.#listener = listener;
  }
}
