/** Questions to the DNS with a time-out, as many at once as the connector asks: what is not there is an empty answer, what cannot be learned an error. */
import { Resolver } from 'node:dns/promises';
import type { Clock, Timer } from '../../clock.ts';
import { PeerFailure } from '../failure.ts';
import { DnsCache, type Found } from './cache.ts';

export interface SrvAnswer {
  name: string;
  port: number;
  priority: number;
  weight: number;
}

export interface Dns {
  srv(name: string): Promise<SrvAnswer[]>;
  /** IPv6 and IPv4, each in the order of the answer. */
  addresses(name: string): Promise<{ v6: string[]; v4: string[] }>;
}

const TIMEOUT_MS = 3_000;
const TRIES = 2;
/** For the addresses of the other family once there are some of one (RFC 8305 section 3): some servers answer to one kind of question only. */
const OTHER_FAMILY_MS = 250;
/** Node does not tell the TTL of SRV records. */
const SRV_MS = 5 * 60_000;

/** No such name; a name without such records. */
const NOTHING = new Set(['ENOTFOUND', 'ENODATA']);

export class SystemDns implements Dns {
  readonly #clock: Clock;
  readonly #resolver: Resolver;
  readonly #srv: DnsCache<SrvAnswer[]>;
  readonly #hosts: DnsCache<string[]>;

  /** @param servers addresses with a port or without; empty for the system's */
  constructor(servers: readonly string[], clock: Clock, timeoutMs = TIMEOUT_MS) {
    this.#clock = clock;
    this.#resolver = new Resolver({ timeout: timeoutMs, tries: TRIES });
    if (servers.length > 0) this.#resolver.setServers(servers);
    this.#srv = new DnsCache(clock);
    this.#hosts = new DnsCache(clock);
  }

  srv(name: string): Promise<SrvAnswer[]> {
    return this.#srv.get(name, () => this.#ask(name, async () => found(await this.#resolver.resolveSrv(name), SRV_MS)));
  }

  async addresses(name: string): Promise<{ v6: string[]; v4: string[] }> {
    const found: Partial<Record<'v6' | 'v4', string[]>> = {};
    let failure: unknown;
    await new Promise<void>((resolve) => {
      let left = 2;
      let patience: Timer | undefined;
      const done = () => {
        left -= 1;
        if (left > 0 && (found.v4 ?? found.v6 ?? []).length > 0) patience = this.#clock.after(OTHER_FAMILY_MS, resolve);
        if (left > 0) return;
        patience?.cancel();
        resolve();
      };
      const ask = (family: 'v6' | 'v4', kind: 'AAAA' | 'A') =>
        void this.#hostRecords(name, kind)
          .then((addresses) => {
            found[family] = addresses;
          })
          .catch((error: unknown) => {
            failure = error;
          })
          .finally(done);
      ask('v6', 'AAAA');
      ask('v4', 'A');
    });
    const { v6 = [], v4 = [] } = found;
    if (failure !== undefined && v6.length + v4.length === 0) throw failure;
    return { v6, v4 };
  }

  #hostRecords(name: string, kind: 'A' | 'AAAA'): Promise<string[]> {
    return this.#hosts.get(`${kind} ${name}`, () =>
      this.#ask(name, async () => {
        const records = await (kind === 'A'
          ? this.#resolver.resolve4(name, { ttl: true })
          : this.#resolver.resolve6(name, { ttl: true }));
        const seconds = Math.min(...records.map(({ ttl }) => ttl));
        return found(
          records.map(({ address }) => address),
          seconds * 1000,
        );
      }),
    );
  }

  async #ask<T>(name: string, work: () => Promise<Found<T[]>>): Promise<Found<T[]>> {
    try {
      return await work();
    } catch (error) {
      const { code = 'no reason' } = error as NodeJS.ErrnoException;
      if (NOTHING.has(code)) return { value: [], ttlMs: undefined };
      throw new PeerFailure(`the DNS does not answer for ${name} (${code})`, { kind: 'unconnected' });
    }
  }
}

const found = <T>(value: T[], ttlMs: number): Found<T[]> => ({ value, ttlMs: value.length === 0 ? undefined : ttlMs });
