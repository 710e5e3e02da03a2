// What it costs to ask the owner's rules on the way of a stanza, in a store with members, contacts and a long list of rules.
// `npm run build && node test/bench/access.mjs [RULES]`; the bound is 2 microseconds a question.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Access } from '../../dist/xmpp/access/rules/access.js';
import { systemClock, systemRandom } from '../../dist/xmpp/clock.js';
import { Jid } from '../../dist/xmpp/routing/jid.js';
import { change } from '../../dist/xmpp/store/changes.js';
import { openStore } from '../../dist/xmpp/store/open.js';

const rules = Number(process.argv[2] ?? 100);
const MEMBERS = 50;
const CONTACTS = 100;
const ROUNDS = 20;
const log = { debug() {}, info() {}, warn() {}, error() {}, child: () => log };
const folder = mkdtempSync(join(tmpdir(), 'casp3r-bench-'));
const store = await openStore({ folder, clock: systemClock, random: systemRandom, log });

const server = { id: store.newId(), domain: 'home.test', fallbacks: [], mode: 'community', registration: 'invite' };
const members = Array.from({ length: MEMBERS }, (_, index) => ({
  id: store.newId(),
  server: server.id,
  local: `member${index}`,
  role: index % 10 === 9 ? 'limited' : 'member',
  status: 'active',
  createdMs: 0,
}));
const item = (contact) => ({ contact, name: '', groups: [], subscription: 'both', ask: false, approved: false });
const senders = Array.from({ length: CONTACTS }, (_, index) => Jid.parse(`person${index}@far${index % 20}.test/phone`));
await store.journal.commit(
  change('server set', server),
  ...members.map((account) => change('account created', { account, credentials: [] })),
  ...members.flatMap(({ id: account }) =>
    senders.slice(0, CONTACTS / 2).map((jid) => change('roster item set', { account, item: item(`${jid.bare}`) })),
  ),
  ...Array.from({ length: rules }, (_, position) =>
    change('access rule set', {
      ...{ id: store.newId(), server: server.id, position, setBy: 'bench', setMs: 0, why: '' },
      ...{ subject: `domain:spam${position}.test`, action: 'message-in', decision: 'deny' },
    }),
  ),
);

const host = {
  ...{ store, server, clock: systemClock, config: { federation: { mode: 'open', allow: [], deny: [] } } },
  serves: (domain) => domain === server.domain,
  addressOf: ({ local }) => `${local}@${server.domain}`,
  accounts: { find: (local) => members.find((member) => member.local === local) },
};
const access = new Access(host);

function measure(name, questions) {
  const ask = () => {
    for (const question of questions) access.decide(question);
  };
  const start = performance.now();
  ask();
  const first = performance.now() - start;
  for (let round = 0; round < 3; round += 1) ask();
  const again = performance.now();
  for (let round = 0; round < ROUNDS; round += 1) ask();
  const micros = ((performance.now() - again) * 1000) / (ROUNDS * questions.length);
  const firstMicros = (first * 1000) / questions.length;
  console.log(`${name.padEnd(34)} ${micros.toFixed(2)} µs, the first time ${firstMicros.toFixed(1)} µs`);
}

const pairs = members.flatMap((member) => senders.map((jid) => ({ member, jid })));
measure(
  'messages from outside',
  pairs.map(({ member, jid }) => ({ action: 'message-in', who: { jid: jid.bare }, member })),
);
measure(
  'messages to outside',
  pairs.map(({ member, jid }) => ({ action: 'message-out', who: { account: member }, to: jid.bare })),
);
measure(
  'presence between members',
  members.flatMap((account) => members.map((member) => ({ action: 'presence', who: { account }, member }))),
);
measure(
  'another server',
  pairs.map(({ jid }) => ({ action: 'federate-in', who: { domain: jid.domain } })),
);
await store.close();
rmSync(folder, { recursive: true, force: true });
