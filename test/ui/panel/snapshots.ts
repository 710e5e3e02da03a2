import type { PanelSnapshot, Trouble } from '../../../ui/panel/snapshot.ts';

const DAY = 86_400;

/** A box at home, as most people see it. */
export const home: PanelSnapshot = {
  page: 'home',
  version: '0.1.0',
  name: 'The Millers',
  domain: 'casp3r.local',
  time: '14:07',
  addresses: ['192.168.178.40', 'fd00::2a01:4bff:fe12:9c3e'],
  webAddress: 'casp3r.local:5280',
  lanName: 'casp3r.local',
  members: 12,
  online: 5,
  onlineNames: ['anna', 'bert', 'clara', 'dora', 'emil'],
  invitations: 2,
  messagesToday: 348,
  uptimeSeconds: 4 * DAY + 2 * 3_600,
  disk: { freeBytes: 24_800_000_000, totalBytes: 31_900_000_000 },
  backupAgeSeconds: 7 * 3_600 + 900,
  temperatureCelsius: 51.4,
  load: 0.08,
  federation: {
    mode: 'family',
    servers: 3,
    names: ['friends.example', 'jabber.example.org', 'school.example'],
    unreached: 1,
  },
  trouble: [],
};

/** What a box knows of itself that has just been plugged in. */
const alone = { servers: 0, names: [], unreached: 0 };
const unmeasured: PanelSnapshot = { ...home, federation: { mode: 'family', ...alone } };
for (const fact of ['time', 'disk', 'backupAgeSeconds', 'temperatureCelsius', 'load'] as const) delete unmeasured[fact];

const pairing = {
  url: 'HTTP://192.168.178.40:5280/J/K7QM4XWP',
  uri: 'xmpp:casp3r.local?register;preauth=K7QM4XWP',
  code: 'K7QM4XWP',
  typeAt: ['casp3r.local:5280', '192.168.178.40:5280'],
  secondsLeft: 272,
};

const troubles: Record<string, Trouble> = {
  offline: { kind: 'offline' },
  certificate: { kind: 'certificate', daysLeft: 6 },
  'certificate-ended': { kind: 'certificate', daysLeft: 0 },
  disk: { kind: 'disk', freeBytes: 180_400_000 },
  'no-web-page': { kind: 'no web page' },
  update: { kind: 'update', version: '0.2.0' },
};

/** One entry a golden picture in each language. */
export const snapshots: Record<string, PanelSnapshot> = {
  boot: { ...home, page: 'boot' },
  empty: { ...home, page: 'empty', name: 'casp3r.local' },
  home,
  'home-first-minutes': { ...unmeasured, members: 1, online: 1, messagesToday: 0, uptimeSeconds: 190 },
  'home-crowded': {
    ...home,
    name: 'Kulturverein Obere Mühle e. V.',
    members: 1_234,
    online: 999,
    messagesToday: 48_211,
    uptimeSeconds: 211 * DAY + 20 * 3_600,
    webAddress: 'chat.kulturverein-obere-muehle.example.org',
  },
  'home-pairing': { ...home, pairing },
  ...Object.fromEntries(
    Object.entries(troubles).flatMap(([name, trouble]) => {
      const troubled = { ...home, trouble: [trouble], ...(trouble.kind === 'offline' && { addresses: [] }) };
      return [
        [`home-${name}`, troubled],
        [`trouble-${name}`, { ...troubled, page: 'trouble' }],
      ];
    }),
  ),
  'trouble-several': { ...home, page: 'trouble', trouble: Object.values(troubles).slice(1) },
  'trouble-none': { ...home, page: 'trouble' },
  network: { ...home, page: 'network' },
  'network-many': {
    ...home,
    page: 'network',
    domain: 'chat.kulturverein-obere-muehle.example.org',
    webAddress: 'chat.kulturverein-obere-muehle.example.org',
    lanName: '',
    addresses: ['192.168.178.40', '2003:db8:7f12:a400:ba27:ebff:fe12:9c3e', 'fd00::ba27:ebff:fe12:9c3e'],
    reachable: true,
  },
  'network-unreachable': { ...home, page: 'network', reachable: false },
  'network-none': { ...home, page: 'network', addresses: [] },
  people: { ...home, page: 'people' },
  'people-none': { ...home, page: 'people', online: 0, onlineNames: [], invitations: 0 },
  'people-crowd': {
    ...home,
    page: 'people',
    members: 1_234,
    online: 999,
    onlineNames: ['maximiliane-josefine', 'kulturbeauftragter', 'anna', 'bert', 'clara', 'dora', 'emil'],
  },
  storage: { ...home, page: 'storage' },
  'storage-unknown': { ...unmeasured, page: 'storage', uptimeSeconds: 190 },
  federation: { ...home, page: 'federation' },
  'federation-none': {
    ...home,
    page: 'federation',
    federation: { mode: 'community', ...alone },
  },
  update: { ...home, page: 'update', update: '0.2.0' },
  pairing: { ...home, page: 'pairing', pairing },
  'pairing-by-address': {
    ...home,
    page: 'pairing',
    pairing: {
      ...pairing,
      url: 'HTTP://CASP3R.LOCAL:5280/J/K7QM4XWP',
      typeAt: ['kulturverein-obere-muehle.local', '192.168.178.240:5280'],
      secondsLeft: 9,
    },
  },
  'pairing-long-name': {
    ...home,
    page: 'pairing',
    pairing: {
      ...pairing,
      url: 'HTTPS://CHAT.KULTURVEREIN-OBERE-MUEHLE.EXAMPLE.ORG/J/K7QM4XWP',
      typeAt: ['chat.kulturverein-obere-muehle.example.org'],
    },
  },
  'pairing-no-qr': {
    ...home,
    page: 'pairing',
    pairing: { ...pairing, url: `HTTPS://${'X'.repeat(80)}.EXAMPLE.ORG/J/K7QM4XWP` },
  },
  'pairing-app': { ...home, page: 'pairing-app', pairing },
  'pairing-app-no-qr': {
    ...home,
    page: 'pairing-app',
    domain: 'chat.kulturverein-obere-muehle.example.org',
    pairing: { ...pairing, uri: 'xmpp:chat.kulturverein-obere-muehle.example.org?register;preauth=K7QM4XWP' },
  },
  'paired-administrator': { ...home, page: 'paired', paired: { name: 'anna', administrator: true } },
  'paired-member': { ...home, page: 'paired', paired: { name: 'Maximiliane-Josefine', administrator: false } },
  'confirm-administrator': { ...home, page: 'confirm', request: { kind: 'administrator', secondsLeft: 28 } },
  'confirm-reset': { ...home, page: 'confirm', request: { kind: 'reset', secondsLeft: 7 } },
  'goodbye-saving': { ...home, page: 'goodbye', goodbye: 'saving' },
  'goodbye-erasing': { ...home, page: 'goodbye', goodbye: 'erasing' },
  'goodbye-wait': { ...home, page: 'goodbye', goodbye: 'wait for the light' },
  goodbye: { ...home, page: 'goodbye', goodbye: 'safe' },
};
