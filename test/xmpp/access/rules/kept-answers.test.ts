/** Answers are kept until something changes that they depend on: whatever is changed, a kept answer is what a fresh look would say. */
import { expect, test } from 'vitest';
import { COMMAND_LINE } from '../../../../xmpp/access/acts.ts';
import { Access, type AccessQuestion } from '../../../../xmpp/access/rules/access.ts';
import { MODE_NAMES } from '../../../../xmpp/access/rules/modes.ts';
import { RuleBook } from '../../../../xmpp/access/rules/rule-book.ts';
import { Jid } from '../../../../xmpp/routing/jid.ts';
import { ACTIONS, DECISIONS } from '../../../../xmpp/store/access-model.ts';
import { change } from '../../../../xmpp/store/changes.ts';
import type { Account, Role } from '../../../../xmpp/store/model.ts';
import { type TestHost, testHost } from '../../extensions/harness.ts';

const CHANGES = 160;
const MAX_RULES = 3;
const SEEDS = [1, 2];

/** Numbers that look random and are the same in each run (mulberry32). */
function chance(seed: number) {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  return <T>(of: readonly T[]): T => of[Math.floor(next() * of.length)] as T;
}

type Pick = ReturnType<typeof chance>;

const ROLES: readonly Role[] = ['administrator', 'member', 'limited'];
const OUTSIDE = ['bob@far.example', 'eve@spam.example', 'tea@rooms.far.example', 'far.example'];
const DOMAINS = ['far.example', 'spam.example', 'rooms.far.example'];
const ADDRESSES = ['192.0.2.7', '2001:db8::7'];
const NAMES = ['alice', 'kid', 'root', 'carol'];

class World {
  readonly host: TestHost;
  readonly #pick: Pick;
  readonly #book: RuleBook;

  constructor(host: TestHost, pick: Pick) {
    this.host = host;
    this.#pick = pick;
    this.#book = new RuleBook(host);
  }

