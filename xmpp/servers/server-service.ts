/**
 * The servers of one box, changed while it runs: each an XMPP host with its members, rules, rooms and domains. Every refusal is a
 * RangeError in words for who asked.
 */
import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import { COMMAND_LINE } from '../access/acts.ts';
import { registrationIn } from '../access/rules/modes.ts';
import type { Clock, Random } from '../clock.ts';
import { serviceSubdomains } from '../facts.ts';
import type { XmppHost } from '../host.ts';
import type { Hosts } from '../hosts.ts';
import type { Log } from '../log.ts';
import { typedDomain } from '../routing/typed-domain.ts';
import { change } from '../store/changes.ts';
import type { Mode, ServerRow } from '../store/model.ts';
import type { Store } from '../store/store.ts';
import { movedFrom } from './moved-address.ts';
import { promotionChanges } from './promotion.ts';
import { renamedContacts, tellOfMove } from './tell-of-move.ts';

export interface ServerServiceOptions {
  hosts: Hosts;
  /** Whether a component has this domain. */
  isBeside(domain: string): boolean;
  store: Store;
  clock: Clock;
  random: Random;
  log: Log;
}

/** Of a name in the DNS (RFC 1035 section 2.3.4), as it is written there, without the dot that ends it. */
const MAX_NAME = 253;
/** More addresses than a certificate of the box's own should name. */
const MAX_DOMAINS = 100;

