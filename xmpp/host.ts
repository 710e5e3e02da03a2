/** One XMPP host of the box: all that belongs to one server's domain, put together. What extensions see of it is `Host`. */
import { Accounts } from './access/accounts.ts';
import { Acts } from './access/acts.ts';
import { Circles } from './access/circles.ts';
import { Clients } from './access/clients.ts';
import { Invites } from './access/invites.ts';
import { Quarantine } from './access/quarantine.ts';
import { Access } from './access/rules/access.ts';
import type { Bytestreams } from './bytestreams/bytestreams.ts';
import type { Clock, Random } from './clock.ts';
import type { ServerConfig } from './config.ts';
import type { Extension, Host } from './extension.ts';
import type { PeerLink } from './federation/status.ts';
import { Messages } from './im/message.ts';
import { Presence } from './im/presence.ts';
import { Roster } from './im/roster.ts';
import { Turns } from './im/turns.ts';
import type { Log } from './log.ts';
import { BeforeLoginTable } from './routing/before-login.ts';
import { Commands } from './routing/commands.ts';
import { DiscoTable } from './routing/disco-table.ts';
import { Hooks } from './routing/hooks.ts';
import { Iqs } from './routing/iq.ts';
import { IqTable } from './routing/iq-table.ts';
import { Jid } from './routing/jid.ts';
import { Services } from './routing/services.ts';
import type { Session } from './routing/session.ts';
import { Sessions } from './routing/sessions.ts';
import type { Change } from './store/changes.ts';
import type { Account, ServerRow } from './store/model.ts';
import type { Store } from './store/store.ts';
import type { Element } from './xml.ts';

const QUERY_TIMEOUT_MS = 30_000;

/** What all hosts of a box share. */
export interface HostSurroundings {
  store: Store;
  clock: Clock;
  random: Random;
  log: Log;
  config: ServerConfig;
  bytestreams: Bytestreams;
  software: { name: string; version: string };
  isBeside(domain: string): boolean;
  hostOf(domain: string): XmppHost | undefined;
  send(stanza: Element, inNameOf?: Session): void;
  linksOf(host: XmppHost): readonly PeerLink[];
  activity(): void;
}

export class XmppHost implements Host {
  readonly hooks = new Hooks();
  readonly iq = new IqTable();
  readonly beforeLogin = new BeforeLoginTable();
  readonly disco = new DiscoTable();
  readonly services = new Services();
  readonly sessions = new Sessions(this.hooks);
  readonly turns = new Turns();
  readonly iqs = new Iqs(this);
  readonly messages = new Messages(this);
  readonly roster: Roster;
  readonly presence: Presence;
  readonly accounts: Accounts;
  readonly clients: Clients;
  readonly invites: Invites;
  readonly access: Access;
  readonly quarantine: Quarantine;
  readonly circles: Circles;
  readonly acts: Acts;
  readonly commands: Commands;
  readonly bytestreams: Bytestreams;
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  /** Names the server as it is called now. */
  log: Log;
  readonly config: ServerConfig;
  readonly software: { name: string; version: string };
  readonly #surroundings: HostSurroundings;
  readonly #id: string;
  readonly #undo: (() => void)[] = [];

  constructor(id: string, surroundings: HostSurroundings) {
    this.#id = id;
    this.#surroundings = surroundings;
    this.store = surroundings.store;
    this.clock = surroundings.clock;
    this.random = surroundings.random;
    this.config = surroundings.config;
    this.bytestreams = surroundings.bytestreams;
    this.software = surroundings.software;
    this.log = this.#namedLog();
    this.accounts = new Accounts(this);
    this.clients = new Clients(this);
    this.invites = new Invites(this);
    this.access = new Access(this);
    this.quarantine = new Quarantine(this);
    this.circles = new Circles(this);
    this.acts = new Acts(this);
    this.commands = new Commands(this);
    this.roster = new Roster(this);
    this.presence = new Presence(this);
  }

  /** Adds what the core handles itself, then the extensions in their order. */
  attach(extensions: readonly Extension[]): void {
    const decided = (changes: readonly Change[]) => {
      if (this.access.forget(changes)) this.hooks.run('access changed', { changes });
    };
    this.onStop(this.store.onCommitted(decided));
    this.hooks.on('addresses moved', () => {
      this.log = this.#namedLog();
    });
    this.roster.attach();
    this.presence.attach();
    this.clients.attach();
    this.circles.attach();
    for (const extension of extensions) {
      for (const target of ['server', 'account'] as const) {
        this.disco.addFeatures(target, extension.features?.[target] ?? []);
        this.disco.addIdentities(target, extension.identities?.[target] ?? []);
      }
      extension.attach(this);
    }
  }

  get server(): ServerRow {
    const row = this.store.servers.all().find(({ id }) => id === this.#id);
    if (!row) throw new Error(`server ${this.#id} is not in the store`);
    return row;
  }

  #namedLog(): Log {
    return this.#surroundings.log.child({ server: this.server.domain });
  }

  serves(domain: string): boolean {
    const { domain: primary, fallbacks } = this.server;
    return domain === primary || fallbacks.includes(domain);
  }

  isBeside(domain: string): boolean {
    return this.#surroundings.isBeside(domain);
  }

  /** Whether this is a domain of one of the servers of the box. */
  isOfBox(domain: string): boolean {
    return this.#surroundings.hostOf(domain) !== undefined;
  }

  knownAs(jid: Jid): Jid {
    if (jid.domain === this.server.domain) return jid;
    const domain = this.#surroundings.hostOf(jid.domain)?.server.domain;
    if (domain === undefined || domain === jid.domain) return jid;
    const bare = jid.local === '' ? domain : `${jid.local}@${domain}`;
    return Jid.parse(jid.isBare ? bare : `${bare}/${jid.resource}`);
  }

  addressOf(account: Account): string {
    return `${account.local}@${this.server.domain}`;
  }

  /** Whether this address is the account's own, at any of the host's domains, with or without a resource. */
  isSelf(account: Account, jid: Jid): boolean {
    return jid.local === account.local && this.serves(jid.domain);
  }

  send(stanza: Element, inNameOf?: Session): void {
    this.#surroundings.send(stanza, inNameOf);
  }

  links(): readonly PeerLink[] {
    return this.#surroundings.linksOf(this);
  }

  query(iq: Element, timeoutMs = QUERY_TIMEOUT_MS): Promise<Element | undefined> {
    return this.iqs.query(iq, timeoutMs);
  }

  activity(): void {
    this.#surroundings.activity();
  }

  onStop(undo: () => void): void {
    this.#undo.push(undo);
  }

  stop(): void {
    for (const undo of this.#undo.splice(0).reverse()) undo();
  }
}
