/** The parts of an export that are rows of the store, each read as the changes that make it. What is there already makes none. */
import { createHash } from 'node:crypto';
import type { Host } from '../extension.ts';
import { blankItem, readRosterSet } from '../im/roster-item.ts';
import { MAX_REQUEST_BYTES } from '../im/subscription-record.ts';
import { Jid } from '../routing/jid.ts';
import { type Change, change } from '../store/changes.ts';
import { idOf, timeOfId } from '../store/ids.ts';
import type { Account, Credential, Subscription } from '../store/model.ts';
import { type Element, embeddedText, xml } from '../xml.ts';
import { type Container, NS_DELAY, NS_FORWARD, NS_PRIVACY, NS_ROSTER, NS_SCRAM } from './format.ts';

export interface Destination {
  host: Host;
  account: Account;
  /** The account's address in the export. */
  jid: Jid;
  /** It holds nothing but what came from here. */
  isNew: boolean;
}

export interface ReadPart {
  /** In the plural, for the report. */
  what: string;
  changes: Change[];
}

const NOTHING: ReadPart = { what: '', changes: [] };
const HASHES: readonly Credential['hash'][] = ['SHA-1', 'SHA-256', 'SHA-512'];
const KEY_BYTES: Record<Credential['hash'], number> = { 'SHA-1': 20, 'SHA-256': 32, 'SHA-512': 64 };
/** More would be work that anybody can make the box do by a wrong password. */
const MAX_ITERATIONS = 1_000_000;
const SUBSCRIPTIONS: readonly Subscription[] = ['none', 'to', 'from', 'both'];
/** As extensions/offline.ts keeps them. */
const MAX_OFFLINE = 1000;
const OWN_ID = /^[0-9a-v]{22}$/;

/** Undefined for another element, and for keys of a mechanism that is not spoken here. */
export function readCredential(element: Element): Credential | undefined {
  if (!element.is('scram-credentials', NS_SCRAM)) return undefined;
  const hash = HASHES.find((each) => `SCRAM-${each}` === element.attrs.mechanism);
  const bytes = (name: string) => Buffer.from(element.getChildText(name) ?? '', 'base64');
  const iterations = Number(element.getChildText('iter-count'));
  const salt = bytes('salt');
  const [storedKey, serverKey] = [bytes('stored-key'), bytes('server-key')];
  const isWhole =
    hash !== undefined &&
    Number.isSafeInteger(iterations) &&
    iterations > 0 &&
    iterations <= MAX_ITERATIONS &&
    salt.length > 0 &&
    storedKey.length === KEY_BYTES[hash] &&
    serverKey.length === KEY_BYTES[hash];
  return isWhole ? { hash, iterations, salt, storedKey, serverKey } : undefined;
}

/** @throws StanzaError, RangeError with the reason why it cannot be taken */
export function readPart(to: Destination, within: Container, element: Element): ReadPart {
  switch (within) {
    case 'roster':
      return contact(to, element);
    case 'private':
      return privateData(to, element);
    case 'offline':
      return offlineMessage(to, element);
    case 'archive':
      return archived(to, element);
    default:
      return ofUser(to, element);
  }
}

function ofUser(to: Destination, element: Element): ReadPart {
  const { host, account } = to;
  if (element.is('vCard', 'vcard-temp')) {
    if (host.store.extras.vcard(account.id) !== undefined) return NOTHING;
    return { what: 'vCards', changes: [change('vcard set', { account: account.id, vcard: element.toString() })] };
  }
  if (element.is('presence', 'jabber:client')) return request(to, element);
  if (element.is('query', NS_PRIVACY)) return blocked(to, element);
  throw new RangeError('not known here');
}

function contact({ host, account }: Destination, element: Element): ReadPart {
  const { contact: jid, name, groups, remove } = readRosterSet(xml('query', { xmlns: NS_ROSTER }, element));
  const address = host.roster.nameOf(jid);
  if (remove || address === host.addressOf(account)) return NOTHING;
  if (host.store.roster.item(account.id, address)) return NOTHING;
  const subscription = SUBSCRIPTIONS.find((each) => each === element.attrs.subscription) ?? 'none';
  const item = {
    ...blankItem(address),
    name,
    groups,
    subscription,
    ask: element.attrs.ask === 'subscribe',
    approved: element.attrs.approved === 'true',
  };
  return { what: 'contacts', changes: [change('roster item set', { account: account.id, item })] };
}

