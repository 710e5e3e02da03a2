/** Peers that mean harm, or only behave so: they cost themselves something and the others nothing. */
import { afterEach, expect, test } from 'vitest';
import { Box, type BoxAccount, type Settings } from '../kit/box.ts';
import { fastLogin } from '../kit/fast.ts';
import { Managed } from '../kit/managed.ts';
import { childOf, elementsOf, NS_STREAM, type Tree } from '../kit/tree.ts';
import { Wire } from '../kit/wire.ts';
import { bodyOf, readArchive } from './archive.ts';

const NS_STREAMS = 'urn:ietf:params:xml:ns:xmpp-streams';
/** Far more than the system's socket buffers and the box's own patience with one peer together. */
const FLOOD_BYTES = 96 * 1024 * 1024;
/** What the box may need for a peer that does not read, whatever it is sent. */
const BOUND_BYTES = 64 * 1024 * 1024;
const PIECE = 'x'.repeat(200_000);
/** From where the harm comes. */
const ELSEWHERE = '127.0.0.9';
const PATIENCE_MS = 20_000;
const PHONE = 'd4565fa7-4d72-4749-b3d3-740edbf87770';

let box: Box;

async function start(settings: Settings): Promise<BoxAccount[]> {
  box = await Box.start({ log: 'info', ...settings });
  const accounts: BoxAccount[] = [];
  for (const name of ['anna', 'ben', 'mallory']) accounts.push(await box.addAccount(name));
  return accounts;
}

afterEach(async () => {
  expect(await box.ask(['status'])).toMatchObject({ errors: 0 });
  await box.dispose();
});

test('a peer that stops reading is cut off, in bounded memory, while the others talk', async () => {
  const [anna, ben, mallory] = await start({ 'limits.stanzas_per_second': 0 });
  const deaf = await online(mallory);
  const flooder = await online(anna);
  // Whom the deaf one has told that it is there hears when it is gone (RFC 6121 section 4.6.3).
  deaf.write(`<presence to='${flooder.jid}'/>`);
  await flooder.element((node) => isPresenceOf(node, deaf.jid), 'the presence of the deaf one');
  const talk = conversation(await online(ben), await online(ben, 'laptop'));
  const before = await memoryBytes();
  deaf.stopListening();

  let gone = false;
  flooder.intercept((node) => {
    gone ||= isPresenceOf(node, deaf.jid, 'unavailable');
    return false;
  });
  let flooded = 0;
  for (; flooded < FLOOD_BYTES && !gone; flooded += PIECE.length * 10) {
    for (let count = 0; count < 10; count += 1) {
      flooder.write(`<message to='${deaf.jid}' type='headline'><body>${PIECE}</body></message>`);
    }
    await ping(flooder);
    await talk.exchange();
  }
  expect(gone, `after ${flooded} bytes`).toBe(true);
  expect((await memoryBytes()) - before).toBeLessThan(BOUND_BYTES);
  deaf.cut();
});

test('a peer with stream management that stops reading loses nothing of what was acknowledged to others', async () => {
  const [anna, ben, mallory] = await start({ 'limits.stanzas_per_second': 0 });
  const deaf = await online(mallory);
  const hibernating = await Managed.enable(deaf);
  const flooder = await online(anna);
  const sending = await Managed.enable(flooder);
  const talk = conversation(await online(ben), await online(ben, 'laptop'));
  deaf.stopListening();

  const sent: string[] = [];
  for (let bytes = 0; bytes < FLOOD_BYTES / 4; bytes += PIECE.length * 5) {
    for (let count = 0; count < 5; count += 1) {
      const id = `m${sent.length}`;
      sent.push(id);
      flooder.write(`<message to='${mallory?.jid}' type='chat' id='${id}'><body>${PIECE}</body></message>`);
    }
    await sending.request();
    await talk.exchange();
  }
  deaf.cut();
  expect(hibernating.id).not.toBe('');

  // It has not heard a word, so all of it comes to the client that comes back, and all of it is in the archive.
  const back = await login(mallory, {}, 'home again');
  const came: string[] = [];
  const all = new Promise<void>((resolve) => {
    back.intercept((node) => {
      if (bodyOf(node) === PIECE) came.push(node.attrs.get('id') ?? '');
      if (came.length === sent.length) resolve();
      return bodyOf(node) === PIECE;
    });
  });
  back.write('<presence/>');
  await within(all, () => `${came.length} of ${sent.length} came`);
  expect(came.toSorted()).toEqual(sent.toSorted());
  const archive = await readArchive(back);
  expect(archive.map(({ messageId }) => messageId)).toEqual(sent);
});

