/** What a server is told at its start. The appliance fills it from casp3r.toml (firmware/config.ts); no file is read here. */
import type { KeptKind } from './store/model.ts';

export interface ListenConfig {
  /** `::` takes IPv4 as well. */
  address: string;
  /** Ports; 0 switches a listener off. */
  c2s: number;
  c2sTls: number;
  s2s: number;
  s2sTls: number;
  /** The SOCKS5 proxy (XEP-0065); clients are told this very port. */
  proxy: number;
  /** Addresses and ranges of the proxies before the box: they, and nobody else, begin with a PROXY header. */
  proxyProtocol: readonly string[];
}

export interface Limits {
  /** Bytes of one stanza once the peer is authenticated, twice as many for another server. 0 switches a limit off. */
  stanzaBytes: number;
  /** Bytes of one element before that. */
  bytesBeforeLogin: number;
  /** Depth of elements within a stanza, the stanza being 1. */
  depth: number;
  /** Attributes of one element. */
  attributes: number;
  streamsPerAddress: number;
  /** Sustained; bursts of ten times that. */
  stanzasPerSecond: number;
  /** Wrong logins an address. */
  loginsPerMinute: number;
  registrationsPerHour: number;
  /** Time from the connection to a bound resource. */
  loginSeconds: number;
  /** How long the stanzas of a broken stream are kept for its resumption, and how many (XEP-0198). */
  resumeSeconds: number;
  resumeStanzas: number;
}

export interface UploadConfig {
  /** Bytes of one file, and of all files of one member. 0 switches a limit off. */
  maxBytes: number;
  quotaBytes: number;
  /** How long files of messages are kept; 0 for as long as the account. */
  days: number;
  /** What the address of each file begins with, without a slash at its end. Undefined where nothing serves files. */
  url(domain: string): string | undefined;
  /** What the disk can still take. */
  roomBytes(): number;
}

/** Bytes that one member may keep of each kind; 0 switches a limit off. */
export type Quotas = Readonly<Record<KeptKind, number>>;

/** What a new room is like until its owner says otherwise (docs/decisions/0004). */
export interface RoomsConfig {
  /** Listed for everyone. */
  public: boolean;
  membersOnly: boolean;
  /** Only moderators see real addresses. */
  anonymous: boolean;
  /** Messages are kept for those who may enter; `archiveDays` long, 0 for as long as the box keeps any. */
  archive: boolean;
  archiveDays: number;
  /** The room stays when nobody is in it. */
  persistent: boolean;
  /** One of the numbers that a room's form offers; 0 for as many as the box can bear. */
  maxOccupants: number;
}

/** Programs that connect to the box and answer at a domain of their own (XEP-0114). */
export interface ComponentsConfig {
  address: string;
  port: number;
  /** By domain. Where it is empty, nothing listens. */
  secrets: ReadonlyMap<string, string>;
}

/** XEP-0157. */
export const CONTACT_KINDS = ['abuse', 'admin', 'feedback', 'sales', 'security', 'status', 'support'] as const;
export type ContactKind = (typeof CONTACT_KINDS)[number];

/** A list of hashes of spammers, as a node of a pubsub service. */
export interface BlocklistPlace {
  /** A JID, a domain as a rule. */
  service: string;
  node: string;
}

/** What another server must be and may do; each key of a domain's own stands before the general one. */
export interface PeerRules {
  /** Only servers whose certificate is good for their domain. */
  requireCertificate: boolean;
  /** XEP-0220, for servers that cannot log in with their certificate. */
  dialback: boolean;
  /** What one of its streams may send, sustained; bursts of ten times that. 0 for no limit. */
  stanzasPerSecond: number;
}

export interface FederationConfig extends PeerRules {
  enabled: boolean;
  /** `open`: all but `deny`. `allow-list`: none but `allow`. A domain in a list stands for those below it as well. */
  mode: 'open' | 'allow-list';
  allow: readonly string[];
  deny: readonly string[];
  domains: Readonly<Record<string, Partial<PeerRules>>>;
  /**
   * Fixed places by domain, asked before the DNS, or several to be tried in turn: `ADDRESS:PORT`, or `ADDRESS:PORT tls` for TLS from
   * the first byte; `dns` stands for whatever the DNS says. An address may be an onion address.
   */
  hosts: Readonly<Record<string, string | readonly string[]>>;
  /** Everyone may see whom the box is connected to (XEP-0485). */
  sharePeers: boolean;
  /** A PEM file of certificate authorities beside the public ones; '' for none. */
  ca: string;
}

