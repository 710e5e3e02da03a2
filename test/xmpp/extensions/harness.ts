/**
 * A host for the tests of extensions: real hooks, tables, sessions, accounts and a real store in a temporary folder. What the
 * stream would carry is captured: `Client.received` for a session, `TestHost.sent` for what the host sends itself.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { Accounts } from '../../../xmpp/access/accounts.ts';
import { Acts } from '../../../xmpp/access/acts.ts';
import { Circles } from '../../../xmpp/access/circles.ts';
import { Clients } from '../../../xmpp/access/clients.ts';
import { Invites } from '../../../xmpp/access/invites.ts';
import { Quarantine } from '../../../xmpp/access/quarantine.ts';
import { Access } from '../../../xmpp/access/rules/access.ts';
import { Bytestreams } from '../../../xmpp/bytestreams/bytestreams.ts';
import { type Clock, systemRandom, type Timer } from '../../../xmpp/clock.ts';
import type { ExternalServices, ServerConfig } from '../../../xmpp/config.ts';
import type { Extension, Host } from '../../../xmpp/extension.ts';
import type { PeerLink } from '../../../xmpp/federation/status.ts';
import type { XmppHost } from '../../../xmpp/host.ts';
import type { Presence } from '../../../xmpp/im/presence.ts';
import { Roster } from '../../../xmpp/im/roster.ts';
import { Turns } from '../../../xmpp/im/turns.ts';
import type { Log } from '../../../xmpp/log.ts';
import { BeforeLoginTable, type StrangerStream } from '../../../xmpp/routing/before-login.ts';
import { Commands } from '../../../xmpp/routing/commands.ts';
import { DiscoTable } from '../../../xmpp/routing/disco-table.ts';
import { Hooks } from '../../../xmpp/routing/hooks.ts';
import { IqTable, type IqTarget, type IqType } from '../../../xmpp/routing/iq-table.ts';
import { Jid } from '../../../xmpp/routing/jid.ts';
import { Services } from '../../../xmpp/routing/services.ts';
import { type Outlet, Session } from '../../../xmpp/routing/session.ts';
import { Sessions } from '../../../xmpp/routing/sessions.ts';
import { errorReply, iqResult } from '../../../xmpp/routing/stanza.ts';
import { StanzaError } from '../../../xmpp/routing/stanza-error.ts';
import { change } from '../../../xmpp/store/changes.ts';
import type { Account, Role, ServerRow, Subscription } from '../../../xmpp/store/model.ts';
import type { Store } from '../../../xmpp/store/store.ts';
import { type Element, firstChild, xml } from '../../../xmpp/xml.ts';
import { openQuickStore } from '../store/quick-store.ts';

export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => silentLog };

/** Time that passes only by `pass`. */
export class TestClock implements Clock {
  ms = Date.UTC(2026, 5, 1, 12);
  #timers: { atMs: number; run: () => void }[] = [];

  nowMs(): number {
    return this.ms;
  }

  after(delayMs: number, run: () => void): Timer {
    const timer = { atMs: this.ms + delayMs, run };
    this.#timers.push(timer);
    return { cancel: () => this.#drop(timer) };
  }

  pass(ms: number): void {
    this.ms += ms;
    for (const timer of this.#timers.filter(({ atMs }) => atMs <= this.ms)) {
      this.#drop(timer);
      timer.run();
    }
  }

  #drop(timer: { run: () => void }): void {
    this.#timers = this.#timers.filter((other) => other !== timer);
  }
}

export const noExternalServices: ExternalServices = {
  offered: false,
  list: () => [],
  credentials: () => ({ username: '', password: '', expiresMs: 0 }),
  onChange: () => {},
};

