/** XEP-0283: what an account says of its new address, for contacts who ask at the old one. */
import type { XmppHost } from '../host.ts';
import { type Change, change } from '../store/changes.ts';
import type { Account } from '../store/model.ts';
import { xml } from '../xml.ts';

export const NS_MOVED = 'urn:xmpp:moved:1';

/** Anyone may ask: who is told of the move has to find it confirmed. */
export function statementOf({ clock }: XmppHost, { id: owner, local }: Account, domain: string): Change[] {
  const jid = `${local}@${domain}`;
  const payload = xml('moved', { xmlns: NS_MOVED }, xml('new-jid', {}, jid)).toString();
  const atMs = clock.nowMs();
  return [
    change('node set', { owner, node: NS_MOVED, config: { access_model: 'open' }, creator: jid, createdMs: atMs }),
    change('item published', { owner, node: NS_MOVED, id: 'current', publisher: jid, atMs, payload, keep: 1 }),
  ];
}
