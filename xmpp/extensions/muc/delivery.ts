/** The last step from a room to one client. To a session of this host it is direct, so that what a room says keeps its order. */
import type { Host } from '../../extension.ts';
import { Jid } from '../../routing/jid.ts';
import { StanzaError } from '../../routing/stanza-error.ts';
import type { Element } from '../../xml.ts';
import type { Room, RoomSession } from './room.ts';
import { type SaidMessage, saidTo } from './said.ts';

export function deliver(host: Host, { jid, session }: RoomSession, stanza: Element): void {
  if (!session) {
    host.send(stanza);
    return;
  }
  if (session.ended || isKeptAway(host, session.account, stanza, jid)) return;
  // Who left need not hear of the end of that client (RFC 6121 section 4.6.1).
  if (stanza.name === 'presence' && stanza.attrs.type !== undefined) session.directed.delete(stanza.attrs.from ?? '');
  session.send(stanza);
}

/** A member may have blocked the room or one of its occupants (XEP-0191); that is no news to the room. */
function isKeptAway(
  host: Host,
  account: NonNullable<RoomSession['session']>['account'],
  stanza: Element,
  to: Jid,
): boolean {
  const event = { account, stanza, from: Jid.parse(stanza.attrs.from ?? ''), to, drop: false };
  try {
    return host.hooks.run('stanza to account', event).drop;
  } catch (error) {
    if (error instanceof StanzaError) return true;
    throw error;
  }
}

export function say(host: Host, room: Room, said: SaidMessage): void {
  for (const { sessions } of room.occupants)
    for (const session of sessions.values()) deliver(host, session, saidTo(said, session.at, session.jid));
}
