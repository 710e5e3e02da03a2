import type { PanelSnapshot } from '../../../ui/panel/snapshot.ts';

/** A box at home, as most people see it. */
export const home: PanelSnapshot = {
  page: 'status',
  version: '0.1.0',
  name: 'The Millers',
  domain: 'casp3r.local',
  addresses: ['192.168.178.40', 'fd00::2a01:4bff:fe12:9c3e'],
  webAddress: 'casp3r.local:5280',
  members: 12,
  online: 5,
  messagesToday: 348,
  uptimeSeconds: 4 * 86_400 + 2 * 3_600,
  trouble: [],
  safeToUnplug: false,
};

const pairing = {
  url: 'HTTP://192.168.178.40:5280/J/K7QM4XWP',
  code: 'K7QM4XWP',
  typeAt: ['casp3r.local:5280', '192.168.178.40:5280'],
  secondsLeft: 272,
};

/** One entry a golden picture. */
export const snapshots: Record<string, PanelSnapshot> = {
  boot: { ...home, page: 'boot' },
  empty: { ...home, page: 'empty', name: 'casp3r.local' },
  status: home,
  'status-first-minutes': { ...home, members: 1, online: 1, messagesToday: 0, uptimeSeconds: 190 },
  'status-crowded': {
    ...home,
    name: 'Kulturverein Obere Mühle e. V.',
    members: 1_234,
    online: 999,
    messagesToday: 48_211,
    uptimeSeconds: 211 * 86_400 + 20 * 3_600,
    webAddress: 'chat.kulturverein-obere-muehle.example.org',
  },
  'status-offline': { ...home, addresses: [], uptimeSeconds: 3 * 3_600 + 25 * 60 },
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
  'paired-administrator': { ...home, page: 'paired', paired: { name: 'anna', administrator: true } },
  'paired-member': { ...home, page: 'paired', paired: { name: 'Maximiliane-Josefine', administrator: false } },
  network: { ...home, page: 'network' },
  'network-many': {
    ...home,
    page: 'network',
    domain: 'chat.kulturverein-obere-muehle.example.org',
    webAddress: 'chat.kulturverein-obere-muehle.example.org',
    addresses: ['192.168.178.40', '2003:db8:7f12:a400:ba27:ebff:fe12:9c3e', 'fd00::ba27:ebff:fe12:9c3e'],
  },
  'network-none': { ...home, page: 'network', addresses: [] },
  'goodbye-saving': { ...home, page: 'goodbye' },
  goodbye: { ...home, page: 'goodbye', safeToUnplug: true },
  trouble: {
    ...home,
    page: 'trouble',
    trouble: [
      'The disk is full. Nothing new can be kept. Make room, or plug in a larger card.',
      'The certificate ends tomorrow.',
    ],
  },
};
