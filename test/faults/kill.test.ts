/** kill -9 under load: what was acknowledged is there after the restart, once, on both sides. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Box, type BoxAccount } from '../kit/box.ts';
import { type Archived, readArchive } from './archive.ts';
import { Promises } from './promises.ts';
import { SeededRandom } from './random.ts';
import { Talker } from './talker.ts';

const KILLS = 20;
/** Promises between the restart and the next kill, at most. */
const MOST_PROMISES = 600;
/** And milliseconds after the last one, so that it also hits between promises. */
const MOST_DELAY_MS = 6;

let box: Box;
const accounts: BoxAccount[] = [];
const promises = new Promises();
const archives = new Map<string, Archived[]>();

beforeAll(async () => {
  box = await Box.start({ 'limits.stanzas_per_second': 0, log: 'info' });
  for (const name of ['anna', 'ben', 'cleo', 'dora']) {
    const account = await box.addAccount(name);
    accounts.push(account);
    archives.set(account.jid, []);
  }
});

afterAll(() => box.dispose());

test(`after each of ${KILLS} kills every acknowledged message is in both archives once, every answered change is there`, async () => {
  const random = new SeededRandom('kill -9');
  for (let round = 1; round <= KILLS; round += 1) {
    const count = random.between(1, MOST_PROMISES);
    const delayMs = random.below(MOST_DELAY_MS + 1);
    await talkUntilKilled(round, count, delayMs);
    await box.boot();
    await check(`kill ${round}, ${count} promises and ${delayMs} ms after the start`);
  }
  await checkAgainFromTheBeginning();
  expect(await box.ask(['status'])).toMatchObject({ errors: 0 });
  console.info(`kill -9: ${KILLS} kills, ${promises.kept.size} of ${promises.said.size} messages acknowledged`);
});

async function login(): Promise<Talker[]> {
  // Two with stream management, two without.
  return Promise.all(accounts.map((account, place) => Talker.login({ box, account, managed: place < 2, promises })));
}

async function talkUntilKilled(round: number, count: number, delayMs: number): Promise<void> {
  const talkers = await login();
  const enough = promises.more(count);
  const busy = talkers.flatMap((talker) => {
    const peers = talkers.filter((other) => other !== talker).map(({ jid }) => jid);
    return [talker.talk(peers, `r${round}-${talker.jid}`), talker.change()];
  });
  await enough;
  if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
  await box.kill();
  await Promise.all(busy);
}

async function check(when: string): Promise<void> {
  expect(promises.refused, when).toEqual([]);
  const talkers = await login();
  for (const talker of talkers) {
    const known = archives.get(talker.jid) ?? [];
    known.push(...(await readArchive(talker.wire, known.at(-1)?.id)));
    checkValues(await talker.values(), talker.jid, when);
  }
  await Promise.all(talkers.map(({ wire }) => wire.close()));
  checkArchives(when);
}

function checkArchives(when: string): void {
  const copies = new Map([...archives].map(([jid, entries]) => [jid, byMessage(entries)]));
  const wrong: string[] = [];
  for (const { id, from, to } of promises.said.values()) {
    const sent = copies.get(from)?.get(id) ?? [];
    const received = copies.get(to)?.get(id) ?? [];
    const acknowledged = promises.kept.has(id);
    const archiveId = promises.archiveIds.get(id);
    if (sent.length > 1 || received.length > 1) wrong.push(`${id} is there more than once`);
    if (sent.length !== received.length) wrong.push(`${id} is in one archive only`);
    if (acknowledged && received.length === 0) wrong.push(`${id} was acknowledged and is lost`);
    if (archiveId !== undefined && received[0]?.id !== archiveId) wrong.push(`${id} was seen as ${archiveId}`);
  }
  expect(wrong, when).toEqual([]);
}

/** Each conversation stays in the order in which it was sent. */
function checkOrder(entries: readonly Archived[]): void {
  const last = new Map<string, number>();
  for (const { messageId, from, to } of entries) {
    const [, series = '', number = ''] = /^(.*)-(\d+)$/.exec(messageId) ?? [];
    const key = `${series} ${from} ${to}`;
    expect(Number(number), messageId).toBeGreaterThan(last.get(key) ?? -1);
    last.set(key, Number(number));
  }
}

function byMessage(entries: readonly Archived[]): Map<string, Archived[]> {
  const copies = new Map<string, Archived[]>();
  for (const entry of entries) {
    const known = copies.get(entry.messageId);
    if (known) known.push(entry);
    else copies.set(entry.messageId, [entry]);
  }
  return copies;
}

/** What was answered is there, or something newer that was on its way when the box was killed; it has become a promise now. */
function checkValues(values: ReadonlyMap<string, number>, jid: string, when: string): void {
  for (const [name, value] of promises.values) {
    if (!name.startsWith(`${jid} `)) continue;
    const there = values.get(name) ?? -1;
    expect(there, `${name}, ${when}`).toBeGreaterThanOrEqual(value.answered);
    expect(there, `${name}, ${when}`).toBeLessThanOrEqual(value.tried);
    value.answered = there;
  }
}

async function checkAgainFromTheBeginning(): Promise<void> {
  for (const talker of await login()) {
    const entries = await readArchive(talker.wire);
    expect(entries).toEqual(archives.get(talker.jid));
    checkOrder(entries);
    await talker.wire.close();
  }
}
