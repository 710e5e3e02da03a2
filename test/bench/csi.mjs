// What an hour in the background costs a phone, with and without XEP-0352: a busy room of strangers, a family's room and 50 contacts.
// The traffic is simulated, the gate is the server's own. `npm run build && node test/bench/csi.mjs [SEED]`
import { CsiGate } from '../../dist/xmpp/extensions/csi/gate.js';
import { serialize } from '../../dist/xmpp/stream/serialize.js';
import { xml } from '../../dist/xmpp/xml.js';

const HOUR_S = 3600;
/** A radio stays on for so long after the last packet; what comes meanwhile wakes nothing. */
const RADIO_TAIL_S = 10;
const STATES = 'http://jabber.org/protocol/chatstates';
const MUC = 'http://jabber.org/protocol/muc#user';
const ME = 'me@home.example';
const HALL = 'hall@rooms.example';
const FAMILY = 'family@rooms.home.example';

let seed = Number(process.argv[2] ?? 1);
/** Numerical Recipes' generator: the same hour each time. */
const random = () => {
  seed = (seed * 1664525 + 1013904223) % 2 ** 32;
  return seed / 2 ** 32;
};
const pick = (count) => Math.floor(random() * count);
const several = (perHour, make) => Array.from({ length: perHour }, () => ({ atS: random() * HOUR_S, stanza: make() }));
const text = () => xml('body', {}, 'a few words '.repeat(1 + pick(6)));
const contact = () => `contact${pick(50)}@c${pick(5)}.example`;
const caps = () =>
  xml('c', {
    xmlns: 'http://jabber.org/protocol/caps',
    hash: 'sha-1',
    node: 'https://app.example',
    ver: 'QgayPKawpkPSDYmwT/WM94uAlu0=',
  });
const place = (...codes) =>
  xml(
    'x',
    { xmlns: MUC },
    xml('item', { affiliation: 'member', role: 'participant' }),
    ...codes.map((code) => xml('status', { code })),
  );
const presence = (from) => xml('presence', { from, to: ME }, xml('show', {}, ['away', 'chat', 'xa'][pick(3)]), caps());
const inRoom = (room, nick, ...children) =>
  xml('message', { type: 'groupchat', id: 'm', from: `${room}/${nick}`, to: ME }, ...children);
const chat = (from, ...children) =>
  xml('message', { type: 'chat', id: 'm', from: `${from}/phone`, to: ME }, ...children);

const hour = [
  // Each contact's phone comes and goes a few times.
  ...several(50 * 6, () => presence(`${contact()}/phone`)),
  ...several(40, () =>
    xml(
      'message',
      { type: 'headline', from: contact(), to: ME },
      xml(
        'event',
        { xmlns: 'http://jabber.org/protocol/pubsub#event' },
        xml(
          'items',
          { node: 'http://jabber.org/protocol/mood' },
          xml('item', { id: 'current' }, xml('mood', { xmlns: 'http://jabber.org/protocol/mood' }, xml('happy'))),
        ),
      ),
    ),
  ),
  // A busy room of strangers: its words, its comings and goings; once in an hour somebody means the member.
  ...several(240, () => inRoom(HALL, `nick${pick(80)}`, text())),
  ...several(1, () => inRoom(HALL, 'nick7', xml('body', {}, 'me: are you there?'))),
  ...several(160, () =>
    xml('presence', { from: `${HALL}/nick${pick(80)}`, to: ME, type: pick(2) ? 'unavailable' : undefined }, place()),
  ),
  // The family, and a talk or two.
  ...several(6, () => inRoom(FAMILY, `aunt${pick(4)}`, text())),
  ...several(12, () => inRoom(FAMILY, `aunt${pick(4)}`, xml('composing', { xmlns: STATES }))),
  ...Array.from({ length: 5 }, () => {
    const [from, atS] = [contact(), random() * HOUR_S];
    return [
      { atS, stanza: chat(from, xml('composing', { xmlns: STATES })) },
      { atS: atS + 15, stanza: chat(from, xml('paused', { xmlns: STATES })) },
      { atS: atS + 20, stanza: chat(from, xml('composing', { xmlns: STATES })) },
      { atS: atS + 30, stanza: chat(from, text(), xml('active', { xmlns: STATES })) },
      { atS: atS + 50, stanza: chat(from, xml('displayed', { xmlns: 'urn:xmpp:chat-markers:0', id: 'm' })) },
    ];
  }).flat(),
].toSorted((one, other) => one.atS - other.atS);

/** What the phone is sent in that hour, and when it looks again at its end. */
function cost(inactive) {
  const figures = { wakeUps: 0, stanzas: 0, bytes: 0 };
  let nowS = 0;
  let awakeUntilS = -1;
  const outlet = {
    send(stanza) {
      if (nowS > awakeUntilS) figures.wakeUps += 1;
      awakeUntilS = nowS + RADIO_TAIL_S;
      figures.stanzas += 1;
      figures.bytes += Buffer.byteLength(serialize(stanza));
    },
  };
  const gate = new CsiGate({
    rooms: new Map([
      [HALL, { nick: 'me', named: false }],
      [FAMILY, { nick: 'me', named: true }],
    ]),
    outlet,
  });
  if (inactive) gate.close();
  for (const { atS, stanza } of hour) {
    nowS = atS;
    gate.send(stanza);
  }
  const background = { ...figures };
  nowS = HOUR_S + RADIO_TAIL_S * 2;
  gate.open();
  return { background, withReturn: figures };
}

const without = cost(false);
const withCsi = cost(true);
const ratio = (name, one, other) => `${name}: ${one} without, ${other} with: 1/${(one / other).toFixed(1)}`;
for (const name of ['wakeUps', 'stanzas', 'bytes'])
  console.log(ratio(`${name} in the background`, without.background[name], withCsi.background[name]));
console.log(
  ratio('bytes with what comes when the app is opened again', without.withReturn.bytes, withCsi.withReturn.bytes),
);
