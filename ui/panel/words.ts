/** Every word that the panel shows, in one language. */
export interface Words {
  product: string;
  version(version: string): string;
  starting: string;
  nobodyYet: [string, string];
  press: string;
  pairButton: string;
  online: string;
  members: string;
  today: string;
  day: string;
  hour: string;
  minute: string;
  isAdministrator: string;
  isMember: string;
  network: string;
  noNetwork: string;
  goodbye: string;
  saving: string;
  safeToUnplug: string;
  trouble: string;
  more(count: number): string;
  left(time: string): string;
  typeInstead: string;
}

export const english: Words = {
  product: 'CASP3R',
  version: (version) => `version ${version}`,
  starting: 'waking up…',
  nobodyYet: ['Nobody lives', 'here yet.'],
  press: 'press',
  pairButton: 'PAIR',
  online: 'online',
  members: 'members',
  today: 'today',
  day: 'd',
  hour: 'h',
  minute: 'min',
  isAdministrator: 'is the administrator',
  isMember: 'has moved in',
  network: 'Network',
  noNetwork: 'no network',
  goodbye: 'Goodbye',
  saving: 'saving everything…',
  safeToUnplug: 'safe to unplug',
  trouble: 'Trouble',
  more: (count) => `and ${count} more`,
  left: (time) => `${time} left`,
  typeInstead: 'Open this address and type the code',
};
