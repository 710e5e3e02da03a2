/** Mutated streams: each ends in the right stream error or goes on, and the box is as it was. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Box, type BoxAccount } from '../kit/box.ts';
import { plainResponse } from '../kit/sasl.ts';
import { elementsOf, NS_STREAM } from '../kit/tree.ts';
import { describe as inWords, Wire } from '../kit/wire.ts';
import { type Mutation, type MutationContext, mutations, type Outcome, type Stage } from './mutations.ts';
import { SeededRandom } from './random.ts';

const STREAMS = 200;
/** What the memory may grow by from the first round of 200 streams to a later one: what V8 leaves lying about before it cleans up. */
const FLAT_BYTES = 48 * 1024 * 1024;
const ROUNDS_MEASURED = 3;
const PATIENCE_MS = 10_000;
const NS_STREAMS = 'urn:ietf:params:xml:ns:xmpp-streams';

let box: Box;
let anna: BoxAccount;
/** A client that is there all the time and is not to notice anything. */
let witness: Wire;

beforeAll(async () => {
  // Wrong logins are slowed on purpose, which is another test's matter.
  box = await Box.start({ log: 'info', 'limits.logins_per_minute': 0 });
  anna = await box.addAccount('anna');
  witness = await box.login(await box.addAccount('witness'), 'home');
});

afterAll(() => box.dispose());

test(`${STREAMS} mutated streams end as they should, again and again, in flat memory`, async () => {
  const random = new SeededRandom('mutated streams');
  const context = { random, domain: box.domain, goodLogin: loginPieces().join('') };
  const memory: number[] = [];
  for (let round = 0; round <= ROUNDS_MEASURED; round += 1) {
    await playRound(context);
    memory.push(await memoryBytes());
  }
  const [warm = 0, ...later] = memory;
  console.info(
    `mutated streams: memory after each round: ${memory.map((bytes) => `${mebibytes(bytes)} MiB`).join(', ')}`,
  );
  expect(Math.max(...later) - warm).toBeLessThan(FLAT_BYTES);
  await expectUnharmed();
});

test('a login split at every byte works', async () => {
  const pieces = loginPieces().map((piece) => Buffer.from(piece));
  for (const [turn, piece] of pieces.entries()) {
    for (let at = 1; at < piece.length; at += 1) {
      await logIn(pieces, async (wire, bytes, place) => {
        if (place !== turn) return wire.write(bytes);
        wire.write(bytes.subarray(0, at));
        // The box has read the first part by the time that it answers somebody else.
        await ping(witness);
        wire.write(bytes.subarray(at));
      });
    }
  }
  await logIn(pieces, async (wire, bytes) => {
    for (const byte of bytes) {
      wire.write(Buffer.of(byte));
      await ping(witness);
    }
  });
  await expectUnharmed();
});

async function playRound(context: MutationContext): Promise<void> {
  const kinds = Object.keys(mutations);
  // Every kind comes at least once, and some more of them by chance.
  const rest = Array.from({ length: STREAMS - kinds.length }, () => context.random.pick(kinds));
  const wrong: string[] = [];
  for (const kind of [...kinds, ...rest]) {
    const mutation = mutations[kind]?.(context);
    if (!mutation) throw new Error(kind);
    await play(mutation).catch((error: unknown) => {
      wrong.push(`${kind}, ${mutation.stage}: ${excerpt(mutation.bytes)}: ${String(error)}`);
    });
  }
  expect(wrong).toEqual([]);
}

async function play({ stage, bytes, outcome }: Mutation): Promise<void> {
  const wire = await reach(stage);
  try {
    wire.write(bytes);
    await expectOutcome(wire, stage, outcome);
  } finally {
    wire.cut();
  }
}

