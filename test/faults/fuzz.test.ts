/** Mutated stanzas of rooms, nodes and what else a box keeps: every request is answered once, and the box is as it was. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Box, type BoxAccount } from '../kit/box.ts';
import { show, type Tree } from '../kit/tree.ts';
import type { Wire } from '../kit/wire.ts';
import { SeededRandom } from './random.ts';
import { type AtHand, Spoiler, type Spoilt } from './spoil.ts';

const STANZAS = 20_000;
const ROUNDS = 4;
const MEMBERS = ['anna', 'ben', 'cleo', 'dora', 'emil'];
/** Stanzas of one member under way at a time. */
const WINDOW = 25;
/** What the memory may grow by from the end of the first round to the end of a later one. */
const FLAT_BYTES = 64 * 1024 * 1024;
/** Of which the good stanzas speak. */
const NODES = ['tunes', 'urn:test:a', 'urn:test:b', 'urn:xmpp:bookmarks:1', 'urn:xmpp:avatar:metadata'];
const PATIENCE_MS = 10_000;

let box: Box;
const accounts: BoxAccount[] = [];

beforeAll(async () => {
  box = await Box.start({ log: 'info', 'limits.stanzas_per_second': 0, 'archive.search': true });
  for (const name of MEMBERS) accounts.push(await box.addAccount(name));
});

afterAll(() => box.dispose());

/** A client that sends what it is given and holds the box to its answers. */
class Member {
  readonly wire: Wire;
  /** Requests on their way, by id. */
  readonly #pending = new Map<string, Spoilt>();
  readonly #answered = new Set<string>();
  readonly wrong: string[];
  results = 0;
  #settled: () => void = () => undefined;
  #count = 0;

  constructor(wire: Wire, wrong: string[]) {
    this.wire = wire;
    this.wrong = wrong;
    wire.intercept((node) => this.#take(node));
  }

  static async login(account: BoxAccount, wrong: string[]): Promise<Member> {
    const wire = await box.login(account, 'home');
    wire.write('<presence/>');
    return new Member(wire, wrong);
  }

  async send(spoiler: Spoiler, count: number, atHand: AtHand): Promise<void> {
    for (let sent = 0; sent < count && !this.wire.closed; sent += WINDOW) {
      const window = Array.from({ length: WINDOW }, () => {
        this.#count += 1;
        const id = `${this.wire.jid} ${this.#count}`;
        const spoilt = spoiler.next(id, atHand);
        if (isOwed(spoilt)) this.#pending.set(id, spoilt);
        return spoilt;
      });
      const settled = this.#settlement();
      this.wire.write(window.map(({ xml }) => xml).join(''));
      await settled;
      if (this.wire.closed) this.wrong.push(`the stream ended after one of ${window.map(({ xml }) => xml).join('\n')}`);
      for (const { kind, xml } of this.#pending.values()) this.wrong.push(`unanswered, ${kind}: ${xml}`);
      this.#pending.clear();
    }
  }

  /** All that is on its way is answered, or nothing comes any more. */
  #settlement(): Promise<void> {
    if (this.#pending.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const patience = setTimeout(resolve, PATIENCE_MS);
      this.#settled = () => {
        clearTimeout(patience);
        resolve();
      };
      void this.wire.gone().then(this.#settled);
    });
  }

  get answered(): number {
    return this.#answered.size;
  }

  #take(node: Tree): boolean {
    const type = node.attrs.get('type');
    if (node.name !== 'iq') return node.name === 'message' || node.name === 'presence';
    const id = node.attrs.get('id') ?? '';
    if (type === 'get' || type === 'set') this.#refuse(node, id);
    else if (this.#pending.delete(id)) {
      this.#answered.add(id);
      if (type === 'result') this.results += 1;
      if (this.#pending.size === 0) this.#settled();
    } else if (this.#answered.has(id)) this.wrong.push(`answered twice: ${show(node)}`);
    return true;
  }

  /** As a client that knows nothing (RFC 6120 section 8.4). */
  #refuse(request: Tree, id: string): void {
    const from = request.attrs.get('from');
    const error = "<error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>";
    const attrs = new Map([['type', 'error'], ['id', id], ...(from === undefined ? [] : ([['to', from]] as const))]);
    this.wire.write(show({ name: 'iq', ns: 'jabber:client', attrs, children: [] }).replace('/>', `>${error}</iq>`));
  }
}