export class ServerService {
  readonly #options: ServerServiceOptions;
  /** One change of servers at a time. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: ServerServiceOptions) {
    this.#options = options;
  }

  /** A server with nobody in it: the first account that is made there is its administrator. @throws RangeError */
  add(typed: string, mode: Mode): Promise<ServerRow> {
    return this.#inTurn(async () => {
      const { hosts, store, log } = this.#options;
      const domain = this.#free(typed);
      const row: ServerRow = { id: store.newId(), domain, fallbacks: [], mode, registration: registrationIn(mode) };
      await store.journal.commit(change('server set', row));
      const host = hosts.add(row.id);
      await store.journal.commit(host.acts.change(COMMAND_LINE, 'server added', domain));
      log.info({ domain, mode }, 'a server was added');
      return row;
    });
  }

  /**
   * Takes away a server with everybody and everything in it. Contacts of its members are told.
   * @throws RangeError also for the first server of the box
   */
  remove(typed: string): Promise<ServerRow> {
    return this.#inTurn(async () => {
      const { hosts, store, log } = this.#options;
      const host = this.#called(typed);
      if (host === hosts.first)
        throw new RangeError('this is the first server of the box, which its panel speaks for; rename it instead');
      const { server } = host;
      host.hooks.run('server stopping', {});
      for (const account of host.accounts.list()) await host.accounts.remove(account);
      const act = hosts.first?.acts.changes(COMMAND_LINE, 'server removed', server.domain) ?? [];
      await store.journal.commit(change('server removed', { server: server.id }), ...act);
      hosts.remove(host);
      // Of accounts that were made meanwhile.
      for (const session of [...host.sessions.all()]) session.outlet.close('host-gone');
      log.warn({ domain: server.domain }, 'a server was removed');
      return server;
    });
  }

  /** Another domain that reaches the same accounts. @throws RangeError */
  addFallback(typed: string, fallback: string): Promise<ServerRow> {
    return this.#inTurn(async () => {
      const host = this.#known(typed);
      const domain = this.#free(fallback);
      return this.#set(host, { fallbacks: [...host.server.fallbacks, domain] }, `fallback added: ${domain}`);
    });
  }

  /** Who is logged in there has to log in at another domain. @throws RangeError */
  removeFallback(typed: string, fallback: string): Promise<ServerRow> {
    return this.#inTurn(async () => {
      const host = this.#known(typed);
      const domain = typedDomain(fallback);
      const { fallbacks } = host.server;
      if (!fallbacks.includes(domain)) throw new RangeError(`${domain} is no fallback of ${host.server.domain}`);
      const gone = [...host.sessions.all()].filter(({ jid }) => jid.domain === domain);
      for (const session of gone) session.outlet.close('host-gone', `${domain} is no address of this server any more`);
      const rest = fallbacks.filter((each) => each !== domain);
      return this.#set(host, { fallbacks: rest }, `fallback removed: ${domain}`);
    });
  }

  /** A fallback becomes the primary domain, and the primary one a fallback. @throws RangeError */
  promote(typed: string): Promise<ServerRow> {
    return this.#inTurn(async () => {
      const host = this.#known(typed);
      const domain = typedDomain(typed);
      if (domain === host.server.domain) throw new RangeError(`${domain} is the primary domain of its server already`);
      return this.#promote(host, domain);
    });
  }

  /** The same with a domain that is free, or a fallback of this server. @throws RangeError */
  rename(typed: string, name: string): Promise<ServerRow> {
    return this.#inTurn(async () => {
      const host = this.#called(typed);
      const domain = host.server.fallbacks.includes(typedDomain(name)) ? typedDomain(name) : this.#free(name);
      return this.#promote(host, domain);
    });
  }

  #promote(host: XmppHost, to: string): Promise<ServerRow> {
    return host.turns.run(host.server.id, () => this.#promoteInTurn(host, to));
  }

  async #promoteInTurn(host: XmppHost, to: string): Promise<ServerRow> {
    const { hosts, store, log } = this.#options;
    const from = host.server.domain;
    const labels = serviceSubdomains();
    const promotion = { host, hosts: hosts.all, from, to, labels, moved: movedFrom(from, to, labels) };
    const renamed = renamedContacts(promotion);
    const act = host.acts.change(COMMAND_LINE, 'server promoted', `${to} in place of ${from}`);
    await store.journal.commit(...promotionChanges(promotion), act);
    log.warn({ from, to }, 'a server has another primary domain');
    tellOfMove(promotion, renamed);
    return host.server;
  }

  /** In the turn of the server, whose mode may be changed at the same time (RuleBook). */
  #set(host: XmppHost, what: Partial<ServerRow>, act: string): Promise<ServerRow> {
    const { journal } = this.#options.store;
    return host.turns.run(host.server.id, async () => {
      const row = { ...host.server, ...what };
      await journal.commit(change('server set', row), host.acts.change(COMMAND_LINE, act, row.domain));
      return row;
    });
  }

  /** By its primary domain: what is done to a server is not meant for one of its fallbacks. @throws RangeError */
  #called(typed: string): XmppHost {
    const host = this.#known(typed);
    const domain = typedDomain(typed);
    const { domain: primary } = host.server;
    if (domain !== primary)
      throw new RangeError(`${domain} is a fallback of ${primary}: "server fallback remove" takes it away`);
    return host;
  }

  /** By its domain or a fallback. @throws RangeError */
  #known(typed: string): XmppHost {
    const { hosts } = this.#options;
    const domain = typedDomain(typed);
    const host = hosts.of(domain);
    const all = hosts.all.map(({ server }) => server.domain).join(', ');
    if (!host) throw new RangeError(`there is no server ${domain}; there is ${all}`);
    return host;
  }

  /** @throws RangeError where anything of the box answers at this domain, or would stand in the way of its services */
  #free(typed: string): string {
    const { hosts, isBeside } = this.#options;
    const domain = typedDomain(typed);
    const names = [domain, ...serviceSubdomains().map((label) => `${label}.${domain}`)];
    if (isIP(domain.replace(/^\[|\]$/g, '')) > 0)
      throw new RangeError(`${domain} is the address of a machine; a server has a name, such as chat.example`);
    if (names.some((name) => domainToASCII(name).length > MAX_NAME))
      throw new RangeError(`${domain} is too long for the names of its services, such as rooms.${domain}`);
    if (hosts.isOwn(domain)) throw new RangeError(`the box answers at ${domain} already`);
    const inTheWay = names.find((name) => isBeside(name) || hosts.isOwn(name));
    if (inTheWay !== undefined) throw new RangeError(`something of the box answers at ${inTheWay} already`);
    const count = hosts.all.reduce((sum, { server }) => sum + 1 + server.fallbacks.length, 0);
    if (count >= MAX_DOMAINS) throw new RangeError(`a box has at most ${MAX_DOMAINS} domains`);
    return domain;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }
}
