/** What is seen of each change of access control and of what stands beside the box (round-trip.test.ts). */
import type { ChangeKind } from '../../../xmpp/store/changes.ts';
import { noonMs } from './fixtures.ts';
import type { Seen } from './round-trip-rooms.ts';
import { act, held, push, report, rule, samples } from './samples.ts';

const { server: _, ...list } = samples['blocklist kept'];
const born: ChangeKind[] = ['server set', 'account created'];

export const accessCases = {
  'access rule set': { before: born, read: ({ access }) => access.rules('s1'), is: [rule] },
  'access rule removed': { before: [...born, 'access rule set'], read: ({ access }) => access.rules('s1'), is: [] },
  'circle set': {
    before: born,
    read: ({ access }) => access.circles('s1'),
    is: [{ id: 'c1', server: 's1', name: 'School', room: 'school' }],
  },
  'circle member set': {
    before: [...born, 'circle set'],
    read: ({ access }) => [access.members('c1'), access.circlesOf('a1')],
    is: [[samples['circle member set']], [samples['circle member set']]],
  },
  'circle removed': {
    before: [...born, 'circle set', 'circle member set'],
    read: ({ access }) => [access.circles('s1'), access.members('c1'), access.circlesOf('a1')],
    is: [[], [], []],
  },
  'approval asked': {
    before: born,
    read: ({ access }) => access.approvalRequests('s1'),
    is: [{ account: 'a1', contact: 'aunt@g.test', direction: 'out', atMs: noonMs, stanza: '<presence/>' }],
  },
  'approval set': { before: born, read: ({ access }) => access.approved('a1'), is: ['grandma@g.test'] },
  'sender accepted': { before: born, read: ({ access }) => access.accepts('a1', held.from), is: true },
  'stanza held': { before: born, read: ({ access }) => access.held('a1'), is: [held] },
  'held stanzas cleared': {
    before: [...born, 'stanza held'],
    read: ({ access }) => access.held('a1'),
    is: [],
  },
  'report kept': { before: born, read: ({ access }) => access.reports('s1'), is: [report] },
  'reports forgotten': { before: [...born, 'report kept'], read: ({ access }) => access.reports('s1'), is: [] },
  'blocklist kept': { before: born, read: ({ access }) => access.blocklists('s1'), is: [{ ...list, since: [] }] },
  'blocklist entry set': {
    before: [...born, 'blocklist kept'],
    read: ({ access }) => access.blocklists('s1'),
    is: [{ ...list, since: [{ entry: 'spam2.test', why: '', listed: false }] }],
  },
  'blocklist forgotten': {
    before: [...born, 'blocklist kept', 'blocklist entry set'],
    read: ({ access }) => access.blocklists('s1'),
    is: [],
  },
  'act recorded': { read: ({ access }) => access.acts('s1', 10), is: [act] },
  'acts forgotten': { before: ['act recorded'], read: ({ access }) => access.acts('s1', 10), is: [] },
  'push enabled': { before: born, read: ({ extras }) => extras.pushRegistrations('a1'), is: [push] },
  'push disabled': {
    before: [...born, 'push enabled'],
    read: ({ extras }) => extras.pushRegistrations('a1'),
    is: [],
  },
  'component set': { read: ({ components }) => components.all(), is: [samples['component set']] },
  'component removed': { before: ['component set'], read: ({ components }) => components.all(), is: [] },
  'peer rules set': { read: ({ peers }) => peers.rules(), is: [samples['peer rules set']] },
  'peer rules removed': { before: ['peer rules set'], read: ({ peers }) => peers.rules(), is: [] },
} satisfies Partial<Record<ChangeKind, Seen>>;
