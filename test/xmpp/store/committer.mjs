// Run by open.test.ts as a process of its own: `committer.mjs FOLDER` commits for ever and prints each acknowledged id.
import { writeSync } from 'node:fs';
import { systemClock, systemRandom } from '../../../dist/xmpp/clock.js';
import { openStore } from '../../../dist/xmpp/store/open.js';

const silent = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };
const store = await openStore({ folder: process.argv[2], clock: systemClock, random: systemRandom, log: silent });

const sender = async () => {
  for (;;) {
    const message = {
      peer: 'bob@b.test',
      peerFull: 'bob@b.test/x',
      direction: 'in',
      atMs: systemClock.nowMs(),
      stanza: 'x',
    };
    const id = store.newId();
    await store.journal.commit({ kind: 'message archived', data: { account: 'a1', id, ...message } });
    writeSync(1, `${id}\n`);
  }
};
await Promise.all(Array.from({ length: 8 }, sender));
