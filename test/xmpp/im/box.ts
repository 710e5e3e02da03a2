/**
 * Two hosts of one box over a real store, with the real way of a stanza between them; only the streams are stood in for.
 * `near.example` has the fallback domain `old.near.example`; what comes from elsewhere comes by `fromAfar`.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Bytestreams } from '../../../xmpp/bytestreams/bytestreams.ts';
import { systemRandom } from '../../../xmpp/clock.ts';
import type { ServerConfig } from '../../../xmpp/config.ts';
import type { Extension } from '../../../xmpp/extension.ts';
import type { PeerLink } from '../../../xmpp/federation/status.ts';
import { XmppHost } from '../../../xmpp/host.ts';
import { Inbound } from '../../../xmpp/routing/inbound.ts';
import { Jid } from '../../../xmpp/routing/jid.ts';
import { Router } from '../../../xmpp/routing/router.ts';
import { findService } from '../../../xmpp/routing/services.ts';
import type { Session } from '../../../xmpp/routing/session.ts';
import { errorReply, mayBeAnswered } from '../../../xmpp/routing/stanza.ts';
import { StanzaError } from '../../../xmpp/routing/stanza-error.ts';
import { change } from '../../../xmpp/store/changes.ts';
import type { Account } from '../../../xmpp/store/model.ts';
import type { Store } from '../../../xmpp/store/store.ts';
import { clone, type Element, xml } from '../../../xmpp/xml.ts';
import { Client, silentLog, TestClock, testConfig } from '../extensions/harness.ts';
import { openQuickStore } from '../store/quick-store.ts';

export class Box {
  readonly store: Store;
  readonly clock: TestClock;
  readonly near: XmppHost;
  readonly other: XmppHost;
  /** What the hosts themselves sent to domains that are not theirs. */
  readonly abroad: Element[] = [];
  /** To other servers, as each host is told of them. */
  readonly links = new Map<XmppHost, PeerLink[]>();
  readonly #router: Router;
  readonly #inbound: Inbound;
  readonly #underWay = new Set<Promise<void>>();
  #count = 0;

  constructor(
    store: Store,
    clock: TestClock,
    ids: { near: string; other: string },
    extensions: readonly Extension[],
    config: ServerConfig,
  ) {
    this.store = store;
    this.clock = clock;
    const surroundings = {
      store,
      clock,
      random: systemRandom,
      log: silentLog,
      config,
      bytestreams: new Bytestreams(clock),
      software: { name: 'test', version: '0' },
      isBeside: () => false,
      hostOf: (domain: string) => this.#hostOf(domain),
      send: (stanza: Element) => this.#send(stanza),
      linksOf: (host: XmppHost) => this.links.get(host) ?? [],
      activity: () => {},
    };
    this.near = new XmppHost(ids.near, surroundings);
    this.other = new XmppHost(ids.other, surroundings);
    for (const host of [this.near, this.other]) host.attach(extensions);
    this.#router = new Router((domain) => this.#hostOf(domain), []);
    const hooksOf = ({ jid }: Session) => (this.#hostOf(jid.domain) ?? this.near).hooks;
    this.#inbound = new Inbound(this.#router, hooksOf, silentLog);
  }

  /** Exceptions in handlers. */
  get faults(): number {
    return this.#inbound.faults;
  }

  async member(host: XmppHost, name = 'member'): Promise<Account> {
    this.#count += 1;
    const local = `${name}${this.#count}`;
    const { server } = host;
    const account: Account = {
      id: this.store.newId(),
      server: server.id,
      local,
      role: 'member',
      status: 'active',
      createdMs: 0,
    };
    await this.store.journal.commit(change('account created', { account, credentials: [] }));
    return account;
  }

  /** A connected resource; nothing is sent for it. */
  client(host: XmppHost, account: Account, resource: string, domain = host.server.domain): Client {
    return new Client(host.sessions, account, Jid.of(account.local, domain, resource), this.clock.nowMs());
  }

  /** One that asked for its roster and is available; what it got by that is forgotten. */
  async online(host: XmppHost, account: Account, resource: string, ...children: Element[]): Promise<Client> {
    const client = this.client(host, account, resource);
    await this.says(client, iq('get', rosterQuery()), xml('presence', {}, ...children));
    client.received.splice(0);
    return client;
  }

  /** Sends as the client would; resolves when all that follows from it has happened. */
  async says(client: Client, ...stanzas: Element[]): Promise<void> {
    for (const stanza of stanzas) await this.#inbound.receive(client.session, clone(stanza));
    await this.settled();
  }

  async fromAfar(stanza: Element): Promise<void> {
    this.#send(stanza);
    await this.settled();
  }

  async settled(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  async contact(
    account: Account,
    contact: string,
    item: Partial<{ subscription: 'none' | 'to' | 'from' | 'both'; ask: boolean; approved: boolean }>,
  ) {
    const whole = {
      contact,
      name: '',
      groups: [],
      subscription: 'none' as const,
      ask: false,
      approved: false,
      ...item,
    };
    await this.store.journal.commit(change('roster item set', { account: account.id, item: whole }));
  }

  /** Both sides see each other. */
  async friends(one: Account, oneHost: XmppHost, two: Account, twoHost: XmppHost): Promise<void> {
    await this.contact(one, twoHost.addressOf(two), { subscription: 'both' });
    await this.contact(two, oneHost.addressOf(one), { subscription: 'both' });
  }

  #hostOf(domain: string): XmppHost | undefined {
    return [this.near, this.other].find((host) => host.serves(domain));
  }

  #send(stanza: Element): void {
    const from = Jid.parse(stanza.attrs.from ?? '');
    const to = Jid.parse(stanza.attrs.to ?? '');
    const hostOf = (domain: string) => this.#hostOf(domain);
    if (!hostOf(to.domain) && !findService(to.domain, hostOf)) {
      this.abroad.push(stanza);
      return;
    }
    const host = hostOf(from.domain) ?? findService(from.domain, hostOf)?.host;
    const done = this.#router
      .route(stanza, to, { from, session: undefined, host, turn: undefined })
      .catch((error: unknown) => {
        const answer = error instanceof StanzaError ? error : this.#inbound.fault(error, from, stanza);
        if (mayBeAnswered(stanza)) this.abroad.push(errorReply(stanza, answer));
      })
      .finally(() => this.#underWay.delete(done));
    this.#underWay.add(done);
  }
}

