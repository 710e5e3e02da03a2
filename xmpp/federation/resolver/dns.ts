/** Questions to the DNS with a time-out, as many at once as the connector asks: what is not there is an empty answer, what cannot be learned an error. */
import { Resolver } from 'node:dns/promises';
import type { Clock } from '../../clock.ts';
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
/** Node does not tell the TTL of SRV records. */
const SRV_MS = 5 * 60_000;

/** No such name; a name without such records. */
const NOTHING = new Set(['ENOTFOUND', 'ENODATA']);

export class SystemDns implements Dns {
  readonly #resolver: Resolver;
  readonly #srv: DnsCache<SrvAnswer[]>;
  readonly #hosts: DnsCache<string[]>;

  /** @param servers addresses with a port or without; empty for the system's */
  constructor(servers: readonly string[], clock: Clock, timeoutMs = TIMEOUT_MS) {
    this.#resolver = new Resolver({ timeout: timeoutMs, tries: TRIES });
    if (servers.length > 0) this.#resolver.setServers(servers);
    this.#srv = new DnsCache(clock);
    this.#hosts = new DnsCache(clock);
  }

  srv(name: string): Promise<SrvAnswer[]> {
    return this.#srv.get(name, () => this.#ask(name, async () => found(await this.#resolver.resolveSrv(name), SRV_MS)));
  }

  async addresses(name: string): Promise<{ v6: string[]; v4: string[] }> {
    const [v6, v4] = await Promise.allSettled([this.#hostRecords(name, 'AAAA'), this.#hostRecords(name, 'A')]);
    if (v6.status === 'rejected' && v4.status === 'rejected') throw v4.reason;
    return { v6: v6.status === 'fulfilled' ? v6.value : [], v4: v4.status === 'fulfilled' ? v4.value : [] };
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
      throw new PeerFailure(`the DNS does not answer for ${name} (${code})`);
    }
  }
}

const found = <T>(value: T[], ttlMs: number): Found<T[]> => ({ value, ttlMs: value.length === 0 ? undefined : ttlMs });
