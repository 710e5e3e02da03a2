/** After a promotion: everybody is told whom it concerns, on the box and (XEP-0283) elsewhere. */
import type { XmppHost } from '../host.ts';
import { Jid } from '../routing/jid.ts';
import type { Account } from '../store/model.ts';
import { xml } from '../xml.ts';
import { NS_MOVED } from './moved-statement.ts';
import { isHere, type Promotion } from './promotion.ts';

interface Renamed {
  host: XmppHost;
  account: Account;
  before: string;
  now: string;
}

/** Items of rosters that get another name: to be asked for before they have it. */
export function renamedContacts({ hosts, moved }: Promotion): Renamed[] {
  return hosts.flatMap((host) =>
    host.accounts.list().flatMap((account) =>
      host.roster.items(account).flatMap(({ contact: before }) => {
        const now = moved(before);
        return now === undefined ? [] : [{ host, account, before, now }];
      }),
    ),
  );
}

export function tellOfMove(promotion: Promotion, renamed: readonly Renamed[]): void {
  for (const { hooks } of promotion.hosts) hooks.run('addresses moved', { moved: promotion.moved });
  for (const { host, account, before, now } of renamed) {
    host.roster.push(account, before);
    host.roster.push(account, now);
  }
  for (const account of promotion.host.accounts.list()) {
    tellContacts(promotion, account);
    tellMember(promotion, account);
  }
}

function tellContacts(promotion: Promotion, account: Account): void {
  const { host, from, to } = promotion;
  const old = `${account.local}@${from}`;
  const present = host.sessions.ofAccount(account).filter(({ available }) => available);
  for (const { contact, subscription, ask } of host.roster.items(account)) {
    const jid = Jid.parse(contact);
    const here = isHere(promotion, jid.domain);
    if (here && (subscription === 'from' || subscription === 'both')) {
      for (const session of present)
        host.send(xml('presence', { type: 'unavailable', from: `${old}/${session.jid.resource}`, to: contact }));
      host.presence.setSeen(account, jid, true);
    }
    if (!here && (ask || subscription === 'to' || subscription === 'both')) {
      const attrs = { type: 'subscribe', id: host.store.newId(), from: `${account.local}@${to}`, to: contact };
      host.send(xml('presence', attrs, xml('moved', { xmlns: NS_MOVED }, xml('old-jid', {}, old))));
    }
  }
}

function tellMember({ host, from, to }: Promotion, account: Account): void {
  const address = `${account.local}@${to}`;
  const text =
    `This server has a new address: ${to} in place of ${from}. Your own address is ${address} from now on, with the same ` +
    `password. Your contacts, rooms and messages have come along, and ${from} goes on working as long as it leads here: ` +
    'change your app to the new address when it suits you. Contacts on other servers are being told; who does not ' +
    'see you any more should add the new address.';
  host.send(
    xml(
      'message',
      { from: to, to: address, id: host.store.newId() },
      xml('subject', {}, 'A new address'),
      xml('body', {}, text),
    ),
  );
}
