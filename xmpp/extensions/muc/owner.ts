/** muc#owner (XEP-0045 section 10): the configuration form, and the end of a room. */
import { NS_DATA_FORM } from '../../data-form.ts';
import { Jid } from '../../routing/jid.ts';
import { StanzaError } from '../../routing/stanza-error.ts';
import { change } from '../../store/changes.ts';
import type { Affiliation } from '../../store/room-model.ts';
import { type Element, xml } from '../../xml.ts';
import { assertOwnerStays } from './admin.ts';
import { userElement } from './announce.ts';
import { changeCodes, configForm, isOn, type ListName, type RoomConfig, readConfigForm } from './config.ts';
import type { Muc } from './context.ts';
import { destroy } from './destroy.ts';
import { endIfTemporary, putOut } from './leave.ts';
import { acceptInstantRoom } from './lock.ts';
import { NS_OWNER } from './namespaces.ts';
import type { Room } from './room.ts';
import type { RoomIq } from './room-iq.ts';
import { type NewAffiliation, setAffiliations, toEach } from './standing.ts';

function assertOwner({ actor }: RoomIq): void {
  if (actor.affiliation !== 'owner') throw new StanzaError('forbidden');
}

export function readConfiguration(iq: RoomIq): Element {
  assertOwner(iq);
  const jids = (affiliation: Affiliation) => iq.room.affiliations.list(affiliation).map(({ jid }) => jid);
  return xml('query', { xmlns: NS_OWNER }, configForm(iq.room.config, { admin: jids('admin'), owner: jids('owner') }));
}

export async function setConfiguration(iq: RoomIq): Promise<undefined> {
  assertOwner(iq);
  const { muc, room, payload } = iq;
  const end = payload.getChild('destroy');
  if (end) return void (await destroy(muc, room, end));
  const form = payload.getChild('x', NS_DATA_FORM);
  if (form?.attrs.type === 'cancel') {
    if (room.locked) await destroy(muc, room, undefined);
    return undefined;
  }
  if (form?.attrs.type !== 'submit')
    throw new StanzaError('bad-request', { text: 'A form is submitted or cancelled.' });
  if (form.getChildren('field').length === 0) await acceptInstantRoom(muc, room);
  else await configure(iq, form);
  return undefined;
}

async function configure({ muc, room, after }: RoomIq, form: Element): Promise<void> {
  const { config, lists } = readConfigForm(form, room.config);
  const people = newAffiliations(muc, room, lists);
  assertOwnerStays(room, people);
  const before = room.config;
  const wasLocked = room.locked;
  await muc.rooms.commit(room, change('room configured', { room: room.row.id, config: { ...config } }));
  room.config = config;
  await muc.rooms.accept(room);
  const tellPeople = people.length > 0 ? await setAffiliations(muc, room, people, undefined) : undefined;
  after.push(() => {
    tellPeople?.();
    removeStrangers(muc, room, before);
    if (!wasLocked) tellOfChange(muc, room, before);
    void endIfTemporary(muc, room);
  });
}

/** The form has the whole lists: who is not in them any more is an administrator or owner no longer (section 10.2). */
function newAffiliations(muc: Muc, room: Room, lists: Partial<Record<ListName, readonly string[]>>): NewAffiliation[] {
  const wanted = new Map<string, Affiliation>();
  for (const name of ['admin', 'owner'] as const) {
    const jids = lists[name]?.map((jid) => muc.bareOf(Jid.parse(jid)));
    if (!jids) continue;
    // The room of a circle is the server's own.
    if (jids.some((jid) => !jid.includes('@') && room.affiliationOf(jid) !== 'owner'))
      throw new StanzaError('jid-malformed');
    for (const { jid } of room.affiliations.list(name)) if (!wanted.has(jid)) wanted.set(jid, 'member');
    // Who is an owner is an administrator as well, and stays one unless the list of owners says otherwise.
    for (const jid of jids)
      if (name === 'owner' || lists.owner || room.affiliationOf(jid) !== 'owner') wanted.set(jid, name);
  }
  return [...wanted]
    .filter(([bare, becomes]) => room.affiliationOf(bare) !== becomes)
    .map(([bare, becomes]) => ({ bare, becomes, reason: '' }));
}

/** Section 10.2: whoever is no member does not stay in a room that has become one for members. */
function removeStrangers(muc: Muc, room: Room, before: RoomConfig): void {
  if (!isOn(room.config, 'membersonly') || isOn(before, 'membersonly')) return;
  const strangers = [...room.occupants].filter(({ bare }) => room.affiliationOf(bare) === 'none');
  for (const { tell } of strangers.map((occupant) => putOut(muc, room, occupant, { codes: [322] }))) tell();
}

/** Section 10.2.1 */
export function tellOfChange(muc: Muc, room: Room, before: RoomConfig): void {
  const codes = changeCodes(before, room.config);
  if (codes.length === 0) return;
  toEach(
    muc,
    room,
    () => true,
    () => [userElement([], codes)],
    'groupchat',
  );
}
