/**
 * XEP-0402: PEP Native Bookmarks, and the older forms of the same: XEP-0048 in one item of a node and in private storage
 * (XEP-0049). Whatever a client writes, the others find in their form (XEP-0402 section 5, XEP-0411).
 */
import type { Extension, Host } from '../extension.ts';
import type { CommitEvent, NodeItemsEvent, PrivateDataEvent } from '../routing/hooks.ts';
import { Jid } from '../routing/jid.ts';
import { change } from '../store/changes.ts';
import type { Account } from '../store/model.ts';
import { clone, type Element, parse, xml } from '../xml.ts';

const NS = 'urn:xmpp:bookmarks:1';
const NS_OLD = 'storage:bookmarks';

/** As XEP-0402 section 3.3 has clients ask for it, and XEP-0048 section 3.1. */
const PRIVATE = { access_model: 'whitelist', persist_items: 'true' };
const CONFIG = { ...PRIVATE, max_items: 'max', send_last_published_item: 'never' };

/** The one item of the old node. */
const ITEM = 'current';

export const bookmarks: Extension = {
  name: 'bookmarks',
  xep: [
    { number: '0048', title: 'Bookmarks', version: '1.2', status: 'complete' },
    { number: '0402', title: 'PEP Native Bookmarks', version: '1.2.0', status: 'complete' },
    { number: '0411', title: 'Bookmarks Conversion', version: '1.1.0', status: 'complete' },
  ],
  features: { account: [`${NS}#compat`, `${NS}#compat-pep`, 'urn:xmpp:bookmarks-conversion:0'] },
  attach(host) {
    host.hooks.on('node items changed', (event) => {
      // What others may see is not mixed with what is private.
      if (event.access !== 'whitelist') return;
      if (event.node === NS) fromNew(host, event);
      if (event.node === NS_OLD) fromOldNode(host, event);
    });
    host.hooks.on('private data set', (event) => {
      if (event.element.is('storage', NS_OLD)) fromPrivate(host, event);
    });
  },
};

interface By extends CommitEvent {
  account: Account;
  by: Jid;
}

/** Bookmarks by room, in their present form. */
type Rooms = Map<string, Element>;

function fromNew(host: Host, event: NodeItemsEvent): void {
  const rooms: Rooms = event.emptied ? new Map() : roomsOf(host, event.account);
  for (const { id, payload } of event.published) if (payload !== '') rooms.set(id, parse(payload));
  for (const id of event.retracted) rooms.delete(id);
  const by = Jid.parse(event.published[0]?.publisher ?? host.addressOf(event.account));
  const storage = storageOf(rooms, addresses(storedIn(host, event.account)));
  setPrivate({ ...event, by }, storage);
  setOldNode(host, { ...event, by }, storage);
}

function fromOldNode(host: Host, event: NodeItemsEvent): void {
  const [item] = event.published;
  const storage = item && item.payload !== '' ? parse(item.payload) : undefined;
  // A node that is cleared away is no word about the rooms in it.
  if (!item || !storage?.is('storage', NS_OLD)) return;
  const by = Jid.parse(item.publisher);
  setPrivate({ ...event, by }, storage);
  setRooms(host, { ...event, by }, storage);
}

function fromPrivate(host: Host, event: PrivateDataEvent): void {
  setOldNode(host, event, event.element);
  setRooms(host, event, event.element);
}

function setPrivate({ account, changes }: By, storage: Element): void {
  const data = storage.toString();
  changes.push(change('private data set', { account: account.id, name: 'storage', namespace: NS_OLD, data }));
}

function setOldNode(host: Host, event: By, storage: Element): void {
  const { account } = event;
  if (!isPrivate(host, account, NS_OLD)) return;
  const publish = [{ id: ITEM, payload: storage }];
  host.hooks.run('node change wanted', { ...event, node: NS_OLD, config: PRIVATE, publish, retract: [] });
}

/** Only what is different is published or taken back (XEP-0402 section 5.3.2). */
function setRooms(host: Host, event: By, storage: Element): void {
  const { account } = event;
  if (!isPrivate(host, account, NS)) return;
  const before = roomsOf(host, account);
  const now = roomsIn(storage, before);
  const publish = [...now]
    .filter(([room, bookmark]) => before.get(room)?.toString() !== bookmark.toString())
    .map(([id, payload]) => ({ id, payload }));
  const retract = [...before.keys()].filter((room) => !now.has(room));
  if (publish.length + retract.length > 0)
    host.hooks.run('node change wanted', { ...event, node: NS, config: CONFIG, publish, retract });
}

/** A node that is not there yet will be. */
function isPrivate(host: Host, account: Account, node: string): boolean {
  const row = host.store.nodes.node(account.id, node);
  return !row || row.config.access_model === 'whitelist';
}

function roomsOf(host: Host, account: Account): Rooms {
  const items = host.store.nodes.items(account.id, NS).filter(({ payload }) => payload !== '');
  return new Map(items.map(({ id, payload }) => [id, parse(payload)]));
}

/** What the old form has no place for is kept from the room's bookmark before. */
function roomsIn(storage: Element, before: Rooms): Rooms {
  const rooms: Rooms = new Map();
  for (const conference of storage.getChildren('conference')) {
    const room = bareRoom(conference.attrs.jid);
    if (room === undefined) continue;
    const { name, autojoin } = conference.attrs;
    const attrs = { xmlns: NS, name, autojoin: isTrue(autojoin) ? 'true' : undefined };
    const extensions = before.get(room)?.getChild('extensions');
    const parts = [...partsOf(conference), ...(extensions ? [clone(extensions)] : [])];
    rooms.set(room, xml('conference', attrs, ...parts));
  }
  return rooms;
}

function storageOf(rooms: Rooms, others: readonly Element[]): Element {
  const conferences = [...rooms].map(([jid, bookmark]) => {
    const { name, autojoin } = bookmark.attrs;
    const attrs = { jid, name, autojoin: isTrue(autojoin) ? 'true' : undefined };
    return xml('conference', attrs, ...partsOf(bookmark));
  });
  return xml('storage', { xmlns: NS_OLD }, ...conferences, ...others.map(clone));
}

/** What both forms have within. */
function partsOf(bookmark: Element): Element[] {
  return ['nick', 'password'].flatMap((name) => {
    const text = bookmark.getChildText(name);
    return text ? [xml(name, {}, text)] : [];
  });
}

/** Bookmarks of web pages, which the present form knows nothing of. */
const addresses = (storage: Element | undefined) => storage?.getChildren('url') ?? [];

function storedIn(host: Host, account: Account): Element | undefined {
  const data = host.store.extras.privateData(account.id, 'storage', NS_OLD);
  return data === undefined ? undefined : parse(data);
}

function bareRoom(jid: string | undefined): string | undefined {
  try {
    return jid ? Jid.parse(jid).bare.toString() : undefined;
  } catch {
    return undefined;
  }
}

const isTrue = (value: string | undefined) => value === 'true' || value === '1';
