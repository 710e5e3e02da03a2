/** What clients keep of rooms and people by their addresses, in an account's nodes and its private XML. */
import { type Change, change } from '../store/changes.ts';
import type { Account, Id } from '../store/model.ts';
import type { Store } from '../store/store.ts';
import { type Element, parse } from '../xml.ts';
import type { Moved } from './moved-address.ts';

/** Named by the address that they are about: rooms (XEP-0402), and chats by how far they were read (XEP-0490). */
const BY_ADDRESS = ['urn:xmpp:bookmarks:1', 'urn:xmpp:mds:displayed:0'];
/** Elements of `storage`, each with a `jid`: rooms (XEP-0048), and what somebody noted of others (XEP-0145). */
const BOOKMARKS = 'storage:bookmarks';
const STORAGES = [BOOKMARKS, 'storage:rosternotes'];
/** As many as there are: none gives way. */
const KEEP = 10_000;

export function movedItems(store: Store, { id: account }: Account, moved: Moved): Change[] {
  const named = BY_ADDRESS.flatMap((node) =>
    store.nodes.items(account, node).flatMap((item) => {
      const id = moved(item.id) ?? item.id;
      const payload = renamed(item.payload, 'by', moved);
      if (id === item.id && payload === item.payload) return [];
      const gone = id === item.id ? [] : [change('item retracted', { owner: account, node, id: item.id })];
      return [...gone, change('item published', { ...item, id, payload, keep: KEEP })];
    }),
  );
  const old = store.nodes.items(account, BOOKMARKS).flatMap((item) => {
    const payload = renamed(item.payload, 'jid', moved);
    return payload === item.payload ? [] : [change('item published', { ...item, payload, keep: KEEP })];
  });
  return [...named, ...old, ...STORAGES.flatMap((namespace) => privateData(store, account, namespace, moved))];
}

function privateData(store: Store, account: Id, namespace: string, moved: Moved): Change[] {
  const data = store.extras.privateData(account, 'storage', namespace);
  if (data === undefined) return [];
  const now = renamed(data, 'jid', moved);
  return now === data ? [] : [change('private data set', { account, name: 'storage', namespace, data: now })];
}

/** With this attribute of each child renamed. */
function renamed(payload: string, attribute: string, moved: Moved): string {
  if (payload === '') return payload;
  const parent: Element = parse(payload);
  let changed = false;
  for (const child of parent.getChildElements()) {
    const jid = moved(child.attrs[attribute] ?? '');
    if (jid === undefined) continue;
    child.attrs[attribute] = jid;
    changed = true;
  }
  return changed ? parent.toString() : payload;
}
