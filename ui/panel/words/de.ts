import { size } from '../numbers.ts';
import type { Words } from '../words.ts';

const comma = (number: string) => number.replace('.', ',');
const gb = (bytes: number) => comma(size(bytes));

export const de: Words = {
  product: 'CASP3R',
  version: (version) => `Version ${version}`,
  starting: 'wacht auf…',
  nobodyYet: ['Hier wohnt', 'noch niemand.'],
  press: 'drück',
  pairButton: 'PAIR',
  status: { ok: 'OK', pairing: 'OFFEN' },
  pairingLeft: (time) => `Noch ${time}. PAIR schließt.`,
  online: 'online',
  members: (count) => (count === 1 ? 'Mitglied' : 'Mitglieder'),
  today: 'heute',
  up: 'seit',
  decimal: comma,
  day: 'T',
  hour: 'h',
  minute: 'min',
  isAdministrator: 'verwaltet die Box',
  isMember: 'ist eingezogen',
  network: 'Netz',
  noNetwork: 'kein Netz',
  fromOutside: 'Von außen',
  reachable: { yes: 'erreichbar', no: 'unerreichbar', unknown: 'unbekannt' },
  people: 'Leute',
  allMembers: 'Mitglieder',
  nobodyOnline: 'niemand ist online',
  invitations: 'Offene Einladungen',
  storage: 'Box',
  disk: 'Speicher',
  free: (size) => `${comma(size)} frei`,
  backup: 'Sicherung',
  ago: (time) => `vor ${time}`,
  never: 'nie',
  temperature: 'Temperatur',
  load: 'Last',
  federation: 'Föderation',
  modes: { private: 'privat', family: 'Familie', community: 'Verein', open: 'offen' },
  noServers: 'Noch kein anderer',
  serversConnected: 'Server verbunden',
  serversUnreached: 'Nicht erreicht',
  update: 'Update',
  updateWaits: 'ist bereit.',
  updateHow: 'Lies CHANGELOG.md, dann spiel es ein.',
  requests: {
    administrator: { title: 'Neuer Verwalter?', what: 'Wer als Nächstes kommt, darf hier alles ändern.' },
    reset: { title: 'Zurücksetzen', what: 'Löscht alle Konten und alle Nachrichten.' },
  },
  yes: 'ja',
  no: 'nein',
  letGo: 'Loslassen bricht ab.',
  goodbye: 'Tschüss',
  saving: 'alles wird gesichert…',
  erasing: 'alles wird gelöscht…',
  waitForTheLight: 'Gesichert. Warte, bis das grüne Licht aus ist.',
  safeToUnplug: 'Stecker darf raus',
  trouble: 'Problem',
  troubles: {
    offline: {
      status: 'OFFLINE',
      reason: () => 'Kein Netz.',
      advice: () => 'Kein Netz. Steck das Kabel ein, oder richte das WLAN ein.',
    },
    certificate: {
      status: 'ZERT',
      reason: ({ daysLeft }) => (daysLeft > 0 ? `Zertifikat: noch ${days(daysLeft)}.` : 'Zertifikat ist abgelaufen.'),
      advice: ({ daysLeft }) =>
        daysLeft > 0
          ? `Das Zertifikat gilt noch ${days(daysLeft)}. Trag ein neues in [tls] ein und lade neu.`
          : 'Das Zertifikat ist abgelaufen. Trag ein neues in [tls] ein und lade neu.',
    },
    disk: {
      status: 'PLATZ',
      reason: ({ freeBytes }) => `Nur ${gb(freeBytes)} frei.`,
      advice: ({ freeBytes }) => `Nur ${gb(freeBytes)} sind frei. Bald passt nichts Neues mehr: schaff Platz.`,
    },
    'no web page': {
      status: 'WEB AUS',
      reason: () => 'Keine Seite zum Einladen.',
      advice: () => 'Die Seite zum Einladen fehlt: setze [listen] http in casp3r.toml.',
    },
    update: {
      status: 'UPDATE',
      reason: ({ version }) => `${version} ist bereit.`,
      advice: ({ version }) => `Version ${version} ist bereit. Lies CHANGELOG.md, dann spiel sie ein.`,
    },
  },
  noTrouble: 'Alles ist gut.',
  more: (count) => `und ${count} mehr`,
  left: (time) => `noch ${time}`,
  typeInstead: 'Öffne diese Adresse, tipp den Code',
  typeInApp: 'Tritt in einer App mit dem Code bei',
};

function days(count: number): string {
  return count === 1 ? '1 Tag' : `${count} Tage`;
}
