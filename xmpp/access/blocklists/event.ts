/** What a list's service tells of it (XEP-0060 sections 7.1.2, 7.2.2, 8.4, 8.5 and 8.8.4). */
import type { Element } from '../../xml.ts';
import { type Entries, readId, readWhy } from './entries.ts';

const NS_EVENT = 'http://jabber.org/protocol/pubsub#event';

export type Told =
  | { what: 'listed'; id: string; why: string }
  | { what: 'retracted'; id: string }
  | { what: 'purged' }
  | { what: 'deleted' }
  /** The subscription is over, or waits for something. */
  | { what: 'subscription'; state: string };

/** The nodes that a message speaks of, as events; undefined where it is none. */
export function readEvent(message: Element): { node: string; told: Told[] }[] | undefined {
  const event = message.getChild('event', NS_EVENT);
  return event?.getChildElements().flatMap((child) => {
    const { node } = child.attrs;
    return node === undefined ? [] : [{ node, told: read(child) }];
  });
}

function read(child: Element): Told[] {
  if (child.name === 'purge') return [{ what: 'purged' }];
  if (child.name === 'delete') return [{ what: 'deleted' }];
  if (child.name === 'subscription') return [{ what: 'subscription', state: child.attrs.subscription ?? 'none' }];
  if (child.name !== 'items') return [];
  return child.getChildElements().flatMap((item): Told[] => {
    const id = readId(item.attrs.id);
    if (id === undefined) return [];
    if (item.name === 'item') return [{ what: 'listed', id, why: readWhy(item) }];
    return item.name === 'retract' ? [{ what: 'retracted', id }] : [];
  });
}

/** False where that changes nothing on the list. */
export function follow(entries: Entries, told: Extract<Told, { id: string }>): boolean {
  return told.what === 'listed' ? entries.set(told.id, told.why) : entries.delete(told.id);
}