/** A box in a temporary folder, and what takes it down again. */
export async function openBox(
  extensions: readonly Extension[] = [],
  config = testConfig,
): Promise<{ box: Box; folder: string; close: () => Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'casp3r-im-'));
  const clock = new TestClock();
  const store = await openQuickStore(folder, clock);
  const ids = { near: store.newId(), other: store.newId() };
  const row = { mode: 'open', registration: 'invite' } as const;
  await store.journal.commit(
    change('server set', { id: ids.near, domain: 'near.example', fallbacks: ['old.near.example'], ...row }),
    change('server set', { id: ids.other, domain: 'other.example', fallbacks: [], ...row }),
  );
  const close = async () => {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { box: new Box(store, clock, ids, extensions, config), folder, close };
}

let ids = 0;

export function iq(type: 'get' | 'set', payload: Element, to?: string): Element {
  ids += 1;
  return xml('iq', { type, id: `iq-${ids}`, ...(to !== undefined && { to }) }, payload);
}

export function rosterQuery(attrs: Record<string, string> = {}, ...items: Element[]): Element {
  return xml('query', { xmlns: 'jabber:iq:roster', ...attrs }, ...items);
}

export function presence(type?: string, to?: string, ...children: Element[]): Element {
  return xml('presence', { type, to }, ...children);
}

/** A line for each stanza, so that tests read as a list: `presence:subscribe from`, `push:contact/from`, … */
export function seen(client: Client): string[] {
  return client.received.splice(0).map(line);
}

export function line(stanza: Element): string {
  const { type, from } = stanza.attrs;
  const item = stanza.getChild('query', 'jabber:iq:roster')?.getChild('item');
  if (stanza.name === 'iq' && type === 'set' && item) {
    const { jid, subscription, ask, approved } = item.attrs;
    return ['push', jid, subscription, ...(ask ? ['ask'] : []), ...(approved === 'true' ? ['approved'] : [])].join(' ');
  }
  const condition = stanza.getChild('error')?.getChildElements()[0]?.name;
  return [
    `${stanza.name}${type ? `:${type}` : ''}`,
    ...(stanza.name === 'presence' ? [from] : []),
    ...(condition ? [condition] : []),
  ].join(' ');
}