test('connections over the limit of an address are turned away with a word; other addresses and those inside go on', async () => {
  const limit = 12;
  const [anna, ben] = await start({ 'limits.streams_per_address': limit });
  const inside = await login(anna, { localAddress: ELSEWHERE });
  const held: Wire[] = [];
  while (held.length < limit - 1) held.push(await Wire.open({ ...box.reach(), localAddress: ELSEWHERE }));
  // They do not even speak, and count all the same.
  await ping(inside);

  for (let count = 0; count < 50; count += 1) {
    const turnedAway = await Wire.open({ ...box.reach(), localAddress: ELSEWHERE });
    await turnedAway.take(({ kind }) => kind === 'header', 'a stream header');
    expect(await streamError(turnedAway)).toBe('policy-violation');
  }
  await expect(Wire.open({ ...box.reach('tls'), localAddress: ELSEWHERE })).rejects.toThrow();

  await ping(inside);
  await ping(await login(ben, {}));
  held.pop()?.cut();
  await held.pop()?.close();
  await ping(await login(ben, { localAddress: ELSEWHERE }));
});

test('wrong logins are held up and then refused by address, while others log in', async () => {
  const perMinute = 5;
  const [anna, ben] = await start({ 'limits.logins_per_minute': perMinute });
  const app = { ...appOf(anna), agent: PHONE };
  const { wire: first, token } = await fastLogin({ ...app, wants: 'HT-SHA-256-NONE' });
  await first.close();
  expect(token).toBeDefined();
  const guesses: Promise<string>[] = [];
  for (let count = 0; count < 12; count += 1) guesses.push(guess(anna, `guess ${count}`));
  // In the midst of it the right ones get in: another member, and she herself from where she is.
  await ping(await login(ben, {}));
  await ping(await login(anna, {}));

  const outcomes = await Promise.all(guesses);
  expect(new Set(outcomes)).toEqual(new Set(['not-authorized', 'policy-violation']));
  expect(outcomes.filter((outcome) => outcome === 'not-authorized').length).toBeLessThanOrEqual(perMinute);
  // Now the address has used up its tries, and even the right password does not get in from there.
  expect(await guess(anna, anna?.password ?? '')).toBe('policy-violation');
  // But an app that has been here before is counted by itself, whether it comes with its token or with the password.
  for (const secret of [token ? { token } : {}, {}]) await ping((await fastLogin({ ...app, ...secret })).wire);
  await ping(await login(anna, {}));
  await ping(await login(ben, {}));
});

test('a stanza over the limit ends the stream; what came before it is done, and one of just that size passes', async () => {
  const limit = 20_000;
  const [anna, ben] = await start({ 'limits.stanza_bytes': limit });
  const recipient = await online(ben);
  const sender = await online(anna);
  const [head, tail] = [`<message to='${recipient.jid}' type='chat' id='large'><body>`, '</body></message>'];
  const largest = `${head}${'x'.repeat(limit - head.length - tail.length)}${tail}`;
  sender.write(largest);
  await recipient.element((node) => node.attrs.get('id') === 'large', 'the largest message');

  sender.write(
    `<message to='${recipient.jid}' type='chat' id='before'><body>x</body></message>${largest.replace('x', 'xx')}`,
  );
  expect(await streamError(sender)).toBe('policy-violation');
  await recipient.element((node) => node.attrs.get('id') === 'before', 'the message before');
  await ping(recipient);
  expect(recipient.waiting().filter((arrival) => arrival.kind === 'element' && bodyOf(arrival.node) !== '')).toEqual(
    [],
  );
});

