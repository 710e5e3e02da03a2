import type { PanelSnapshot, RequestView, Trouble } from './snapshot.ts';
import { de } from './words/de.ts';
import { en } from './words/en.ts';

/** A kind of trouble in words. */
export interface TroubleWords<T> {
  /** In large type on the page `home`: eight letters at most. */
  status: string;
  /** Below it: two short lines. */
  reason(trouble: T): string;
  /** What is wrong and what to do: five lines. */
  advice(trouble: T): string;
}

/** Every word that the panel shows, in one language; a file each in words/. What the buttons are called is printed on the box. */
export interface Words {
  product: string;
  version(version: string): string;
  starting: string;
  nobodyYet: readonly [string, string];
  press: string;
  pairButton: string;
  status: { ok: string; pairing: string };
  pairingLeft(time: string): string;
  online: string;
  members(count: number): string;
  today: string;
  up: string;
  /** How this language writes `1.5`. */
  decimal(number: string): string;
  day: string;
  hour: string;
  minute: string;
  isAdministrator: string;
  isMember: string;
  network: string;
  noNetwork: string;
  fromOutside: string;
  reachable: { yes: string; no: string; unknown: string };
  people: string;
  allMembers: string;
  nobodyOnline: string;
  invitations: string;
  storage: string;
  disk: string;
  free(size: string): string;
  backup: string;
  ago(time: string): string;
  never: string;
  temperature: string;
  load: string;
  federation: string;
  modes: Readonly<Record<PanelSnapshot['federation']['mode'], string>>;
  noServers: string;
  serversConnected: string;
  serversUnreached: string;
  update: string;
  updateWaits: string;
  updateHow: string;
  requests: Readonly<Record<RequestView['kind'], { title: string; what: string }>>;
  yes: string;
  no: string;
  letGo: string;
  goodbye: string;
  saving: string;
  erasing: string;
  waitForTheLight: string;
  safeToUnplug: string;
  trouble: string;
  troubles: { readonly [Kind in Trouble['kind']]: TroubleWords<Extract<Trouble, { kind: Kind }>> };
  noTrouble: string;
  more(count: number): string;
  left(time: string): string;
  typeInstead: string;
  typeInApp: string;
}

export type Language = 'en' | 'de';

export const words: Readonly<Record<Language, Words>> = { en, de };
