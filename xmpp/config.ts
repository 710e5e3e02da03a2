/** What a server is told at its start. The appliance fills it from casp3r.toml (firmware/config.ts); no file is read here. */
export interface ListenConfig {
  /** `::` takes IPv4 as well. */
  address: string;
  /** Ports; 0 switches a listener off. */
  c2s: number;
  c2sTls: number;
}

export interface Limits {
  /** Bytes of one stanza once the peer is authenticated. 0 switches a limit off. */
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

export interface ServerConfig {
  listen: ListenConfig;
  /** PEM files. The appliance makes them where the owner gave none. */
  tls: { certificate: string; key: string };
  /** Tests only: unencrypted streams and PLAIN from loopback addresses. */
  allowPlainLoopback: boolean;
  /** Days that messages stay in the archives; 0 keeps them for ever. */
  archive: { days: number };
  limits: Limits;
}
