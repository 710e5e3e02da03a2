/** What an extension is, and the narrow host that it attaches to. */
import type { Accounts } from './access/accounts.ts';
import type { Acts } from './access/acts.ts';
import type { Circles } from './access/circles.ts';
import type { Clients } from './access/clients.ts';
import type { Invites } from './access/invites.ts';
import type { Quarantine } from './access/quarantine.ts';
import type { Access } from './access/rules/access.ts';
import type { Bytestreams } from './bytestreams/bytestreams.ts';
import type { Clock, Random } from './clock.ts';
import type { ServerConfig } from './config.ts';
import type { PeerLink } from './federation/status.ts';
import type { Presence } from './im/presence.ts';
import type { Roster } from './im/roster.ts';
import type { Turns } from './im/turns.ts';
import type { Log } from './log.ts';
import type { BeforeLoginTable } from './routing/before-login.ts';
import type { Commands } from './routing/commands.ts';
import type { DiscoTable, DiscoTarget, Identity } from './routing/disco-table.ts';
import type { Hooks } from './routing/hooks.ts';
import type { IqTable } from './routing/iq-table.ts';
import type { Jid } from './routing/jid.ts';
import type { Services } from './routing/services.ts';
import type { Session } from './routing/session.ts';
import type { Sessions } from './routing/sessions.ts';
import type { Account, ServerRow } from './store/model.ts';
import type { Store } from './store/store.ts';
import type { Element } from './xml.ts';

/** A protocol that the extension speaks. The table docs/xeps.md and the DOAP file are generated from these. */
export interface XepFact {
  /** Four digits. */
  number: string;
  title: string;
  version: string;
  status: 'complete' | 'partial';
  /** What is missing of a partial one, or why. */
  note?: string;
}

export interface Extension {
  /** For logs; the file's name. */
  name: string;
  xep: readonly XepFact[];
  features?: Partial<Record<DiscoTarget, readonly string[]>>;
  identities?: Partial<Record<DiscoTarget, readonly Identity[]>>;
  /** Labels of the services that it adds beside the host's domains; the certificate names them. */
  subdomains?: readonly string[];
  /** Adds its handlers. Called once, in the order of xmpp/extensions.ts, before any listener opens. */
  attach(host: Host): void;
}

/** One XMPP host as the parts of the server see it. */
export interface Host {
  /** As the store has it now; read it anew rather than keep it. */
  readonly server: ServerRow;
  readonly software: { name: string; version: string };
  readonly hooks: Hooks;
  readonly iq: IqTable;
  readonly beforeLogin: BeforeLoginTable;
  readonly disco: DiscoTable;
  /** Ad-hoc commands (XEP-0050). */
  readonly commands: Commands;
  readonly services: Services;
  readonly sessions: Sessions;
  readonly roster: Roster;
  readonly presence: Presence;
  readonly accounts: Accounts;
  readonly clients: Clients;
  readonly invites: Invites;
  /** Who may do what. */
  readonly access: Access;
  /** Strangers who wait to be let in. */
  readonly quarantine: Quarantine;
  /** Groups of members. */
  readonly circles: Circles;
  /** The record of administrative acts. */
  readonly acts: Acts;
  /** Connections to the proxy; the same for all hosts of the box. */
  readonly bytestreams: Pick<Bytestreams, 'activate'>;
  readonly store: Store;
  /** Work that reads what an account keeps (all but its roster), changes it and tells of it: one at a time, by account id. */
  readonly turns: Turns;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly config: ServerConfig;

  /** True for the primary domain and the fallbacks. */
  serves(domain: string): boolean;
  /** True for the domain of a component (XEP-0114), which the owner put beside the box. */
  isBeside(domain: string): boolean;
  /** As rosters know an address: by the primary domain, where it is one of a server of the box. */
  knownAs(jid: Jid): Jid;
  /** The bare address of a member, at the primary domain. */
  addressOf(account: Account): string;
  /**
   * Sends a stanza that the box makes (both `from` and `to` set) on the way of every stanza; errors to it are dropped, but for what
   * it says in the name of a session, which is told of them.
   */
  send(stanza: Element, inNameOf?: Session): void;
  /**
   * Sends an IQ get or set and resolves with the result's payload (undefined where empty). Rejects with a StanzaError; with
   * remote-server-timeout after `timeoutMs` (default 30,000).
   */
  query(iq: Element, timeoutMs?: number): Promise<Element | undefined>;
  /** The links between this host and other servers at this moment. */
  links(): readonly PeerLink[];
  /** Run when the server stops. */
  onStop(undo: () => void): void;
}
