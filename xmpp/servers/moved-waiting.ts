/** What waits for a member's word, or an administrator's: who sent it, and whom it is for, by their names of today. */
import type { XmppHost } from '../host.ts';
import { type Change, change } from '../store/changes.ts';
import type { Account } from '../store/model.ts';
import { parse } from '../xml.ts';
import type { Moved } from './moved-address.ts';

/** Of contacts elsewhere, who know the member by the name that they wrote to, nothing changes. */
export function movedWaiting({ store }: XmppHost, { id: account }: Account, moved: Moved, isHere: IsHere): Change[] {
  const requests = store.roster.requests(account).flatMap(({ contact, stanza }): Change[] => {
    if (!isHere(contact)) return [];
    const now = moved(contact) ?? contact;
    const today = renamed(stanza, moved);
    if (today === stanza) return [];
    const gone = now === contact ? [] : [change('subscription request cleared', { account, contact })];
    return [...gone, change('subscription request kept', { account, contact: now, stanza: today })];
  });
  const senders = new Set<string>();
  const held = store.access.held(account).flatMap((one): Change[] => {
    const from = moved(one.from);
    if (from === undefined) return [];
    senders.add(one.from);
    return [change('stanza held', { ...one, id: store.newId(), from, stanza: renamed(one.stanza, moved) })];
  });
  const accepted = store.access.accepted(account).flatMap((sender) => {
    const from = moved(sender);
    return from === undefined ? [] : [change('sender accepted', { account, from })];
  });
  const approvals = store.access.approvals(account).flatMap((approval) => {
    const contact = moved(approval.contact);
    return contact === undefined ? [] : [change('approval set', { ...approval, contact })];
  });
  return [
    ...requests,
    ...[...senders].map((from) => change('held stanzas cleared', { account, from })),
    ...held,
    ...accepted,
    ...approvals,
  ];
}

type IsHere = (jid: string) => boolean;

function renamed(text: string, moved: Moved): string {
  const stanza = parse(text);
  for (const name of ['from', 'to']) {
    const jid = stanza.attrs[name];
    if (jid !== undefined) stanza.attrs[name] = moved(jid) ?? jid;
  }
  return stanza.toString();
}
