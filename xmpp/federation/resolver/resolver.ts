/** Where the server of a domain is: fixed places, SRV records (RFC 6120 section 3.2, XEP-0368), or the domain's own address. */
import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import { isHome, isInner } from '../../address-ranges.ts';
import type { FederationConfig } from '../../config.ts';
import { asFailure, PeerFailure } from '../failure.ts';
import { isOnion } from '../onion.ts';
import type { Dns, SrvAnswer } from './dns.ts';
import { inOrder } from './srv.ts';

export interface Target {
  /** A name in A-labels, lower case, or an address. */
  host: string;
  port: number;
  directTls: boolean;
  /** A guess, for this is why it could not be learned where the server is. Who answers there has to prove it by its certificate. */
  doubt?: PeerFailure;
}

export interface ResolverOptions {
  dns: Dns;
  /** As FederationConfig has them. */
  hosts: FederationConfig['hosts'];
  /** Whether there is tor to dial onion addresses by. */
  dialsOnions(): boolean;
  /** A number from 0 to below 1. */
  random: () => number;
  /** Whether a place that the DNS of a stranger names may be this machine itself; tests only. */
  loopbackAllowed: boolean;
  /** Of the interfaces of this machine. */
  ownAddresses: () => readonly string[];
}

const PORT = 5269;
/** Among fixed places: whatever the DNS says. */
const DNS = 'dns';
const GONE = { kind: 'unresolved', lasting: true } as const;
const MAX_TARGETS = 8;
const MAX_ADDRESSES = 6;

/** Names that only the home's own DNS knows (RFC 6761, 6762, 8375, and ICANN's `internal`): no stranger says where they lead. */
const HOME_NAME = /^[^.]+$|(?:^|\.)(?:home\.arpa|internal|lan|local|test)$/;

export class Resolver {
  readonly #options: ResolverOptions;

  constructor(options: ResolverOptions) {
    this.#options = options;
  }

  /** In the order in which they are to be tried; at least one. @throws PeerFailure */
  async targets(domain: string): Promise<Target[]> {
    const { dialsOnions } = this.#options;
    const targets: Target[] = [];
    let failure: PeerFailure | undefined;
    for (const place of this.#places(domain)) {
      if (place !== DNS) targets.push(parsePlace(place));
      else
        await this.#byDns(asciiOf(domain)).then(
          (found) => void targets.push(...found),
          (error: unknown) => {
            failure = asFailure(error);
          },
        );
    }
    const reachable = targets.filter(({ host }) => !isOnion(host) || dialsOnions());
    const isGuess = ({ doubt }: Target) => Number(doubt !== undefined);
    if (reachable.length > 0) return reachable.sort((one, other) => isGuess(one) - isGuess(other));
    throw failure ?? new PeerFailure(`${domain} is reached by tor only, which is not there or not switched on`, GONE);
  }

  /** IPv6 and IPv4 in turns (RFC 8305 section 4); at least one. @throws PeerFailure */
  async addresses({ host }: Target, domain: string): Promise<string[]> {
    if (isOnion(host)) throw new PeerFailure(`${host} has no address outside of tor`, GONE);
    if (isIP(host) !== 0 && this.#isFixed(host, domain)) return [host];
    const { v6, v4 } = isIP(host) !== 0 ? { v6: [host], v4: [] } : await this.#options.dns.addresses(host);
    const all = Array.from({ length: Math.max(v6.length, v4.length) }, (_, i) => [v6[i], v4[i]]).flat();
    const known = all.filter((address) => address !== undefined);
    const usable = known.filter((address) => this.#mayDial(address, host, domain)).slice(0, MAX_ADDRESSES);
    if (usable.length > 0) return usable;
    if (known.some((address) => this.#isOwn(address)))
      throw new PeerFailure(`${host} is this box itself, which does not serve ${domain}`, GONE);
    if (known.length > 0) throw new PeerFailure(`${host} has only addresses that are not on the Internet`, GONE);
    throw new PeerFailure(`${host} has no address`, GONE);
  }

  /** A stranger's DNS must not have the box knock at doors that only the box can reach, nor learn which of them are open. */
  #mayDial(address: string, host: string, domain: string): boolean {
    if (this.#options.loopbackAllowed || this.#isFixed(host, domain)) return true;
    if (isInner(address) || this.#isOwn(address)) return false;
    return !isHome(address) || (HOME_NAME.test(domain) && isIP(withoutBrackets(domain)) === 0);
  }

  #isOwn(address: string): boolean {
    return this.#options.ownAddresses().includes(address);
  }

  #places(domain: string): readonly string[] {
    return [this.#options.hosts[domain] ?? DNS].flat();
  }

  /** It is the owner who says that the domain is there. */
  #isFixed(host: string, domain: string): boolean {
    return this.#places(domain).some((place) => place !== DNS && parsePlace(place).host === host);
  }

  /** @throws PeerFailure */
  async #byDns(ascii: string): Promise<Target[]> {
    const literal = withoutBrackets(ascii);
    if (isIP(literal) !== 0) return [{ host: literal, port: PORT, directTls: false }];
    const records = isOnion(ascii) ? undefined : await this.#srvTargets(ascii);
    return records ?? [{ host: ascii, port: PORT, directTls: false }];
  }

  /** Undefined where the domain has no SRV records. A target of '.' says that there is no such service. */
  async #srvTargets(ascii: string): Promise<Target[] | undefined> {
    const { dns, random } = this.#options;
    const [direct, plain] = await Promise.allSettled([
      dns.srv(`_xmpps-server._tcp.${ascii}`),
      dns.srv(`_xmpp-server._tcp.${ascii}`),
    ]);
    const records = [...recordsOf(direct, true), ...recordsOf(plain, false)];
    if (records.length > 0) {
      return inOrder(records, random)
        .slice(0, MAX_TARGETS)
        .map(({ name, port, directTls }) => ({ host: name, port, directTls }));
    }
    const failed = [plain, direct].find((answer) => answer.status === 'rejected');
    if (plain.status === 'fulfilled' && plain.value.length > 0)
      throw failed?.reason ?? new PeerFailure(`${ascii} says that it has no XMPP server`, GONE);
    // RFC 6120 section 3.2.1, step 9: no answer is tried as no records are.
    return failed && [{ host: ascii, port: PORT, directTls: false, doubt: asFailure(failed.reason) }];
  }
}

function recordsOf(answer: PromiseSettledResult<SrvAnswer[]>, directTls: boolean) {
  if (answer.status === 'rejected') return [];
  return answer.value
    .map((record) => ({ ...record, name: record.name.replace(/\.$/, '').toLowerCase(), directTls }))
    .filter(({ name, port }) => name !== '' && port !== 0);
}

/** An internationalised name as the DNS, TLS and certificates know it. */
export function asciiOf(domain: string): string {
  return domainToASCII(domain) || domain;
}

const withoutBrackets = (host: string) => host.replace(/^\[|\]$/g, '');

function parsePlace(place: string): Target {
  const [, host = '', port = '', tls] = /^(.+):(\d+)( tls)?$/.exec(place) ?? [];
  return { host: withoutBrackets(host).toLowerCase(), port: Number(port), directTls: tls !== undefined };
}
