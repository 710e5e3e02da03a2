/**
 * Limited members show presence to nobody whom they may not talk with, whatever their rosters have of earlier times, and see none
 * of theirs; nor do notifications of their nodes go there.
 */
import type { Host } from '../extension.ts';
import { seenByUs, seesUs } from '../im/subscription.ts';
import { Jid } from '../routing/jid.ts';
import type { Change } from '../store/changes.ts';
import type { Account } from '../store/model.ts';
import { xml } from '../xml.ts';
import { isOfThisServer, memberAt } from './rules/who.ts';

export function hidePresence(host: Host): void {
  host.hooks.on('presence to contact', (event) => {
    const { account, contact, presence } = event;
    if (event.drop || isOfThisServer(host, contact) || !areApart(host, account, contact)) return;
    // Who saw the beginning sees the end, and not a word more.
    if (presence?.attrs.type === 'unavailable') event.bare = true;
    else event.drop = true;
  });
  host.hooks.on('access changed', ({ changes }) => {
    for (const change of changes) follow(host, change);
  });
}

function follow(host: Host, change: Change): void {
  switch (change.kind) {
    case 'role set':
      withAccount(host, change.data.account, (account) => conform(host, account, contactsOf(host, account)));
      break;
    case 'approval set':
      withAccount(host, change.data.account, (account) => conform(host, account, [change.data.contact]));
      break;
    case 'circle member set':
    case 'circle removed':
      // Who came together by a circle sees each other already; who lost it may be in a roster by hand.
      for (const account of onlineLimited(host)) part(host, account, contactsOf(host, account));
      break;
    default:
  }
}

function withAccount(host: Host, id: string, work: (account: Account) => void): void {
  const account = host.store.accounts.byId(id);
  if (account && account.server === host.server.id) work(account);
}

const contactsOf = (host: Host, account: Account) => host.roster.items(account).map(({ contact }) => contact);

const onlineLimited = (host: Host) =>
  [...new Set([...host.sessions.all()].map(({ account }) => account.id))].flatMap((id) => {
    const account = host.store.accounts.byId(id);
    return account?.role === 'limited' ? [account] : [];
  });

/** Each sees of the other what they may from now on. */
function conform(host: Host, account: Account, contacts: readonly string[]): void {
  part(host, account, contacts);
  for (const contact of contacts) {
    const jid = Jid.parse(contact);
    if (!areApart(host, account, jid)) show(host, account, jid);
  }
}

function part(host: Host, account: Account, contacts: readonly string[]): void {
  for (const contact of contacts) {
    const jid = Jid.parse(contact);
    if (!areApart(host, account, jid)) continue;
    const other = memberAt(host, jid);
    if (seesUs(host.roster.item(account, jid)?.subscription)) host.presence.setSeen(account, jid, false);
    if (other && host.roster.sees(other, Jid.parse(host.addressOf(account))))
      host.presence.setSeen(other, Jid.parse(host.addressOf(account)), false);
  }
}

function show(host: Host, account: Account, contact: Jid): void {
  const subscription = host.roster.item(account, contact)?.subscription;
  const other = memberAt(host, contact);
  if (seesUs(subscription)) host.presence.setSeen(account, contact, true);
  if (other) {
    const self = Jid.parse(host.addressOf(account));
    if (host.roster.sees(other, self)) host.presence.setSeen(other, self, true);
  } else if (seenByUs(subscription) && host.sessions.ofAccount(account).length > 0) {
    const from = host.roster.addressFor(account, contact);
    host.send(xml('presence', { type: 'probe', id: host.store.newId(), from, to: contact.toString() }));
  }
}

/** One of the two is limited, and nothing else decides that they do not meet. */
function areApart(host: Host, account: Account, contact: Jid): boolean {
  return 'limited' in host.access.explain({ action: 'message-out', who: { account }, to: contact.bare }).by;
}
