/**
 * 10,000 stanzas from 200 domains that somebody made up, over real links between servers, at a box in mode community: no member sees
 * one of them, what is held stays bounded, and members talk on meanwhile.
 */
import { readFileSync } from 'node:fs';
import { afterEach, expect, onTestFinished, test } from 'vitest';
import { type Element, xml } from '../../xmpp/xml.ts';
import { Box, type BoxAccount } from '../kit/box.ts';
import { freePorts } from '../kit/ports.ts';
import { show, type Tree } from '../kit/tree.ts';
import type { Wire } from '../kit/wire.ts';
import { type Side, World } from '../xmpp/federation/side.ts';
import { bodyOf } from './archive.ts';

const DOMAINS = Array.from({ length: 200 }, (_, n) => `spam${n}.test`);
const OF_EACH = 50;
const MEMBERS = 20;
/** Rounds of talk before the flood, to compare with. */
const QUIET_ROUNDS = 100;
const SPAM = 'Buy now';
/** Between rounds of a stanza of each domain. */
const PAUSE_MS = 150;
/** access/quarantine.ts */
const MAX_HELD = 100;

let box: Box | undefined;

afterEach(async () => {
  await box?.dispose();
  box = undefined;
});

async function start(): Promise<{ box: Box; spammer: Side }> {
  const world = await World.create();
  const certificate = world.folder.writeIssued('box', await world.authority.issue({ domains: ['box.test'] }));
  const [s2s = 0] = await freePorts(1);
  world.hosts['box.test'] = `127.0.0.1:${s2s}`;
  const spammer = await world.side({ domains: DOMAINS });
  const places = Object.fromEntries(DOMAINS.map((domain) => [domain, `127.0.0.1:${spammer.port}`]));
  box = await Box.start({
    'access.mode': 'community',
    'listen.s2s': s2s,
    'tls.certificate': certificate.certificate,
    'tls.key': certificate.key,
    'federation.enabled': true,
    'federation.ca': world.folder.write('authority.pem', world.authority.root),
    'federation.hosts': places,
    // The best case for those who mean harm.
    'federation.stanzas_per_second': 0,
    'limits.streams_per_address': 0,
  });
  return { box, spammer };
}

/** Everything that a stranger can send somebody, and some of it to names that nobody has. */
function stanzaOf(from: string, to: string, index: number): Element {
  const attrs = { from, to, id: `spam-${index}` };
  const body = xml('body', {}, SPAM);
  switch (index % 6) {
    case 0:
      return xml('message', { ...attrs, type: 'chat' }, body);
    case 1:
      return xml('presence', { ...attrs, type: 'subscribe' }, xml('status', {}, SPAM));
    case 2:
      return xml('message', { ...attrs, type: 'headline' }, body);
    case 3:
      return xml('presence', attrs, xml('status', {}, SPAM));
    case 4:
      return xml('message', attrs, xml('subject', {}, SPAM), body);
    default:
      return xml('message', { ...attrs, to: `nobody${index}@box.test`, type: 'chat' }, body);
  }
}

/** Resolves when the box is through with all of it: each sender gets the answer to what it asked last. */
async function flood(spammer: Side, members: readonly BoxAccount[]): Promise<void> {
  for (let index = 0; index < OF_EACH; index += 1) {
    for (const [number, domain] of DOMAINS.entries()) {
      const { jid = '' } = members[(index + number) % members.length] ?? {};
      spammer.send(stanzaOf(`bot@${domain}/x`, jid, index));
    }
    // The members' clients live in this process as well: it must not be the one that keeps them waiting.
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  await questioned(spammer, 'last');
}

/** Each domain asks the box something after all that it said before, and has the answer. */
async function questioned(spammer: Side, id: string): Promise<void> {
  for (const domain of DOMAINS) {
    const attrs = { type: 'get', id, from: `bot@${domain}/x`, to: 'box.test' };
    spammer.send(xml('iq', attrs, xml('ping', { xmlns: 'urn:xmpp:ping' })));
  }
  const answers = () => spammer.received.filter(({ attrs }) => attrs.id === id).length;
  await spammer.until(() => answers() >= DOMAINS.length);
}

/** How long each message took, in milliseconds. */
async function talk(one: Wire, other: Wire, goesOn: (rounds: number) => boolean): Promise<number[]> {
  const took: number[] = [];
  while (goesOn(took.length)) {
    const word = `word ${performance.now()}`;
    const start = performance.now();
    one.write(`<message to='${other.jid}' type='chat'><body>${word}</body></message>`);
    await other.element((node) => bodyOf(node) === word, word);
    took.push(performance.now() - start);
  }
  return took;
}

/** Of all its threads, in steps of ten. */
function cpuMsOf(box: Box): number {
  const fields = readFileSync(`/proc/${box.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

function figures(took: readonly number[]): string {
  const sorted = [...took].sort((a, b) => a - b);
  const at = (part: number) => (sorted[Math.floor((sorted.length - 1) * part)] ?? 0).toFixed(1);
  return `${took.length} messages, median ${at(0.5)} ms, 95 of 100 within ${at(0.95)} ms, slowest ${at(1)} ms`;
}

test('spam from 200 domains: members see none of it, and talk on', async () => {
  const { box, spammer } = await start();
  const members: BoxAccount[] = [];
  for (let n = 0; n < MEMBERS; n += 1) members.push(await box.addAccount(`member${n}`));
  const wires = await Promise.all(members.slice(0, 6).map((member) => box.login(member)));
  const seen: Tree[] = [];
  for (const wire of wires) {
    wire.intercept((node) => {
      if (show(node).includes('spam')) seen.push(node);
      return false;
    });
    wire.write('<presence/>');
    onTestFinished(() => wire.cut());
  }
  const [one, other] = wires;
  if (!one || !other) throw new Error('nobody is here');

  // Links between servers take their time, which is not what is looked at here.
  await questioned(spammer, 'first');
  const quiet = await talk(one, other, (rounds) => rounds < QUIET_ROUNDS);
  let over = false;
  const [startMs, cpuMs] = [performance.now(), cpuMsOf(box)];
  const flooding = flood(spammer, members).finally(() => {
    over = true;
  });
  const loud = await talk(one, other, () => !over);
  await flooding;
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
  const each = ((cpuMsOf(box) - cpuMs) / (DOMAINS.length * OF_EACH)).toFixed(2);
  console.info(`quiet: ${figures(quiet)}`);
  console.info(
    `while ${DOMAINS.length * OF_EACH} stanzas came in ${seconds} s, ${each} ms of the box each: ${figures(loud)}`,
  );

  // Whoever comes online now finds no more than those who were there.
  const late = await box.login(members[7] ?? members[0] ?? { local: '', jid: '', password: '' });
  late.write('<presence/>');
  const offline: string[] = [];
  late.intercept((node) => {
    offline.push(show(node));
    return false;
  });
  await late.query("<iq type='get' id='end'><ping xmlns='urn:xmpp:ping'/></iq>", 'end');
  await late.close();
  expect(seen.map((node) => show(node))).toEqual([]);
  expect(offline.join('\n')).not.toMatch(/spam\d|Buy now/);

  const held = (await box.command('access held')) as { member: string; stanzas: number }[];
  const byMember = new Map<string, number>();
  for (const { member, stanzas } of held) byMember.set(member, (byMember.get(member) ?? 0) + stanzas);
  expect(byMember.size).toBe(MEMBERS);
  expect(Math.max(...byMember.values())).toBeLessThanOrEqual(MAX_HELD);
  expect(await box.ask(['status'])).toMatchObject({ errors: 0 });
});
