import { size } from '../numbers.ts';
import type { Words } from '../words.ts';

export const en: Words = {
  product: 'CASP3R',
  version: (version) => `version ${version}`,
  starting: 'waking up…',
  nobodyYet: ['Nobody lives', 'here yet.'],
  press: 'press',
  pairButton: 'PAIR',
  status: { ok: 'OK', pairing: 'PAIRING' },
  pairingLeft: (time) => `${time} left. PAIR closes.`,
  online: 'online',
  members: (count) => (count === 1 ? 'member' : 'members'),
  today: 'today',
  up: 'up',
  decimal: (number) => number,
  day: 'd',
  hour: 'h',
  minute: 'min',
  isAdministrator: 'is the administrator',
  isMember: 'has moved in',
  network: 'Network',
  noNetwork: 'no network',
  fromOutside: 'Outside',
  reachable: { yes: 'reachable', no: 'not reachable', unknown: 'unknown' },
  people: 'People',
  allMembers: 'Members',
  nobodyOnline: 'nobody is online',
  invitations: 'Open invitations',
  storage: 'Box',
  disk: 'Disk',
  free: (size) => `${size} free`,
  backup: 'Backup',
  ago: (time) => `${time} ago`,
  never: 'never',
  temperature: 'Temperature',
  load: 'Load',
  federation: 'Federation',
  modes: { private: 'private', family: 'family', community: 'community', open: 'open' },
  noServers: 'No other server yet',
  serversConnected: 'Servers connected',
  serversUnreached: 'Not reached',
  update: 'Update',
  updateWaits: 'is ready.',
  updateHow: 'Read CHANGELOG.md, then install it.',
  requests: {
    administrator: { title: 'New administrator?', what: 'Whoever pairs next may change everything here.' },
    reset: { title: 'Factory reset', what: 'Erases all members, messages and settings.' },
  },
  yes: 'yes',
  no: 'no',
  letGo: 'Let go to stop.',
  goodbye: 'Goodbye',
  saving: 'saving everything…',
  erasing: 'erasing everything…',
  waitForTheLight: 'Saved. Wait for the green light to go out.',
  safeToUnplug: 'safe to unplug',
  trouble: 'Trouble',
  troubles: {
    offline: {
      status: 'OFFLINE',
      reason: () => 'No network.',
      advice: () => 'There is no network. Plug in the cable, or set up the wireless network.',
    },
    certificate: {
      status: 'CERT',
      reason: ({ daysLeft }) => (daysLeft > 0 ? `Certificate: ${days(daysLeft)} left.` : 'Certificate has ended.'),
      advice: ({ daysLeft }) =>
        daysLeft > 0
          ? `The certificate ends in ${days(daysLeft)}. Put a new one into [tls] and reload.`
          : 'The certificate has ended: nobody can log in. Put a new one into [tls] and reload.',
    },
    disk: {
      status: 'DISK',
      reason: ({ freeBytes }) => `Only ${size(freeBytes)} free.`,
      advice: ({ freeBytes }) => `Only ${size(freeBytes)} are free. Soon nothing new can be kept: make room.`,
    },
    'no web page': {
      status: 'NO WEB',
      reason: () => 'Pairing needs a page.',
      advice: () => 'No web page for pairing: set [listen] http in casp3r.toml.',
    },
    update: {
      status: 'UPDATE',
      reason: ({ version }) => `${version} is ready.`,
      advice: ({ version }) => `Version ${version} is ready. Read CHANGELOG.md, then install it.`,
    },
  },
  noTrouble: 'All is well.',
  more: (count) => `and ${count} more`,
  left: (time) => `${time} left`,
  typeInstead: 'Open this address and type the code',
  typeInApp: 'In an app, join this server with the code',
};

function days(count: number): string {
  return count === 1 ? '1 day' : `${count} days`;
}
