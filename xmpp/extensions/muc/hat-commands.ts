/** XEP-0317: making, giving and taking hats, by ad-hoc commands at the room (XEP-0050). They run in the room's order. */
import { type FormField, tableElement } from '../../data-form.ts';
import type { Command, CommandAsker, CommandStage } from '../../routing/command.ts';
import { type Answers, badPayload } from '../../routing/command-answers.ts';
import { Jid } from '../../routing/jid.ts';
import { StanzaError } from '../../routing/stanza-error.ts';
import { change } from '../../store/changes.ts';
import type { RoomHat } from '../../store/room-model.ts';
import { announce, userElement } from './announce.ts';
import type { Muc } from './context.ts';
import { MAX_HATS, MAX_WEARERS } from './hats.ts';
import { acceptInstantRoom } from './lock.ts';
import { isAtLeast } from './privileges.ts';
import type { Room } from './room.ts';
import { toEach } from './standing.ts';

export const ROOM_COMMANDS = 'service:room';
const NODE = 'urn:xmpp:hats:commands';
const MAX_TITLE = 100;
const MAX_URI = 500;

const FIELDS = {
  title: { var: 'hats#title', type: 'text-single', label: 'Title' },
  uri: { var: 'hats#uri', type: 'text-single', label: 'Address (URI)' },
  hue: { var: 'hats#hue', type: 'text-single', label: 'Colour: an angle from 0 to 360' },
  jid: { var: 'hats#jid', type: 'jid-single', label: 'Whose' },
} as const satisfies Record<string, FormField>;

type Standing = 'owner' | 'admin' | 'anyone';

export function addHatCommands(muc: Muc): void {
  const add = (name: string, label: string, standing: Standing, begin: (room: Room) => ReturnType<Command['begin']>) =>
    muc.host.commands.add({
      node: `${NODE}:${name}`,
      name: label,
      target: ROOM_COMMANDS,
      allowed: (asker) => isAllowed(muc, asker, standing),
      begin: ({ to }) => begin(roomAt(muc, to)),
    });
  add('create', 'Make or change a hat', 'owner', (room) => createStage(muc, room));
  add('destroy', 'Do away with a hat', 'owner', (room) => destroyStage(muc, room));
  add('assign', 'Give somebody a hat', 'admin', (room) => wearStage(muc, room, true));
  add('unassign', 'Take a hat from somebody', 'admin', (room) => wearStage(muc, room, false));
  add('list', 'The hats', 'anyone', (room) => ({ payload: [hatTable(room)] }));
  add('list-assigned', 'Who wears which hat', 'admin', (room) => ({ payload: [wearerTable(room)] }));
}

/** Whose address is gone takes its hats along: nobody who comes by the name later has them. */
export async function takeHats(muc: Muc, bare: string): Promise<void> {
  const { rooms, journal } = muc.host.store;
  for (const { room, uri } of rooms.hatsOf(muc.host.server.id, bare)) {
    await journal.commit(change('room hat worn', { room: room.id, uri, jid: bare, worn: false }));
    muc.rooms.inMemory(room.local)?.hats.takeOff(bare, uri);
  }
}

/** @throws StanzaError item-not-found */
function roomAt(muc: Muc, to: Jid): Room {
  const room = muc.rooms.get(to.local);
  if (!room) throw new StanzaError('item-not-found');
  return room;
}

function isAllowed(muc: Muc, { jid, to }: CommandAsker, standing: Standing): boolean {
  const room = muc.rooms.get(to.local);
  if (!room) return false;
  const { affiliation, role } = room.actor(muc.bareOf(jid), jid);
  return standing === 'anyone' ? role !== 'none' || isAtLeast(affiliation, 'member') : isAtLeast(affiliation, standing);
}

function createStage(muc: Muc, room: Room): CommandStage {
  return {
    title: 'A hat',
    formType: NODE,
    fields: [{ ...FIELDS.title, required: true }, { ...FIELDS.uri, required: true }, FIELDS.hue],
    next: async (answers) => {
      const hat = readHat(answers);
      if (!room.hats.find(hat.uri) && room.hats.all.length >= MAX_HATS)
        throw new StanzaError('resource-constraint', { text: `A room has ${MAX_HATS} hats at most.` });
      await acceptInstantRoom(muc, room);
      await muc.rooms.commit(room, change('room hat set', { room: room.row.id, ...hat }));
      room.hats.set(hat);
      tellOfHats(muc, room, wearersOf(room, hat.uri));
      return {};
    },
  };
}

