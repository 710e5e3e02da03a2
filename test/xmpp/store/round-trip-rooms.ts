/** The kinds of changes that speak of rooms, for round-trip.test.ts. */
import type { ChangeKind } from '../../../xmpp/store/changes.ts';
import type { Store } from '../../../xmpp/store/store.ts';
import { hat, owner, room, subject } from './samples.ts';

/** What is read once a change, and those before it, are kept. */
export type Seen = { before?: ChangeKind[]; read: (store: Store) => unknown; is: unknown };

export const roomCases = {
  'room created': {
    read: ({ rooms }) => [rooms.byName('s1', 'kitchen'), rooms.list('s1'), rooms.createdBy('s1', room.creator)],
    is: [room, [room], 1],
  },
  'room configured': {
    before: ['room created'],
    read: ({ rooms }) => rooms.config('r1'),
    is: { roomname: 'The kitchen' },
  },
  'room affiliation set': {
    before: ['room created'],
    read: ({ rooms }) => [rooms.affiliations('r1'), rooms.ofJid('s1', owner.jid)],
    is: [[owner], [{ room, affiliation: 'owner' }]],
  },
  'room subject set': { before: ['room created'], read: ({ rooms }) => rooms.subject('r1'), is: subject },
  'room hat set': { before: ['room created'], read: ({ rooms }) => rooms.hats('r1'), is: [hat] },
  'room hat worn': {
    before: ['room created', 'room hat set'],
    read: ({ rooms }) => [rooms.hatWearers('r1'), rooms.hatsOf('s1', 'alice@casp3r.local')],
    is: [[{ uri: hat.uri, jid: 'alice@casp3r.local' }], [{ room, uri: hat.uri }]],
  },
  'room hat removed': {
    before: ['room created', 'room hat set', 'room hat worn'],
    read: ({ rooms }) => [rooms.hats('r1'), rooms.hatWearers('r1')],
    is: [[], []],
  },
  'room removed': {
    before: ['room created', 'room configured', 'room affiliation set', 'room subject set'],
    read: ({ rooms }) => [
      rooms.byName('s1', 'kitchen'),
      rooms.config('r1'),
      rooms.affiliations('r1'),
      rooms.ofJid('s1', owner.jid),
      rooms.subject('r1'),
    ],
    is: [undefined, undefined, [], [], undefined],
  },
} satisfies Partial<Record<ChangeKind, Seen>>;