/** A service outside of XMPP, as XEP-0215 section 2 describes one. */
export interface ExternalService {
  /** `stun`, `turn`, `turns`. */
  type: string;
  /** A name or an address. */
  host: string;
  port: number;
  transport: 'tcp' | 'udp';
  /** It wants credentials. */
  restricted: boolean;
}

export interface ServiceCredentials {
  username: string;
  password: string;
  /** Milliseconds since 1970. */
  expiresMs: number;
}

/** What the box offers its members beside XMPP, for their calls. */
export interface ExternalServices {
  /** False where nothing will ever be offered: the server then does not speak of it. */
  readonly offered: boolean;
  /** What works at this moment, as clients of this domain reach it. */
  list(domain: string): readonly ExternalService[];
  /** For its restricted services. @param account an id */
  credentials(account: string): ServiceCredentials;
  /** Tells when `list` may give something else. */
  onChange(listener: () => void): void;
}

/** What became of a member's file. */
export interface ImportReport {
  /** How many of each, by their name in the plural. */
  taken: Readonly<Record<string, number>>;
  /** What was not taken, a line each. */
  left: readonly string[];
}

export interface ServerConfig {
  listen: ListenConfig;
  components: ComponentsConfig;
  /** PEM files. The appliance makes them where the owner gave none. */
  tls: {
    certificate: string;
    key: string;
    /** In place of them for a domain and those below it. */
    byDomain?: Readonly<Record<string, { certificate: string; key: string }>>;
  };
  /** Tests only: unencrypted streams and PLAIN from loopback addresses. */
  allowPlainLoopback: boolean;
  /** Days that messages stay in the archives; 0 keeps them for ever. `search`: members may have theirs found by words. */
  archive: { days: number; search: boolean };
  /** Days that administrative acts are remembered; 0 for ever. `forwardReports`: to the server of who was reported (XEP-0377). */
  access: { logDays: number; forwardReports: boolean; blocklists: readonly BlocklistPlace[] };
  rooms: RoomsConfig;
  limits: Limits;
  quotas: Quotas;
  upload: UploadConfig;
  federation: FederationConfig;
  /** Addresses of DNS servers, with a port or without; empty for the system's. */
  dns: { servers: readonly string[] };
  externalServices: ExternalServices;
  /** Clients that say that nobody looks at them are sent what can wait later, and merged (XEP-0352). */
  csi: boolean;
  /** The name or address at which clients of this domain reach the box; asked for each time, for addresses change. */
  reachableAt(domain: string): string;
  /** The onion address of the box, '' where it has none. */
  onion?(): string;
  /** The unix socket of tor's SOCKS proxy, by which alone onion addresses are dialled; undefined where there is no tor. */
  torSocket?(): string | undefined;
  /** Where to turn to, as URIs, for what `docs/configuration.md` names (XEP-0157). An empty list says that there is nobody. */
  contact: { readonly [Kind in ContactKind]?: readonly string[] | undefined };
  /** What administrators may do with the box from their apps; absent where it is no business of theirs. */
  power?: { restart(): void; shutDown(): void };
  /** Gives a file away once, over https, made as it is fetched; absent, or no offer, where nothing serves it. */
  downloads?: {
    /** @param make undefined where it is not to be had any more by then */
    offer(fileName: string, make: () => Iterable<string> | undefined): { url: string; untilMs: number } | undefined;
  };
  /** Takes a member's file over https, once, into what reads it; absent, or no offer, where nothing serves it. */
  imports?: {
    /** @param take rejects with an Error for the member, or a CommitError */
    offer(
      address: string,
      take: (bytes: AsyncIterable<Uint8Array>) => Promise<ImportReport>,
    ): { url: string; untilMs: number } | undefined;
  };
  /** The page of an invitation; undefined where no page is served. */
  invitationUrl(code: string): string | undefined;
}