  get #account(): Account {
    return this.#pick(this.host.accounts.list());
  }

  get #person(): string {
    return this.#pick([...OUTSIDE, ...this.host.accounts.list().map((account) => this.host.addressOf(account))]);
  }

  /** Everything that can be asked of these few people. */
  questions(): AccessQuestion[] {
    const accounts = this.host.accounts.list();
    const jids = [...OUTSIDE, ...accounts.map((account) => this.host.addressOf(account))].map((jid) => Jid.parse(jid));
    const people = [...accounts.map((account) => ({ account })), ...OUTSIDE.map((jid) => ({ jid: Jid.parse(jid) }))];
    const places = DOMAINS.map((domain) => ({ domain }));
    const alone = ACTIONS.flatMap((action) => [...people, ...places].map((who) => ({ action, who })));
    const inward = (['message-in', 'presence'] as const).flatMap((action) =>
      people.flatMap((who) => accounts.map((member) => ({ action, who, member }))),
    );
    const outward = accounts.flatMap((account) =>
      jids.map((to) => ({ action: 'message-out', who: { account }, to }) as const),
    );
    return [...alone, ...inward, ...outward];
  }

  async step(): Promise<string> {
    const steps: Record<string, () => Promise<unknown>> = {
      rule: () => this.#addRule(),
      'no rule': () => this.#removeRule(),
      mode: () => this.host.configure({ mode: this.#pick(MODE_NAMES) }),
      role: () => this.host.accounts.setRole(this.#account, this.#pick(ROLES)),
      contact: () => this.host.contact(this.#account, this.#person, this.#pick(['none', 'to', 'from', 'both'])),
      'no contact': () => this.#dropContact(),
      accepted: () => this.#commit(change('sender accepted', { account: this.#account.id, from: this.#person })),
      approval: () => this.#approve(),
      'circle made': () =>
        this.#ignoring(() => this.host.circles.create(this.#pick(['School', 'Choir', 'Home']), COMMAND_LINE)),
      'circle renamed': () =>
        this.#ofCircle((circle) =>
          this.host.circles.rename(circle, this.#pick(['School', 'Choir', 'Home']), COMMAND_LINE),
        ),
      'joins too': () =>
        this.#ofCircle((circle) => this.host.circles.add(circle, this.#account, 'member', COMMAND_LINE)),
      'circle gone': () => this.#ofCircle((circle) => this.host.circles.remove(circle, COMMAND_LINE)),
      joins: () => this.#ofCircle((circle) => this.host.circles.add(circle, this.#account, 'member', COMMAND_LINE)),
      leaves: () => this.#ofCircle((circle) => this.host.circles.drop(circle, this.#account, COMMAND_LINE)),
      comes: async () => {
        const missing = NAMES.filter((name) => !this.host.accounts.find(name));
        if (missing.length > 0) await this.host.member(this.#pick(missing), this.#pick(ROLES));
      },
      goes: async () => {
        if (this.host.accounts.list().length > 2) await this.host.accounts.remove(this.#account);
      },
      domain: () => this.host.configure({ fallbacks: this.#pick([[], ['old.example']]) }),
    };
    const name = this.#pick(Object.keys(steps));
    await steps[name]?.();
    return name;
  }

  /** A few at a time: where many decide, nothing else does. */
  async #addRule(): Promise<void> {
    const { rules } = this.host.access;
    if (rules.length >= MAX_RULES) return this.#removeRule();
    const pick = this.#pick;
    const circles = this.host.circles.list().map(({ name }) => `circle:${name}`);
    const subject = pick([
      ...['member', 'limited', 'administrator', 'guest', 'stranger', ...circles, ...circles],
      ...[`account:${pick(OUTSIDE)}`, `account:${this.host.addressOf(this.#account)}`, `domain:${pick(DOMAINS)}`],
      `address:${pick(ADDRESSES)}`,
    ]);
    const before = pick([undefined, ...rules.map(({ id }) => id)]);
    const wanted = { subject, action: pick(ACTIONS), decision: pick(DECISIONS) };
    await this.#ignoring(() => this.#book.add({ ...wanted, ...(before !== undefined && { before }) }, COMMAND_LINE));
  }

  async #dropContact(): Promise<void> {
    const account = this.#account;
    const contacts = this.host.roster.items(account).map(({ contact }) => contact);
    if (contacts.length > 0)
      await this.#commit(change('roster item removed', { account: account.id, contact: this.#pick(contacts) }));
  }

  /** Of somebody whom it concerns, taken back where it was given. */
  async #approve(): Promise<void> {
    const limited = this.host.accounts.list().filter(({ role }) => role === 'limited');
    if (limited.length === 0) return;
    const { id: account } = this.#pick(limited);
    const given = this.host.store.access.approved(account);
    const contact = this.#pick([...given, this.#person]);
    await this.#commit(change('approval set', { account, contact, approved: !given.includes(contact) }));
  }

  async #removeRule(): Promise<void> {
    const { rules } = this.host.access;
    if (rules.length > 0) await this.#book.remove(this.#pick(rules).id, COMMAND_LINE);
  }

  async #ofCircle(work: (circle: ReturnType<TestHost['circles']['list']>[number]) => Promise<unknown>): Promise<void> {
    const circles = this.host.circles.list();
    if (circles.length > 0) await this.#ignoring(() => work(this.#pick(circles)));
  }

  /** What makes no sense is refused in words, and changes nothing. */
  async #ignoring(work: () => Promise<unknown>): Promise<void> {
    await work().catch((error: unknown) => {
      if (!(error instanceof RangeError)) throw error;
    });
  }

  #commit(...changes: Parameters<TestHost['store']['journal']['commit']>): Promise<void> {
    return this.host.store.journal.commit(...changes);
  }
}

test.each(SEEDS)(
  'whatever changes (seed %i)',
  async (seed) => {
    const pick = chance(seed);
    const host = await testHost();
    for (const name of NAMES) await host.member(name, pick(ROLES));
    for (const name of ['School', 'Choir']) await host.circles.create(name, COMMAND_LINE);
    const world = new World(host, pick);
    const steps: string[] = [];
    for (let index = 0; index < CHANGES; index += 1) {
      const questions = world.questions();
      for (const question of questions) host.access.explain(question);
      steps.push(await world.step());
      const fresh = new Access(host);
      for (const question of questions)
        expect(
          host.access.explain(question),
          `${JSON.stringify(question)} after ${steps.slice(-3).join(', ')}`,
        ).toEqual(fresh.explain(question));
    }
    expect(new Set(steps).size).toBeGreaterThan(12);
  },
  60_000,
);
