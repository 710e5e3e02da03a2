import { drawable } from './font.ts';

/** The pages of the panel; which one is shown, and when, is the firmware's choice. */
export type PanelPage =
  | 'boot'
  | 'empty'
  | 'home'
  | 'network'
  | 'people'
  | 'storage'
  | 'federation'
  | 'pairing'
  | 'pairing-app'
  | 'paired'
  | 'confirm'
  | 'trouble'
  | 'update'
  | 'goodbye';

export interface PairingView {
  /**
   * What the QR code holds: upper case, digits and ` $%*+-./:` only, 61 characters at most (77 with the weakest
   * correction). Without one, or with one too long, the page asks to type the code and stays whole.
   */
  url?: string;
  /** What the QR code for an app holds, for the page `pairing-app`: `xmpp:DOMAIN?register;preauth=CODE`, 53 bytes at most. */
  uri?: string;
  /** The code to type, without separators: `K7QM4XWP`. Shown in two groups. */
  code: string;
  /**
   * Where to type it, for a person without a camera: `casp3r.local:5280`, `192.168.178.40:5280`. The first that fits is
   * shown.
   */
  typeAt: readonly string[];
  secondsLeft: number;
}

/** Something that needs its owner. */
export type Trouble =
  | { kind: 'offline' }
  /** A certificate that ends soon, or has ended: `daysLeft` is not positive then. */
  | { kind: 'certificate'; daysLeft: number }
  | { kind: 'disk'; freeBytes: number }
  | { kind: 'no web page' }
  | { kind: 'update'; version: string };

/** What a person who stands before the box is asked. */
export interface RequestView {
  /** `administrator`: whoever pairs next becomes one. `reset`: buttons are held, and at zero the box forgets everything. */
  kind: 'administrator' | 'reset';
  secondsLeft: number;
}

/** How it ends: `saving`; `erasing` for a factory reset; then `safe`, or, where the machine itself goes on, `wait for the light`. */
export type GoodbyeView = 'saving' | 'erasing' | 'wait for the light' | 'safe';

/** All that a page may show, at one moment. Plain data: two equal snapshots give equal pictures. */
export interface PanelSnapshot {
  page: PanelPage;
  version: string;
  /** The server's name for people; its domain where it has none. */
  name: string;
  domain: string;
  /** The time of day where the box stands, `14:07`; absent while nobody has told it the time. */
  time?: string;
  /** The box's addresses in the network, as text, the best one first; empty without a network. */
  addresses: readonly string[];
  /** The web address without a scheme, as one types it into a browser: `casp3r.local:5280`. */
  webAddress: string;
  /** What the local network finds it by, `casp3r.local`; empty where it is not announced. */
  lanName: string;
  /** From outside of the local network; absent while unknown. */
  reachable?: boolean;
  members: number;
  online: number;
  /** Who is online; as many of them as anybody reads. */
  onlineNames: readonly string[];
  /** Invitations that can still make an account. */
  invitations: number;
  messagesToday: number;
  uptimeSeconds: number;
  disk?: { freeBytes: number; totalBytes: number };
  /** Since the newest backup; absent where there is none. */
  backupAgeSeconds?: number;
  temperatureCelsius?: number;
  /** Work that waits or runs, over the last minute; 1 is one core busy. */
  load?: number;
  federation: {
    mode: 'private' | 'family' | 'community' | 'open';
    /** How many other servers a link is up with, and which; as many of them as anybody reads. */
    servers: number;
    names: readonly string[];
    /** Those for which something waits that does not get through. */
    unreached: number;
  };
  /** The version that waits to be installed, for the page `update`. */
  update?: string;
  /** The open pairing window, for the pages `pairing` and `pairing-app`. */
  pairing?: PairingView;
  /** Who has just made an account, for the page `paired`. */
  paired?: { name: string; administrator: boolean };
  /** For the page `confirm`. */
  request?: RequestView;
  /** The most important first. The first one is the status word of the page `home`; the page `trouble` says what to do. */
  trouble: readonly Trouble[];
  /** For the page `goodbye`. */
  goodbye?: GoodbyeView;
}

/** What a page calls the server: its name where the panel's font can draw it, else its domain. */
export function nameOf({ name, domain }: PanelSnapshot): string {
  return name !== '' && drawable(name) ? name : domain;
}