export const testConfig: ServerConfig = {
  listen: { address: '127.0.0.1', c2s: 0, c2sTls: 0, s2s: 0, s2sTls: 0, proxy: 0, proxyProtocol: [] },
  components: { address: '127.0.0.1', port: 0, secrets: new Map() },
  federation: {
    enabled: false,
    mode: 'open',
    allow: [],
    deny: [],
    domains: {},
    hosts: {},
    requireCertificate: false,
    dialback: true,
    stanzasPerSecond: 0,
    sharePeers: false,
    ca: '',
  },
  dns: { servers: [] },
  externalServices: noExternalServices,
  csi: true,
  tls: { certificate: '', key: '' },
  allowPlainLoopback: false,
  archive: { days: 0, search: false },
  access: { logDays: 365, forwardReports: false, blocklists: [] },
  rooms: {
    public: false,
    membersOnly: true,
    anonymous: false,
    archive: true,
    archiveDays: 0,
    persistent: true,
    maxOccupants: 100,
  },
  limits: {
    stanzaBytes: 262_144,
    bytesBeforeLogin: 10_000,
    depth: 32,
    attributes: 64,
    streamsPerAddress: 50,
    stanzasPerSecond: 100,
    loginsPerMinute: 30,
    registrationsPerHour: 20,
    loginSeconds: 60,
    resumeSeconds: 600,
    resumeStanzas: 1000,
  },
  quotas: { archive: 0, nodes: 0, private: 0 },
  upload: {
    maxBytes: 1000,
    quotaBytes: 2500,
    days: 30,
    url: (domain) => `https://${domain}:5281/upload`,
    roomBytes: () => 1_000_000,
  },
  reachableAt: (domain) => domain,
  contact: {},
  power: { restart: () => {}, shutDown: () => {} },
  invitationUrl: (code) => `https://casp3r.local:5281/j/${code}`,
};

/** A bound session and what its client got. */
export class Client {
  readonly session: Session;
  readonly received: Element[] = [];
  closedWith: string | undefined;

  constructor(sessions: Sessions, account: Account, jid: Jid, nowMs: number) {
    const outlet: Outlet = {
      send: (stanza) => void this.received.push(stanza),
      close: (condition) => {
        this.closedWith = condition ?? '';
        sessions.end(this.session);
      },
      address: '127.0.0.1',
      secure: true,
      connected: true,
    };
    this.session = new Session(account, jid, nowMs, outlet);
    sessions.add(this.session);
  }

  get jid(): Jid {
    return this.session.jid;
  }

  available(...children: Element[]): this {
    this.session.presence = xml('presence', { from: this.jid.toString() }, ...children);
    return this;
  }
}

export class TestHost implements Host {
  readonly software = { name: 'CASP3R', version: '0.1.0' };
  readonly hooks = new Hooks();
  readonly iq = new IqTable();
  readonly beforeLogin = new BeforeLoginTable();
  readonly disco = new DiscoTable();
  readonly services = new Services();
  readonly sessions = new Sessions(this.hooks);
  readonly turns = new Turns();
  readonly clock: TestClock;
  readonly random = systemRandom;
  readonly bytestreams = new Bytestreams(new TestClock());
  readonly log = silentLog;
  config: ServerConfig = testConfig;
  readonly store: Store;
  readonly accounts: Accounts;
  readonly clients: Clients;
  readonly invites: Invites;
  readonly access: Access;
  readonly quarantine: Quarantine;
  readonly circles: Circles;
  readonly acts: Acts;
  readonly commands: Commands;
  readonly roster: Roster;
  readonly presence: Presence;
  /** What the host itself sent, in order. */
  readonly sent: Element[] = [];
  readonly #serverId: string;
  #ids = 0;

  constructor(store: Store, clock: TestClock, serverId: string) {
    this.store = store;
    this.clock = clock;
    this.#serverId = serverId;
    this.accounts = new Accounts(this);
    this.clients = new Clients(this);
    this.invites = new Invites(this);
    this.access = new Access(this);
    store.onCommitted((changes) => this.access.forget(changes));
    this.quarantine = new Quarantine(this);
    this.circles = new Circles(this);
    this.acts = new Acts(this);
    this.commands = new Commands(this);
    this.roster = new Roster(this as unknown as XmppHost);
    this.presence = {
      fromSession: async () => {},
      toAccount: async () => {},
      setSeen: () => {},
    } as unknown as Presence;
  }