function request({ host, account }: Destination, stanza: Element): ReadPart {
  if (stanza.attrs.type !== 'subscribe') throw new RangeError('no request for a subscription');
  const from = Jid.parse(stanza.attrs.from ?? '').bare;
  const name = host.roster.nameOf(from);
  const { roster } = host.store;
  if (roster.requests(account.id).some((kept) => kept.contact === name)) return NOTHING;
  const kept = xml('presence', {
    type: 'subscribe',
    id: stanza.attrs.id,
    from: from.toString(),
    to: host.addressOf(account),
  });
  for (const child of stanza.getChildElements()) kept.append(child);
  const text = kept.toString();
  if (Buffer.byteLength(text) > MAX_REQUEST_BYTES) throw new RangeError('a request that is too long');
  return {
    what: 'requests',
    changes: [change('subscription request kept', { account: account.id, contact: name, stanza: text })],
  };
}

/** Those who are denied everything by the list that holds by default. */
export function blockedBy(query: Element): string[] {
  const chosen = query.getChild('default')?.attrs.name;
  const list = query.getChildren('list').find(({ attrs }) => attrs.name === chosen);
  const denied = list?.getChildren('item').filter(({ attrs, children }) => {
    return attrs.type === 'jid' && attrs.action === 'deny' && children.every((child) => typeof child === 'string');
  });
  return (denied ?? []).map(({ attrs }) => Jid.parse(attrs.value ?? '').toString());
}

function blocked({ host, account }: Destination, query: Element): ReadPart {
  const known = new Set(host.store.extras.blocked(account.id));
  return {
    what: 'block lists',
    changes: blockedBy(query)
      .filter((jid) => !known.has(jid))
      .map((jid) => change('blocked set', { account: account.id, jid })),
  };
}

function privateData({ host, account }: Destination, element: Element): ReadPart {
  const { name } = element;
  const namespace = element.getNS() ?? '';
  if (namespace === '') throw new RangeError('without a namespace');
  if (host.store.extras.privateData(account.id, name, namespace) !== undefined) return NOTHING;
  const data = { account: account.id, name, namespace, data: element.toString() };
  return { what: 'private elements', changes: [change('private data set', data)] };
}

function offlineMessage({ host, account, isNew }: Destination, message: Element): ReadPart {
  if (!message.is('message', 'jabber:client')) throw new RangeError('no message');
  if (host.store.offline.count(account.id) >= MAX_OFFLINE) throw new RangeError('too many messages wait already');
  const delay = message.getChildren('delay', NS_DELAY).at(-1);
  const atMs = timeOf(delay) ?? host.clock.nowMs();
  if (delay) message.remove(delay);
  const stanza = embeddedText(message);
  const id = idFor(atMs, stanza);
  if (!isNew && host.store.offline.list(account.id, MAX_OFFLINE).some((kept) => kept.id === id)) return NOTHING;
  return {
    what: 'offline messages',
    changes: [change('offline message kept', { account: account.id, id, atMs, stanza })],
  };
}

function archived({ host, account, jid }: Destination, result: Element): ReadPart {
  const forwarded = result.getChild('forwarded', NS_FORWARD);
  const message = forwarded?.getChild('message', 'jabber:client');
  const atMs = timeOf(forwarded?.getChild('delay', NS_DELAY));
  if (!message || atMs === undefined) throw new RangeError('a message without its time');
  const { id: theirs = '' } = result.attrs;
  const isOurs = OWN_ID.test(theirs) && Math.abs(timeOfId(theirs) - atMs) < 60_000;
  const id = isOurs ? theirs : idFor(atMs, theirs);
  if (host.store.archive.has(account.id, id)) return NOTHING;
  const from = Jid.parse(message.attrs.from ?? jid.toString());
  const to = Jid.parse(message.attrs.to ?? jid.toString());
  const direction = from.bare.toString() === jid.bare.toString() ? 'out' : 'in';
  const peer = direction === 'out' ? to : from;
  const kept = {
    account: account.id,
    id,
    peer: peer.bare.toString(),
    peerFull: peer.toString(),
    direction,
    atMs,
  } as const;
  return {
    what: 'archived messages',
    changes: [change('message archived', { ...kept, stanza: embeddedText(message) })],
  };
}

function timeOf(delay: Element | undefined): number | undefined {
  const ms = Date.parse(delay?.attrs.stamp ?? '');
  return Number.isNaN(ms) || ms < 0 ? undefined : ms;
}

/** Sorts by time, and is the same each time that the same file is read. */
function idFor(atMs: number, what: string): string {
  const digest = createHash('sha256').update(what).digest();
  return idOf(
    atMs,
    digest.readUInt16BE(0),
    [...digest.subarray(2, 10)].map((byte) => (byte % 32).toString(32)).join(''),
  );
}