test('a flood over the limit of stanzas is slowed: all of it arrives in order, and the others do not wait for it', async () => {
  const perSecond = 40;
  const burst = perSecond * 10;
  const count = burst + 4 * perSecond;
  const [anna, ben, carl] = await start({ 'limits.stanzas_per_second': perSecond });
  const recipient = await online(ben);
  const flooder = await online(anna);
  const managed = await Managed.enable(flooder);
  const came: string[] = [];
  recipient.intercept((node) => {
    if (node.name === 'message') came.push(bodyOf(node));
    return node.name === 'message';
  });
  const talk = conversation(await online(carl), await online(carl, 'laptop'));

  // Reading is held between pieces of what comes in, so the flood has to be more than one of them.
  const padding = `<padding xmlns='urn:test:padding'>${'x'.repeat(2000)}</padding>`;
  const numbers = Array.from({ length: count }, (_, number) => String(number));
  const flood = numbers.map((n) => `<message to='${recipient.jid}' type='chat'><body>${n}</body>${padding}</message>`);
  flooder.write(flood.join(''));
  // Others exchange many words while the flood is still on its way.
  for (let words = 0; words < 20; words += 1) await talk.exchange();
  expect(came.length).toBeLessThan(count);

  while (managed.acknowledged < count) await managed.request();
  await ping(recipient);
  expect(came).toEqual(numbers);
  expect(flooder.waiting().some((arrival) => arrival.kind === 'element' && childOf(arrival.node, 'error'))).toBe(false);
  await ping(flooder);
});

// ---- what clients do

type From = { localAddress?: string };

const login = (account: BoxAccount | undefined, from: From, resource?: string) =>
  Wire.login({
    ...box.reach(),
    ...from,
    local: account?.local ?? '',
    password: account?.password ?? '',
    ...(resource === undefined ? {} : { resource }),
  });

/** An app of hers, over TLS, at the address from which the harm comes. */
const appOf = (account: BoxAccount | undefined) => ({
  ...box.reach('tls'),
  localAddress: ELSEWHERE,
  local: account?.local ?? '',
  password: account?.password ?? '',
});

async function online(account: BoxAccount | undefined, resource = 'home'): Promise<Wire> {
  const wire = await login(account, {}, resource);
  wire.write('<presence/>');
  await wire.element((node) => isPresenceOf(node, wire.jid), 'the own presence');
  return wire;
}

const isPresenceOf = (node: Tree, jid: string, type?: string) =>
  node.name === 'presence' && node.attrs.get('from') === jid && node.attrs.get('type') === type;

async function ping(wire: Wire): Promise<void> {
  const answer = await wire.query("<iq type='get' id='ping'><ping xmlns='urn:xmpp:ping'/></iq>", 'ping');
  expect(answer.attrs.get('type')).toBe('result');
}

/** Two who send each other a word in turn and notice whether each arrives. */
function conversation(one: Wire, other: Wire): { exchange(): Promise<void> } {
  let number = 0;
  const say = async (from: Wire, to: Wire) => {
    number += 1;
    const word = `word ${number}`;
    from.write(`<message to='${to.jid}' type='headline'><body>${word}</body></message>`);
    await to.element((node) => bodyOf(node) === word, word);
  };
  return {
    async exchange() {
      await say(one, other);
      await say(other, one);
    },
  };
}

/** What became of a login: `success`, the SASL failure, or the stream error. */
async function guess(account: BoxAccount | undefined, password: string): Promise<string> {
  const wire = await Wire.open({ ...box.reach(), localAddress: ELSEWHERE });
  await wire.openStream();
  const data = Buffer.from(`\0${account?.local}\0${password}`).toString('base64');
  wire.write(`<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${data}</auth>`);
  const answer = await wire.take(({ kind }) => kind === 'element' || kind === 'closed', 'an answer', PATIENCE_MS);
  wire.cut();
  if (answer.kind !== 'element') return answer.kind;
  return answer.node.name === 'success' ? 'success' : (elementsOf(answer.node)[0]?.name ?? '');
}

async function streamError(wire: Wire): Promise<string | undefined> {
  const error = await wire.element((node) => node.ns === NS_STREAM && node.name === 'error', 'a stream error');
  await wire.gone();
  return elementsOf(error).find(({ ns }) => ns === NS_STREAMS)?.name;
}

/** @throws Error that says how far it got */
async function within(done: Promise<void>, progress: () => string): Promise<void> {
  const late = AbortSignal.timeout(PATIENCE_MS);
  const over = new Promise<never>((_, reject) => late.addEventListener('abort', () => reject(new Error(progress()))));
  await Promise.race([done, over]);
}

const memoryBytes = async () => ((await box.ask(['status'])) as { memoryBytes: number }).memoryBytes;
