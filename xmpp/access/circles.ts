/**
 * Circles: groups of members (a family, a club's board) who are in each other's rosters, in a group of the circle's name. Everything
 * that changes one comes through here, and is on disk together with all rosters that it changes.
 */
import type { Host } from '../extension.ts';
import type { CircleEvent } from '../routing/hooks.ts';
import type { Circle, CircleMember, CircleStanding } from '../store/access-model.ts';
import { type Change, change } from '../store/changes.ts';
import type { Account, Id } from '../store/model.ts';
import type { Actor } from './acts.ts';
import { CircleSides } from './circle-sides.ts';
import { tryPrepareName } from './name.ts';
import { commitSides, type Side } from './roster-sides.ts';
import { rulesEnded, rulesRenamed } from './rules/circle-rules.ts';

const MAX_CIRCLES = 200;
/** Each is in the roster of all others: a new name of the largest circle changes some 10,000 roster items in one commit. */
const MAX_CIRCLE_MEMBERS = 100;
const MAX_NAME = 60;

export class Circles {
  readonly #host: Host;
  readonly #sides: CircleSides;

  constructor(host: Host) {
    this.#host = host;
    this.#sides = new CircleSides(host);
  }

  attach(): void {
    this.#host.hooks.on('account removed', ({ account }) => {
      this.#farewell(account).catch((error: unknown) => {
        this.#host.log.error({ error: String(error) }, 'a removed member stays in the rosters of a circle');
      });
    });
  }

  /** Ordered by name. */
  list(): Circle[] {
    return this.#host.store.access.circles(this.#host.server.id);
  }

  byId(id: Id): Circle | undefined {
    return this.list().find((circle) => circle.id === id);
  }

  /** Whatever the case. */
  find(name: string): Circle | undefined {
    const key = keyOf(tidy(name));
    return this.list().find((circle) => keyOf(circle.name) === key);
  }

  /** Ordered by name. */
  members(circle: Circle): { account: Account; standing: CircleStanding }[] {
    const { store } = this.#host;
    return store.access
      .members(circle.id)
      .flatMap(({ account: id, standing }) => {
        const account = store.accounts.byId(id);
        return account ? [{ account, standing }] : [];
      })
      .sort((one, other) => (one.account.local < other.account.local ? -1 : 1));
  }

  standing(circle: Circle, account: Account): CircleStanding {
    return this.#standings(account).find((one) => one.circle === circle.id)?.standing ?? 'none';
  }

  /** Those of which the member is administrator: no limited one looks after others. */
  administeredBy(account: Account): Circle[] {
    if (this.#host.store.accounts.byId(account.id)?.role === 'limited') return [];
    return this.list().filter((circle) => this.standing(circle, account) === 'administrator');
  }

  /** @throws RangeError, in words for who typed it */
  async create(name: string, actor: Actor): Promise<Circle> {
    const { store, server } = this.#host;
    if (this.list().length >= MAX_CIRCLES) throw new RangeError(`there are ${MAX_CIRCLES} circles already`);
    const circle: Circle = { id: store.newId(), server: server.id, name: this.#freeName(name) };
    await store.journal.commit(change('circle set', circle), this.#act(actor, 'circle create', circle.name));
    return circle;
  }

  /** @throws RangeError */
  async rename({ id }: Circle, name: string, actor: Actor): Promise<Circle> {
    return this.#alone(id, async (circle, members, tell) => {
      const after = { ...circle, name: this.#freeName(name, circle) };
      const act = this.#act(actor, 'circle rename', `${circle.name} to ${after.name}`);
      const sides = this.#sides.renaming(circle, after.name, members);
      const rules = rulesRenamed(this.#host, circle.name, after.name);
      await commitSides(this.#host, sides, [change('circle set', after), ...rules, act]);
      tell(after);
      return after;
    });
  }

  /** It has a room from now on, or none any longer: extensions/muc/circle-rooms.ts makes it so. */
  async setRoom({ id }: Circle, wanted: boolean, actor: Actor): Promise<Circle> {
    return this.#alone(id, async (circle, members, tell) => {
      const { room, ...bare } = circle;
      if (wanted === (room !== undefined)) return circle;
      const after: Circle = wanted ? { ...bare, room: this.#freeRoom(circle) } : bare;
      const act = this.#act(actor, 'circle room', `${circle.name} ${wanted ? 'on' : 'off'}`);
      await this.#host.store.journal.commit(change('circle set', after), act);
      tell(after, wanted ? { joined: members } : { left: members, formerRoom: room });
      return after;
    });
  }

  /** @throws RangeError */
  async remove({ id }: Circle, actor: Actor): Promise<void> {
    await this.#alone(id, async (circle, members, tell) => {
      const sides = this.#sides.ending(circle, members);
      const rules = rulesEnded(this.#host, circle.name);
      const lost = rules.length === 0 ? '' : `, with ${rules.length} ${rules.length === 1 ? 'rule' : 'rules'} on it`;
      const act = this.#act(actor, 'circle remove', circle.name + lost);
      await commitSides(this.#host, sides, [change('circle removed', { circle: id }), ...rules, act]);
      tell(circle, { left: members, formerRoom: circle.room });
    });
  }

  /** Joins the circle, or gets another standing in it. @throws RangeError */
  async add({ id }: Circle, account: Account, standing: 'administrator' | 'member', actor: Actor): Promise<void> {
    if (standing === 'administrator' && account.role === 'limited')
      throw new RangeError(`${this.#host.addressOf(account)} is a limited member, who looks after no circle`);
    await this.#alone(
      id,
      async (circle, members, tell) => {
        const others = members.filter((other) => other.id !== account.id);
        const isNew = others.length === members.length;
        if (isNew && members.length >= MAX_CIRCLE_MEMBERS)
          throw new RangeError(`a circle has ${MAX_CIRCLE_MEMBERS} members at most`);
        const act = this.#act(actor, 'circle add', `${this.#host.addressOf(account)} to ${circle.name} as ${standing}`);
        const sides = this.#sides.joining(circle, account, isNew ? others : []);
        await commitSides(this.#host, sides, [memberSet(circle, account, standing), act]);
        tell(circle, { joined: [account] });
      },
      [account],
    );
  }

  /** @throws RangeError where the member is not in it */
  async drop({ id }: Circle, account: Account, actor: Actor): Promise<void> {
    await this.#alone(id, async (circle, members, tell) => {
      const others = members.filter((other) => other.id !== account.id);
      if (others.length === members.length)
        throw new RangeError(`${this.#host.addressOf(account)} is not in ${circle.name}`);
      const act = this.#act(actor, 'circle drop', `${this.#host.addressOf(account)} from ${circle.name}`);
      const sides = this.#sides.leaving(circle, account, others);
      await commitSides(this.#host, sides, [memberSet(circle, account, 'none'), act]);
      tell(circle, { left: [account] });
    });
  }

  /**
   * A newcomer whose account is made by `commit`, which gets the sides and changes that make it a member; none where the circle is
   * gone or full. It runs in a turn of the rosters of the circle's members and of `also`.
   */
  async welcome(
    id: Id,
    newcomer: Account,
    also: readonly Account[],
    commit: (sides: readonly Side[], changes: readonly Change[]) => Promise<void>,
  ): Promise<void> {
    await this.#inTurn(id, also, async (circle, members, tell) => {
      if (!circle || members.length >= MAX_CIRCLE_MEMBERS) return commit([], []);
      await commit(this.#sides.joining(circle, newcomer, members), [memberSet(circle, newcomer, 'member')]);
      tell(circle, { joined: [newcomer] });
    });
  }

  /** @throws RangeError where there is no such circle any more */
  #alone<T>(
    id: Id,
    work: (circle: Circle, members: Account[], tell: Tell) => Promise<T>,
    also: readonly Account[] = [],
  ): Promise<T> {
    return this.#inTurn(id, also, (circle, members, tell) => {
      if (!circle) throw new RangeError('there is no such circle any more');
      return work(circle, members, tell);
    });
  }

  /** One change of a circle at a time, in a turn of the rosters of all whom it concerns; what follows from it is waited for. */
  async #inTurn<T>(
    id: Id,
    also: readonly Account[],
    work: (circle: Circle | undefined, members: Account[], tell: Tell) => Promise<T>,
  ): Promise<T> {
    const { turns, roster, hooks } = this.#host;
    const following: Promise<void>[] = [];
    const tell: Tell = (circle, what = {}) => {
      const nothing = { formerRoom: undefined, joined: [], left: [] };
      hooks.run('circle changed', { ...nothing, ...what, circle, following });
    };
    const done = await turns.run(`circle ${id}`, async () => {
      const circle = this.byId(id);
      const members = circle ? this.members(circle).map(({ account }) => account) : [];
      return roster.turns([...members, ...also], async () => work(circle, members, tell));
    });
    await Promise.all(following);
    return done;
  }

  /** The rosters of those who stay: the member's own goes with the account, and its standing in rooms is theirs (muc/inheritance.ts). */
  async #farewell(account: Account): Promise<void> {
    const circles = this.#standings(account).flatMap(({ circle }) => this.byId(circle) ?? []);
    const others = circles.flatMap((circle) => this.members(circle).map((member) => member.account));
    const contacts = [...new Map(others.map((other) => [other.id, other])).values()].filter(
      ({ id }) => id !== account.id,
    );
    if (contacts.length > 0)
      await this.#host.roster.turns(contacts, () =>
        commitSides(this.#host, this.#sides.farewell(account, contacts), []),
      );
  }

  #standings(account: Account): CircleMember[] {
    return this.#host.store.access.circlesOf(account.id);
  }

  /** @throws RangeError */
  #freeName(typed: string, is?: Circle): string {
    const name = tidy(typed);
    if (name === '' || name.length > MAX_NAME || /\p{Cc}/u.test(name))
      throw new RangeError(`the name of a circle has 1 to ${MAX_NAME} characters`);
    const other = this.find(name);
    if (other && other.id !== is?.id) throw new RangeError(`there is a circle ${other.name} already`);
    return name;
  }

  #act(actor: Actor, what: string, about: string): Change {
    return this.#host.acts.change(actor, what, about);
  }

  /** A localpart that reads like the circle's name. */
  #freeRoom({ id, name, server }: Circle): string {
    const local = tryPrepareName(name.replace(/\s+/g, '-')) ?? 'circle';
    const isTaken = this.#host.store.rooms.byName(server, local) !== undefined;
    return isTaken ? `${local}-${id.slice(-6).toLowerCase()}` : local;
  }
}

type Tell = (circle: Circle, what?: Partial<Pick<CircleEvent, 'formerRoom' | 'joined' | 'left'>>) => void;

function memberSet(circle: Circle, account: Account, standing: CircleStanding): Change {
  return change('circle member set', { circle: circle.id, account: account.id, standing });
}

const tidy = (name: string) => name.normalize('NFC').trim().replace(/\s+/g, ' ');
const keyOf = (name: string) => name.toLowerCase();
