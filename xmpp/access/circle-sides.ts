/** What a change of a circle does to the rosters of its members: a side for each two of them (roster-sides.ts). */
import type { Host } from '../extension.ts';
import type { Circle } from '../store/access-model.ts';
import type { Account, RosterItem } from '../store/model.ts';
import { isKeptByHand, joined, leftLast, leftOne, renamed } from './circle-contacts.ts';
import type { Side } from './roster-sides.ts';

/** Whose roster, and of whom it speaks. */
type Pair = [Account, Account];

export class CircleSides {
  readonly #host: Host;

  constructor(host: Host) {
    this.#host = host;
  }

  /** The account meets the others in the circle. */
  joining({ name }: Circle, account: Account, others: readonly Account[]): Side[] {
    const bring = (item: RosterItem | undefined, contact: string) => joined(item, contact, name);
    return bothWays(account, others).map(([one, other]) => this.#side(one, other, bring));
  }

  /** The account leaves the others of the circle. */
  leaving(circle: Circle, account: Account, others: readonly Account[]): Side[] {
    return this.#parting(circle, bothWays(account, others));
  }

  /** The circle goes, with all that its members had of each other by it. */
  ending(circle: Circle, members: readonly Account[]): Side[] {
    return this.#parting(circle, pairsOf(members));
  }

  renaming({ name: from }: Circle, to: string, members: readonly Account[]): Side[] {
    return pairsOf(members).map(([account, other]) =>
      this.#side(account, other, (item) => item && renamed(item, from, to)),
    );
  }

  /** The account goes away: the rosters of those who were in a circle with it. */
  farewell(account: Account, contacts: readonly Account[]): Side[] {
    return contacts.map((other) => this.#side(other, account, (item) => item && leftLast(item, false)));
  }

  #parting(circle: Circle, pairs: readonly Pair[]): Side[] {
    return pairs.map(([account, other]) => {
      const stays = this.#shareAnother(circle, account, other);
      const kept = isKeptByHand(this.#item(account, other)) || isKeptByHand(this.#item(other, account));
      return this.#side(account, other, (item) =>
        !item || stays ? item && leftOne(item, circle.name) : leftLast(item, kept),
      );
    });
  }

  #side(
    account: Account,
    other: Account,
    become: (item: RosterItem | undefined, contact: string) => RosterItem | undefined,
  ): Side {
    const contact = this.#host.addressOf(other);
    const before = this.#item(account, other);
    return { account, contact, before, after: become(before, contact) };
  }

  #item(account: Account, other: Account): RosterItem | undefined {
    return this.#host.store.roster.item(account.id, this.#host.addressOf(other));
  }

  #shareAnother(circle: Circle, account: Account, other: Account): boolean {
    const { access } = this.#host.store;
    const theirs = new Set(access.circlesOf(other.id).map((one) => one.circle));
    return access.circlesOf(account.id).some((one) => one.circle !== circle.id && theirs.has(one.circle));
  }
}

function bothWays(account: Account, others: readonly Account[]): Pair[] {
  return others.flatMap((other): Pair[] => [
    [account, other],
    [other, account],
  ]);
}

function pairsOf(members: readonly Account[]): Pair[] {
  return members.flatMap((account) =>
    members.filter((other) => other !== account).map((other): Pair => [account, other]),
  );
}
