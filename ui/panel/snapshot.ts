import { drawable } from './font.ts';

/** The pages of the panel; which one is shown, and when, is the firmware's choice. */
export type PanelPage = 'boot' | 'empty' | 'status' | 'pairing' | 'paired' | 'network' | 'goodbye' | 'trouble';

export interface PairingView {
  /**
   * What the QR code holds: upper case, digits and ` $%*+-./:` only, 61 characters at most (77 with the weakest
   * correction). Without one, or with one too long, the page asks to type the code and stays whole.
   */
  url?: string;
  /** The code to type, without separators: `K7QM4XWP`. Shown in two groups. */
  code: string;
  /**
   * Where to type it, for a person without a camera: `casp3r.local:5280`, `192.168.178.40:5280`. The first that fits is
   * shown.
   */
  typeAt: readonly string[];
  secondsLeft: number;
}

/** All that a page may show, at one moment. Plain data: two equal snapshots give equal pictures. */
export interface PanelSnapshot {
  page: PanelPage;
  version: string;
  /** The server's name for people; its domain where it has none. */
  name: string;
  domain: string;
  /** The box's addresses in the network, as text, the best one first; empty without a network. */
  addresses: readonly string[];
  /** The web address without a scheme, as one types it into a browser: `casp3r.local:5280`. */
  webAddress: string;
  members: number;
  online: number;
  messagesToday: number;
  uptimeSeconds: number;
  /** The open pairing window, for the page `pairing`. */
  pairing?: PairingView;
  /** Who has just made an account, for the page `paired`. */
  paired?: { name: string; administrator: boolean };
  /** What is wrong and what to do, the most important first, for the page `trouble`. One sentence each. */
  trouble: readonly string[];
  /** For `goodbye`: true only when everything is stopped and on disk. */
  safeToUnplug: boolean;
}

/** What a page calls the server: its name where the panel's font can draw it, else its domain. */
export function nameOf({ name, domain }: PanelSnapshot): string {
  return name !== '' && drawable(name) ? name : domain;
}
