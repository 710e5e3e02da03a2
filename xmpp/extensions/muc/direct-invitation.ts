/**
 * XEP-0249: a direct invitation goes from person to person, past the room. Where it leads to a room for members, and its sender may
 * invite there, the room lets the invitee in as if it had passed on the invitation itself.
 */
import type { MessageEvent } from '../../routing/hooks.ts';
import { Jid } from '../../routing/jid.ts';
import { StanzaError } from '../../routing/stanza-error.ts';
import { isOn } from './config.ts';
import type { Muc } from './context.ts';
import { assertMayInvite } from './invitation.ts';
import type { Room } from './room.ts';
import { setAffiliations } from './standing.ts';

const NS_CONFERENCE = 'jabber:x:conference';

/** The service's own domain at any domain of the host. */
type IsOurs = (domain: string) => boolean;

export function letInDirectly(muc: Muc, isOurs: IsOurs, { stanza, from, to, after }: MessageEvent): void {
  const address = stanza.getChild('x', NS_CONFERENCE)?.attrs.jid;
  const room = address === undefined ? undefined : roomAt(muc, isOurs, address);
  if (!room || to.local === '' || isOurs(to.domain)) return;
  after.push(() => {
    muc.rooms
      .using(room, () => room.alone(() => letIn(muc, room, from, to)))
      .catch((error: unknown) => {
        if (!(error instanceof StanzaError)) muc.host.log.error({ error: String(error) }, 'an invitee was not let in');
      });
  });
}

function roomAt(muc: Muc, isOurs: IsOurs, address: string): Room | undefined {
  try {
    const jid = Jid.parse(address);
    return isOurs(jid.domain) ? muc.rooms.get(jid.local) : undefined;
  } catch {
    return undefined;
  }
}

async function letIn(muc: Muc, room: Room, from: Jid, to: Jid): Promise<void> {
  const bare = muc.bareOf(to);
  if (room.locked || !isOn(room.config, 'membersonly') || room.affiliationOf(bare) !== 'none') return;
  assertMayInvite(room, room.actor(muc.bareOf(from), from));
  const tell = await setAffiliations(muc, room, [{ bare, becomes: 'member', reason: '' }], undefined);
  tell();
}