  get server(): ServerRow {
    const row = this.store.servers.all().find(({ id }) => id === this.#serverId);
    if (!row) throw new Error('no server');
    return row;
  }

  attach(...extensions: Extension[]): this {
    for (const extension of extensions) extension.attach(this);
    return this;
  }

  serves(domain: string): boolean {
    return domain === this.server.domain || this.server.fallbacks.includes(domain);
  }

  isBeside(_domain: string): boolean {
    return false;
  }

  knownAs(jid: Jid): Jid {
    return this.serves(jid.domain) ? Jid.of(jid.local, this.server.domain, jid.resource) : jid;
  }

  addressOf(account: Account): string {
    return `${account.local}@${this.server.domain}`;
  }

  isSelf(account: Account, jid: Jid): boolean {
    return jid.local === account.local && this.serves(jid.domain);
  }

  send(stanza: Element): void {
    this.sent.push(stanza);
  }

  async query(iq: Element): Promise<Element | undefined> {
    this.sent.push(iq);
    return undefined;
  }

  links(): readonly PeerLink[] {
    return [];
  }

  onStop(): void {}

  /** The same host as it is after a restart: what was in memory is gone. */
  again(): TestHost {
    return new TestHost(this.store, this.clock, this.#serverId);
  }

  async configure(row: Partial<ServerRow>): Promise<void> {
    await this.store.journal.commit(change('server set', { ...this.server, ...row }));
  }

  /** An account without a password, made without the work of one. */
  async member(local: string, role: Role = 'member'): Promise<Account> {
    const account: Account = {
      id: this.store.newId(),
      server: this.#serverId,
      local,
      role,
      status: 'active',
      createdMs: this.clock.nowMs(),
    };
    await this.store.journal.commit(change('account created', { account, credentials: [] }));
    return account;
  }

  async contact(account: Account, contact: string, subscription: Subscription): Promise<void> {
    const item = { contact, name: '', groups: [], subscription, ask: false, approved: false };
    await this.store.journal.commit(change('roster item set', { account: account.id, item }));
  }

  client(account: Account, resource: string): Client {
    const jid = Jid.of(account.local, this.server.domain, resource);
    return new Client(this.sessions, account, jid, this.clock.nowMs());
  }

  /**
   * What answers an IQ of this client: a result, or the error that a thrown StanzaError makes. Without `to` it is for its own
   * account. Who may ask is the router's to hold (routing/iq.ts), not looked at here.
   */
  async ask(client: Client, type: IqType, payload: Element, to?: string): Promise<Element> {
    this.#ids += 1;
    const stanza = xml('iq', { type, id: `ask-${this.#ids}`, to, from: client.jid.toString() }, payload);
    const address = to === undefined ? client.jid.bare : Jid.parse(to);
    const target: IqTarget = address.local === '' ? 'server' : 'account';
    const account = address.local === '' ? client.session.account : this.accounts.find(address.local);
    const entry = this.iq.find(type, target, payload);
    return answer(stanza, () => {
      if (!entry) throw new StanzaError('service-unavailable');
      const { session, jid: from } = client;
      return entry.handler({ type, stanza, payload, from, to: address, session, account });
    });
  }

  /** The same for a stream that has not logged in. */
  async askUnknown(stream: StrangerStream, type: IqType, payload: Element): Promise<Element> {
    const stanza = xml('iq', { type, id: 'unknown', to: this.server.domain }, payload);
    const handler = this.beforeLogin.find(type, payload);
    return answer(stanza, () => {
      if (!handler) throw new StanzaError('not-authorized');
      return handler({ type, stanza, payload, stream });
    });
  }
}

async function answer(stanza: Element, handle: () => Element | undefined | Promise<Element | undefined>) {
  try {
    return iqResult(stanza, await handle());
  } catch (error) {
    if (error instanceof StanzaError) return errorReply(stanza, error);
    throw error;
  }
}

/** A host of `casp3r.local` with these extensions; all of it is gone at the end of the test. */
export async function testHost(...extensions: Extension[]): Promise<TestHost> {
  const folder = mkdtempSync(join(tmpdir(), 'casp3r-host-'));
  const clock = new TestClock();
  const store = await openQuickStore(folder, clock);
  onTestFinished(async () => {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const server: ServerRow = {
    id: store.newId(),
    domain: 'casp3r.local',
    fallbacks: [],
    mode: 'family',
    registration: 'invite',
  };
  await store.journal.commit(change('server set', server));
  return new TestHost(store, clock, server.id).attach(...extensions);
}

/** The condition of an error reply; undefined for anything else. */
export function conditionOf(reply: Element): string | undefined {
  return reply.getChild('error')?.getChildElements()[0]?.name;
}

/** The payload of a result. @throws Error where it is none or empty */
export function payloadOf(reply: Element): Element {
  const payload = firstChild(reply);
  if (reply.attrs.type !== 'result' || !payload) throw new Error(`no result: ${reply}`);
  return payload;
}
