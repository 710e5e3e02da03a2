/** Bookmarks of rooms whose domain changes, in each form that they are kept in (XEP-0402, XEP-0048). */
import { type Change, change } from '../store/changes.ts';
import type { Account, Id } from '../store/model.ts';
import type { Store } from '../store/store.ts';
import { parse } from '../xml.ts';
import type { Moved } from './moved-address.ts';

const NODE = 'urn:xmpp:bookmarks:1';
const OLD = 'storage:bookmarks';
/** As many as there are: none gives way. */
const KEEP = 10_000;

export function movedBookmarks(store: Store, { id: account }: Account, moved: Moved): Change[] {
  const present = store.nodes.items(account, NODE).flatMap((item) => {
    const id = moved(item.id);
    if (id === undefined) return [];
    return [
      change('item retracted', { owner: account, node: NODE, id: item.id }),
      change('item published', { ...item, id, keep: KEEP }),
    ];
  });
  const old = store.nodes.items(account, OLD).flatMap((item) => {
    const payload = renamed(item.payload, moved);
    return payload === item.payload ? [] : [change('item published', { ...item, payload, keep: KEEP })];
  });
  return [...present, ...old, ...privateData(store, account, moved)];
}

function privateData(store: Store, account: Id, moved: Moved): Change[] {
  const data = store.extras.privateData(account, 'storage', OLD);
  if (data === undefined) return [];
  const now = renamed(data, moved);
  return now === data ? [] : [change('private data set', { account, name: 'storage', namespace: OLD, data: now })];
}

function renamed(payload: string, moved: Moved): string {
  if (payload === '') return payload;
  const storage = parse(payload);
  let changed = false;
  for (const child of storage.getChildElements()) {
    const jid = moved(child.attrs.jid ?? '');
    if (jid === undefined) continue;
    child.attrs.jid = jid;
    changed = true;
  }
  return changed ? storage.toString() : payload;
}
