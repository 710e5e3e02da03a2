/** kill -9 while rooms and nodes are at work: what was answered is there after the restart, and nothing is there twice. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Box, type BoxAccount } from '../kit/box.ts';
import { type Archived, readArchive } from './archive.ts';
import { Promises } from './promises.ts';
import { SeededRandom } from './random.ts';
import { RoomTalker } from './room-talker.ts';

const KILLS = 20;
/** Promises between the restart and the next kill, at most. */
const MOST_PROMISES = 300;
/** And milliseconds after the last one, so that it also hits between promises. */
const MOST_DELAY_MS = 6;

let box: Box;
let room: string;
const accounts: BoxAccount[] = [];
const promises = new Promises();
const archive: Archived[] = [];

beforeAll(async () => {
  box = await Box.start({ 'limits.stanzas_per_second': 0, log: 'info' });
  room = `home@rooms.${box.domain}`;
  for (const name of ['anna', 'ben', 'cleo']) accounts.push(await box.addAccount(name));
  const [anna, ...others] = accounts;
  if (!anna) throw new Error('nobody is there');
  const owner = await RoomTalker.enter(box, anna, room, promises);
  await owner.open(others.map(({ jid }) => jid));
  await owner.wire.close();
});

afterAll(() => box.dispose());

test(`after each of ${KILLS} kills every answered affiliation, message and item is there, and none twice`, async () => {
  const random = new SeededRandom('kill -9 of rooms');
  for (let round = 1; round <= KILLS; round += 1) {
    const count = random.between(1, MOST_PROMISES);
    const delayMs = random.below(MOST_DELAY_MS + 1);
    await workUntilKilled(round, count, delayMs);
    await box.boot();
    await check(round, `kill ${round}, ${count} promises and ${delayMs} ms after the start`);
  }
  await checkAgainFromTheBeginning();
  expect(await box.ask(['status'])).toMatchObject({ errors: 0 });
  const settings = [...promises.values.values()].reduce((sum, { answered }) => sum + answered + 1, 0);
  console.info(
    `kill -9 of rooms: ${KILLS} kills, ${promises.kept.size} of ${promises.said.size} messages and items acknowledged, ${settings} changes of the room`,
  );
});

const enterAll = () => Promise.all(accounts.map((account) => RoomTalker.enter(box, account, room, promises)));

/** Where the second and the third member publish in this round. */
function nodesOf(round: number): [service: string, node: string][] {
  return [
    [`pubsub.${box.domain}`, `urn:test:service:${round}`],
    [accounts[2]?.jid ?? '', `urn:test:account:${round}`],
  ];
}

async function workUntilKilled(round: number, count: number, delayMs: number): Promise<void> {
  const talkers = await enterAll();
  const [owner, ...publishers] = talkers;
  const enough = promises.more(count);
  const busy = [
    owner?.administer(),
    ...talkers.map((talker) => talker.speak(`r${round}-${talker.account.local}`)),
    ...publishers.map((talker, place) => talker.publish(...(nodesOf(round)[place] ?? ['', '']))),
  ];
  await enough;
  if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
  await box.kill();
  await Promise.all(busy);
}

async function check(round: number, when: string): Promise<void> {
  expect(promises.refused, when).toEqual([]);
  const talkers = await enterAll();
  const [owner] = talkers;
  if (!owner) throw new Error('nobody is there');
  checkValues(await owner.values(), when);
  archive.push(...(await readArchive(owner.wire, archive.at(-1)?.id, room)));
  checkRoom(archive, when);
  await checkNodes(talkers, round, when);
  await Promise.all(talkers.map(({ wire }) => wire.close()));
}

/** What was answered, or something newer that was on its way; it has become a promise now. Both of a pair changed, or neither. */
function checkValues(values: readonly (readonly [name: string, value: number])[], when: string): void {
  for (const [name, promised] of promises.values) {
    const there = values.filter(([other]) => other === name).map(([, value]) => value);
    const [first = -1, second = first] = there;
    expect(second, `${name} of a pair, ${when}`).toBe(first);
    expect(there.length, `${name}, ${when}`).toBeLessThanOrEqual(2);
    expect(first, `${name}, ${when}`).toBeGreaterThanOrEqual(promised.answered);
    expect(first, `${name}, ${when}`).toBeLessThanOrEqual(promised.tried);
    promised.answered = first;
  }
}

function checkRoom(entries: readonly Archived[], when: string): void {
  const found = new Map<string, string>();
  const last = new Map<string, number>();
  const wrong: string[] = [];
  for (const { id, messageId } of entries) {
    if (found.has(messageId)) wrong.push(`${messageId} is there more than once`);
    found.set(messageId, id);
    const [, series = '', number = ''] = /^(.*)-(\d+)$/.exec(messageId) ?? [];
    if (Number(number) <= (last.get(series) ?? -1)) wrong.push(`${messageId} is out of order`);
    last.set(series, Number(number));
  }
  for (const [id, { to }] of promises.said) {
    if (to !== room) continue;
    const seenAs = promises.archiveIds.get(id);
    if (promises.kept.has(id) && !found.has(id)) wrong.push(`${id} was seen and is lost`);
    if (seenAs !== undefined && found.get(id) !== seenAs) wrong.push(`${id} was seen as ${seenAs}`);
  }
  expect(wrong, when).toEqual([]);
}

async function checkNodes(talkers: readonly RoomTalker[], round: number, when: string): Promise<void> {
  for (const [place, [service, node]] of nodesOf(round).entries()) {
    const items = await talkers[place + 1]?.items(service, node);
    const tried = [...promises.said.values()].filter(({ to }) => to === node).map(({ id }) => id);
    const there = new Set(items);
    expect(there.size, `${node}: each item once, ${when}`).toBe(items?.length ?? 0);
    expect(
      tried.filter((id) => promises.kept.has(id) && !there.has(id)),
      `lost, ${when}`,
    ).toEqual([]);
    expect(
      [...there].filter((id) => !tried.includes(id)),
      `never published, ${when}`,
    ).toEqual([]);
  }
}

async function checkAgainFromTheBeginning(): Promise<void> {
  const talkers = await enterAll();
  const [owner] = talkers;
  if (!owner) throw new Error('nobody is there');
  expect(await readArchive(owner.wire, undefined, room)).toEqual(archive);
  for (let round = 1; round <= KILLS; round += 1) await checkNodes(talkers, round, 'at the end');
  await Promise.all(talkers.map(({ wire }) => wire.close()));
}