async function reach(stage: Stage): Promise<Wire> {
  const wire = await Wire.open({
    domain: box.domain,
    port: stage === 'connected to the TLS port' ? box.ports.c2sTls : box.ports.c2s,
  });
  if (stage === 'connected' || stage === 'connected to the TLS port') return wire;
  await wire.openStream();
  if (stage === 'secured') {
    wire.write("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
    await wire.element((node) => node.name === 'proceed', '<proceed/>');
  }
  if (stage === 'opened' || stage === 'secured') return wire;
  await wire.authenticate(anna.local, anna.password);
  if (stage === 'bound') await wire.bind('mutant');
  return wire;
}

async function expectOutcome(wire: Wire, stage: Stage, outcome: Outcome): Promise<void> {
  if (outcome === 'works') return ping(wire);
  if (outcome === 'ends' || outcome === 'survives') {
    wire.endTcp();
    const condition = await ending(wire);
    if (outcome === 'ends') expect(condition).toBeUndefined();
    expect(condition).not.toBe('internal-server-error');
    return;
  }
  if ('failure' in outcome) {
    const failure = await wire.element((node) => node.name === 'failure', 'a SASL failure');
    expect(elementsOf(failure)[0]?.name).toBe(outcome.failure);
    await wire.authenticate(anna.local, anna.password);
    await wire.bind('mutant');
    return;
  }
  // RFC 6120 section 4.9.1.1: an error in the opening comes after a stream header of the server's own.
  if (stage === 'connected') await wire.take(({ kind }) => kind === 'header', 'a stream header');
  expect(outcome.error).toContain(await ending(wire));
}

/** The condition of the stream error with which the connection ended; undefined where it ended without one. */
async function ending(wire: Wire): Promise<string | undefined> {
  let condition: string | undefined;
  for (;;) {
    const arrival = await wire.next(PATIENCE_MS);
    if (!arrival) throw new Error('the box says nothing and does not hang up');
    if (arrival.kind === 'closed') return condition;
    if (arrival.kind !== 'element' || arrival.node.ns !== NS_STREAM || arrival.node.name !== 'error') continue;
    condition = elementsOf(arrival.node).find(({ ns, name }) => ns === NS_STREAMS && name !== 'text')?.name;
    const end = await wire.next(PATIENCE_MS);
    expect(end && inWords(end)).toBe('</stream:stream>');
  }
}

/** The turns of a good login, each of which the server answers. */
function loginPieces(): string[] {
  const header = `<?xml version='1.0' encoding='utf-8'?><stream:stream to='${box.domain}' version='1.0' xmlns='jabber:client' xmlns:stream='${NS_STREAM}'>`;
  return [
    header,
    `<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${plainResponse(anna.local, anna.password)}</auth>`,
    header,
    "<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>gr&#xfc;ße 😀<![CDATA[<&]]></resource></bind></iq>",
    "<iq type=\"get\" id='&lt;1>' ><ping\txmlns='urn:xmpp:ping' ></ping ></iq>\n",
  ];
}

type Say = (wire: Wire, bytes: Buffer, place: number) => void | Promise<void>;

async function logIn(pieces: readonly Buffer[], say: Say): Promise<void> {
  const wire = await Wire.open(box.reach());
  const answers = ['features', 'success', 'features', 'iq', 'iq'];
  for (const [place, bytes] of pieces.entries()) {
    if (answers[place] === 'features') wire.restart();
    await say(wire, bytes, place);
    const answer = await wire.element(({ name }) => name === answers[place], `<${answers[place]}/>`);
    if (answer.name === 'iq') expect(answer.attrs.get('type')).toBe('result');
  }
  wire.cut();
}

async function ping(wire: Wire): Promise<void> {
  const answer = await wire.query("<iq type='get' id='ping'><ping xmlns='urn:xmpp:ping'/></iq>", 'ping');
  expect(answer.attrs.get('type')).toBe('result');
}

async function expectUnharmed(): Promise<void> {
  await ping(witness);
  const fresh = await box.login(anna, 'fresh', 'starttls');
  await ping(fresh);
  await fresh.close();
  expect(await box.ask(['status'])).toMatchObject({ errors: 0 });
  expect(box.log).not.toMatch(/failed;|a stream failed/);
}

const memoryBytes = async () => ((await box.ask(['status'])) as { memoryBytes: number }).memoryBytes;
const mebibytes = (bytes: number) => Math.round(bytes / 1024 / 1024);

function excerpt(bytes: Buffer): string {
  const text = JSON.stringify(bytes.toString('latin1'));
  return text.length <= 400 ? text : `${text.slice(0, 300)} … (${bytes.length} bytes)`;
}