/** @throws StanzaError bad-payload */
function readHat(answers: Answers): RoomHat {
  const [title, uri, hue] = [FIELDS.title, FIELDS.uri, FIELDS.hue].map((field) => answers.text(field.var));
  if (!title || title.length > MAX_TITLE) throw badPayload(`A title has 1 to ${MAX_TITLE} characters.`);
  if (!uri || uri.length > MAX_URI || !URL.canParse(uri)) throw badPayload('This is no URI.');
  const angle = Number(hue || 0);
  if (!(angle >= 0 && angle <= 360)) throw badPayload('A hue is an angle from 0 to 360.');
  return { uri, title, hue: hue ? String(angle) : '' };
}

function destroyStage(muc: Muc, room: Room): CommandStage {
  return {
    title: 'Do away with a hat',
    formType: NODE,
    fields: [choice(room)],
    next: async (answers) => {
      const { uri } = chosen(room, answers);
      const wearers = wearersOf(room, uri);
      await muc.rooms.commit(room, change('room hat removed', { room: room.row.id, uri }));
      room.hats.remove(uri);
      tellOfHats(muc, room, wearers);
      return {};
    },
  };
}

function wearStage(muc: Muc, room: Room, worn: boolean): CommandStage {
  return {
    title: worn ? 'Give a hat' : 'Take a hat',
    formType: NODE,
    fields: [{ ...FIELDS.jid, required: true }, choice(room)],
    next: async (answers) => {
      const { uri } = chosen(room, answers);
      const jid = muc.bareOf(Jid.parse(answers.text(FIELDS.jid.var)));
      if (worn && room.hats.wearers().length >= MAX_WEARERS)
        throw new StanzaError('resource-constraint', { text: `${MAX_WEARERS} hats are given out in a room at most.` });
      await muc.rooms.commit(room, change('room hat worn', { room: room.row.id, uri, jid, worn }));
      if (worn) room.hats.wear(jid, uri);
      else room.hats.takeOff(jid, uri);
      announceAll(muc, room, [jid]);
      return {};
    },
  };
}

const choice = (room: Room): FormField => ({
  ...FIELDS.uri,
  type: 'list-single',
  label: 'Hat',
  required: true,
  options: room.hats.all.map(({ uri, title }) => ({ value: uri, label: title })),
});

/** @throws StanzaError bad-payload where it went in the meantime */
function chosen(room: Room, answers: Answers): RoomHat {
  const hat = room.hats.find(answers.text(FIELDS.uri.var));
  if (!hat) throw badPayload('There is no such hat.');
  return hat;
}

const wearersOf = (room: Room, uri: string) =>
  room.hats.wearers().flatMap(({ jid, hat }) => (hat.uri === uri ? [jid] : []));

/** The list has changed, and the presence of those who wear one of it. */
function tellOfHats(muc: Muc, room: Room, wearers: readonly string[]): void {
  toEach(
    muc,
    room,
    () => true,
    () => [userElement([], [104])],
    'groupchat',
  );
  announceAll(muc, room, wearers);
}

function announceAll(muc: Muc, room: Room, jids: readonly string[]): void {
  for (const jid of jids) for (const occupant of room.ofBare(jid)) announce(muc.host, room, occupant);
}

const cellsOf = ({ title, uri, hue }: RoomHat) => ({ 'hats#title': title, 'hats#uri': uri, 'hats#hue': hue });

const hatTable = ({ hats }: Room) =>
  tableElement([FIELDS.title, FIELDS.uri, FIELDS.hue], hats.all.map(cellsOf), { title: 'Hats' });

const wearerTable = ({ hats }: Room) =>
  tableElement(
    [FIELDS.jid, FIELDS.uri, FIELDS.title, FIELDS.hue],
    hats.wearers().map(({ jid, hat }) => ({ 'hats#jid': jid, ...cellsOf(hat) })),
    { title: 'Who wears which hat' },
  );
