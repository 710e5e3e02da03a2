/**
 * What circles do to one roster item. The item remembers what it was before and which of its groups circles put it into, so that
 * what the last shared circle takes away is just what circles brought.
 */
import { blankItem } from '../im/roster-item.ts';
import { seenByUs, seesUs } from '../im/subscription.ts';
import type { RosterItem, Subscription } from '../store/model.ts';

/** The two share the circle from now on. `item`: undefined where there is none. */
export function joined(item: RosterItem | undefined, contact: string, group: string): RosterItem {
  const now = item ?? blankItem(contact);
  const brought = now.circles ?? { before: item ? item.subscription : 'absent', groups: [] };
  const isThere = now.groups.includes(group);
  return {
    ...now,
    subscription: 'both',
    ask: false,
    groups: isThere ? now.groups : [...now.groups, group],
    circles: { ...brought, groups: isThere ? brought.groups : [...brought.groups, group] },
  };
}

/** They share it no longer, but another one. */
export function leftOne(item: RosterItem, group: string): RosterItem {
  const { circles } = item;
  if (!circles?.groups.includes(group)) return item;
  const others = circles.groups.filter((name) => name !== group);
  return { ...item, groups: item.groups.filter((name) => name !== group), circles: { ...circles, groups: others } };
}

/**
 * They share none any more. Undefined: the item goes.
 * @param keptByHand one of the two made the other a contact of their own meanwhile: they go on seeing each other
 */
export function leftLast(item: RosterItem, keptByHand: boolean): RosterItem | undefined {
  const { circles, ...rest } = item;
  if (!circles) return item;
  const groups = item.groups.filter((name) => !circles.groups.includes(name));
  if (keptByHand) return { ...rest, groups };
  if (circles.before === 'absent') return undefined;
  return { ...rest, groups, subscription: lesser(item.subscription, circles.before) };
}

export function renamed(item: RosterItem, from: string, to: string): RosterItem {
  const { circles } = item;
  if (!circles?.groups.includes(from)) return item;
  const rename = (names: readonly string[]) => [...new Set(names.map((name) => (name === from ? to : name)))];
  return { ...item, groups: rename(item.groups), circles: { ...circles, groups: rename(circles.groups) } };
}

/** A circle brought the contact, and the member gave it a name or a group since. */
export function isKeptByHand(item: RosterItem | undefined): boolean {
  if (item?.circles?.before !== 'absent') return false;
  const { groups } = item.circles;
  return item.name !== '' || item.groups.some((name) => !groups.includes(name));
}

/** What was cancelled by hand meanwhile stays so. */
function lesser(now: Subscription, before: Subscription): Subscription {
  const to = seenByUs(now) && seenByUs(before);
  const from = seesUs(now) && seesUs(before);
  if (to) return from ? 'both' : 'to';
  return from ? 'from' : 'none';
}