test(`${STANZAS} mutated stanzas: every request is answered once, no fault is the box's own, its memory stays flat`, async () => {
  const spoiler = new Spoiler(new SeededRandom('fuzz'));
  const wrong: string[] = [];
  const memory: number[] = [];
  let [answered, results] = [0, 0];
  const startMs = performance.now();
  for (let round = 0; round < ROUNDS; round += 1) {
    const members = await Promise.all(accounts.map((account) => Member.login(account, wrong)));
    const each = STANZAS / ROUNDS / members.length;
    await Promise.all(members.map((member) => member.send(spoiler, each, atHand(member.wire.jid))));
    memory.push(await memoryBytes());
    for (const member of members) {
      answered += member.answered;
      results += member.results;
      member.wire.cut();
    }
    expect(wrong.slice(0, 20)).toEqual([]);
  }
  const seconds = Math.round((performance.now() - startMs) / 1000);
  const [warm = 0, ...later] = memory;
  console.info(
    `fuzz: ${STANZAS} stanzas in ${seconds} s, ${answered} answers, ${results} of them results; memory after each round: ${memory.map(mebibytes).join(', ')}`,
  );
  expect(Math.max(...later) - warm).toBeLessThan(FLAT_BYTES);
  await expectUnharmed();
  const kept = await everythingKept();
  await box.restart();
  expect(await everythingKept()).toEqual(kept);
  await expectUnharmed();
});

/** A request to another client is that client's to answer, and its answer is lost where one of the two has blocked the other by then. */
const isOwed = ({ name, type, to }: Spoilt) =>
  name === 'iq' && (type === 'get' || type === 'set') && !to.includes(`@${box.domain}/`);

function atHand(jid: string): AtHand {
  const me = jid.split('/')[0] ?? '';
  const others = accounts.map((account) => account.jid).filter((one) => one !== me);
  const rooms = Array.from({ length: 6 }, (_, n) => `room${n}@rooms.${box.domain}`);
  return {
    domain: [box.domain],
    me: [me],
    other: [...others, ...others.map((one) => `${one}/home`)],
    third: [...others, 'stranger@elsewhere.test', 'elsewhere.test'],
    room: rooms,
    room2: rooms,
    nick: ['Anna', 'Ben', 'Cleo', 'Dora', 'Emil'],
    service: [me, me, `pubsub.${box.domain}`, `pubsub.${box.domain}`, ...others],
    node: NODES,
    id: ['a', 'b', 'c', 'current', `${me} 1`],
    hash: ['da39a3ee5e6b4b0d3255bfef95601890afd80709', '3395720626e4f2f1fdbb94d9da2a1ba7f6ff4d8f'],
  };
}

/** What each member can read of the own account and of the service, whatever strange things came into it. */
async function everythingKept(): Promise<string[]> {
  const kept: string[] = [];
  for (const account of accounts) {
    const wire = await box.login(account, 'reader');
    const read = async (to: string, payload: string) => {
      const id = `read-${kept.length}`;
      kept.push(show(await wire.query(`<iq type='get' id='${id}' to='${to}'>${payload}</iq>`, id)));
    };
    for (const to of [account.jid, `pubsub.${box.domain}`]) {
      await read(to, "<query xmlns='http://jabber.org/protocol/disco#items'/>");
      for (const element of ['subscriptions', 'affiliations'])
        await read(to, `<pubsub xmlns='http://jabber.org/protocol/pubsub'><${element}/></pubsub>`);
      for (const node of NODES)
        await read(to, `<pubsub xmlns='http://jabber.org/protocol/pubsub'><items node='${node}'/></pubsub>`);
    }
    await read(account.jid, "<vCard xmlns='vcard-temp'/>");
    await read(account.jid, "<blocklist xmlns='urn:xmpp:blocking'/>");
    await read(account.jid, "<query xmlns='jabber:iq:private'><storage xmlns='storage:bookmarks'/></query>");
    await read(account.jid, "<prefs xmlns='urn:xmpp:mam:2'/>");
    await wire.close();
  }
  return kept;
}

async function expectUnharmed(): Promise<void> {
  const [account] = accounts;
  if (!account) throw new Error('nobody is there');
  const wire = await box.login(account, 'fresh');
  const answer = await wire.query(
    `<iq type='get' id='ping' to='${box.domain}'><ping xmlns='urn:xmpp:ping'/></iq>`,
    'ping',
  );
  expect(answer.attrs.get('type')).toBe('result');
  await wire.close();
  expect(box.log).not.toMatch(/failed;|a stream failed/);
  expect(await box.ask(['status'])).toMatchObject({ errors: 0 });
}

const memoryBytes = async () => ((await box.ask(['status'])) as { memoryBytes: number }).memoryBytes;
const mebibytes = (bytes: number) => `${Math.round(bytes / 1024 / 1024)} MiB`;
