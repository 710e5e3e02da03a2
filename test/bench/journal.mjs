// Commits a second through the journal, beside one transaction a change on the main thread, in the same run on the same disk.
// `npm run build && node test/bench/journal.mjs [FOLDER]`; only the ratios compare between machines.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock, systemRandom } from '../../dist/xmpp/clock.js';
import { applyChange } from '../../dist/xmpp/store/apply/apply.js';
import { openForWriting } from '../../dist/xmpp/store/files.js';
import { migrate } from '../../dist/xmpp/store/migrate.js';
import { migrations } from '../../dist/xmpp/store/migrations/migrations.js';
import { openStore } from '../../dist/xmpp/store/open.js';

const runMs = 2000;
const log = { debug() {}, info() {}, warn() {}, error() {}, child: () => log };
const base = mkdtempSync(join(process.argv[2] ?? tmpdir(), 'casp3r-bench-'));
const stanza = `<message xmlns='jabber:client' type='chat'><body>${'hello '.repeat(60)}</body></message>`;

const archived = (id) => ({
  kind: 'message archived',
  data: {
    account: `account ${id.length % 10}`,
    id,
    peer: 'bob@b.test',
    peerFull: 'bob@b.test/phone',
    direction: 'in',
    atMs: systemClock.nowMs(),
    stanza,
  },
});

function plain() {
  const db = openForWriting(base);
  migrate(db, migrations);
  let count = 0;
  const startMs = performance.now();
  while (performance.now() - startMs < runMs) {
    db.run('BEGIN IMMEDIATE');
    applyChange(db, { ...archived(`p${count}`), origin: 'bench', seq: count, hlc: `${count}` });
    db.run('COMMIT');
    count += 1;
  }
  const perSecond = (count * 1000) / (performance.now() - startMs);
  db.close();
  return perSecond;
}

async function journal(committers) {
  const store = await openStore({ folder: base, clock: systemClock, random: systemRandom, log });
  let count = 0;
  const startMs = performance.now();
  const commit = async () => {
    while (performance.now() - startMs < runMs) {
      await store.journal.commit(archived(store.newId()));
      count += 1;
    }
  };
  await Promise.all(Array.from({ length: committers }, commit));
  const perSecond = (count * 1000) / (performance.now() - startMs);
  await store.close();
  return perSecond;
}

async function reads() {
  const folder = join(base, 'reads');
  const store = await openStore({ folder, clock: systemClock, random: systemRandom, log });
  const account = { id: 'a1', server: 's1', local: 'alice', role: 'member', status: 'active', createdMs: 0 };
  const item = { name: '', groups: ['Friends'], subscription: 'both', ask: false, approved: false };
  await store.journal.commit({ kind: 'account created', data: { account, credentials: [] } });
  const contacts = Array.from({ length: 100 }, (_, at) => ({ ...item, contact: `contact${at}@b.test` }));
  await store.journal.commit(
    ...contacts.map((contact) => ({ kind: 'roster item set', data: { account: 'a1', item: contact } })),
  );
  const messages = Array.from({ length: 100_000 }, (_, at) => {
    const message = archived(store.newId());
    return { ...message, data: { ...message.data, account: 'a1', peer: `contact${at % 100}@b.test`, atMs: at } };
  });
  await store.journal.commit(...messages);

  const time = (name, times, read) => {
    read();
    const startMs = performance.now();
    for (let turn = 0; turn < times; turn += 1) read(turn);
    const microseconds = ((performance.now() - startMs) * 1000) / times;
    console.log(`${name.padEnd(58)} ${microseconds.toFixed(1).padStart(9)} µs`);
  };
  const page = { account: 'a1', limit: 50, fromEnd: true };
  // Without the cache: what a change of the roster makes each next read cost.
  const forget = { kind: 'roster item removed', data: { account: 'a1', contact: '' } };
  const forgetAccount = { kind: 'role set', data: { account: 'a1', role: 'member' } };
  const forgetBlocked = { kind: 'blocked removed', data: { account: 'a1', jid: '' } };
  time('account by name, cached', 20_000, () => store.accounts.byName('s1', 'alice'));
  time('account by name, read', 20_000, () => {
    store.accounts.forget(forgetAccount);
    store.accounts.byName('s1', 'alice');
  });
  time('roster item among 100, cached', 20_000, () => store.roster.item('a1', 'contact7@b.test'));
  time('roster item among 100, read', 2000, () => {
    store.roster.forget(forget);
    store.roster.item('a1', 'contact7@b.test');
  });
  time('blocked list (empty), cached', 20_000, () => store.extras.blocked('a1'));
  time('blocked list (empty), read', 20_000, () => {
    store.extras.forget(forgetBlocked);
    store.extras.blocked('a1');
  });
  time('archive of 100 000: last page of 50', 20, () => store.archive.page(page));
  time('archive of 100 000: last page with one of 100 contacts', 200, () =>
    store.archive.page({ ...page, with: 'contact7@b.test' }),
  );
  time('archive of 100 000: first page of the last 1 %', 200, () =>
    store.archive.page({ ...page, fromEnd: false, startMs: 99_000 }),
  );
  time('archive of 100 000: first page of the last half', 20, () =>
    store.archive.page({ ...page, fromEnd: false, startMs: 50_000 }),
  );
  time('archive of 100 000: all after an id, from its start', 20, () =>
    store.archive.page({ ...page, fromEnd: false, afterId: messages[50_000].data.id }),
  );
  await store.close();
}

try {
  const one = plain();
  console.log(`one transaction a change, main thread: ${one.toFixed(0)} commits/s`);
  for (const committers of [1, 10, 100]) {
    const perSecond = await journal(committers);
    const name = `journal, ${committers} at once:`.padEnd(38);
    console.log(`${name} ${perSecond.toFixed(0)} commits/s, ${(perSecond / one).toFixed(2)} times the plain way`);
  }
  await reads();
} finally {
  rmSync(base, { recursive: true, force: true });
}
