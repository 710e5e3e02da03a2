/** The room's picture (XEP-0486) in its vCard (XEP-0054). */
import { createHash } from 'node:crypto';
import { StanzaError } from '../../routing/stanza-error.ts';
import { change } from '../../store/changes.ts';
import { type Element, parse, xml } from '../../xml.ts';
import { userElement } from './announce.ts';
import { acceptInstantRoom } from './lock.ts';
import { NS_VCARD } from './namespaces.ts';
import type { RoomIq } from './room-iq.ts';
import { toEach } from './standing.ts';

const MAX_BYTES = 131_072;

export function getVcard({ muc, room }: RoomIq): Element {
  const vcard = muc.host.store.extras.vcard(room.row.id);
  return vcard === undefined ? xml('vCard', { xmlns: NS_VCARD }) : parse(vcard);
}

export async function setVcard({ muc, room, actor, payload, after }: RoomIq): Promise<undefined> {
  if (actor.affiliation !== 'owner') throw new StanzaError('forbidden', { text: 'Only owners set the picture.' });
  const vcard = payload.toString();
  if (Buffer.byteLength(vcard) > MAX_BYTES)
    throw new StanzaError('policy-violation', { text: `A vCard has ${MAX_BYTES} bytes at most.` });
  await acceptInstantRoom(muc, room);
  await muc.rooms.commit(room, change('vcard set', { account: room.row.id, vcard }));
  const changed = () => [userElement([], [104])];
  after.push(() => toEach(muc, room, () => true, changed, 'groupchat'));
  return undefined;
}

/** SHA-1 of each picture, as XEP-0153 has it; none without a picture. */
export function avatarHashes(vcard: string | undefined): string[] {
  if (vcard === undefined) return [];
  return parse(vcard)
    .getChildren('PHOTO')
    .map((photo) => photo.getChildText('BINVAL') ?? '')
    .filter((data) => data.trim() !== '')
    .map((data) => createHash('sha1').update(Buffer.from(data, 'base64')).digest('hex'));
}
