import type { ChangeData, ChangeKind, StampedChange } from '../changes.ts';
import type { Id } from '../model.ts';
import type { Sqlite } from '../sqlite.ts';
import { accessAppliers } from './access.ts';
import { accountAppliers } from './accounts.ts';
import type { Appliers } from './applier.ts';
import { archiveAppliers } from './archive.ts';
import { clientAppliers } from './clients.ts';
import { componentAppliers } from './components.ts';
import { extrasAppliers } from './extras.ts';
import { hatAppliers } from './hats.ts';
import { inviteAppliers } from './invites.ts';
import { nameAppliers } from './names.ts';
import { nodeAppliers } from './nodes.ts';
import { offlineAppliers } from './offline.ts';
import { peerAppliers } from './peers.ts';
import { roomAppliers } from './rooms.ts';
import { rosterAppliers } from './roster.ts';
import { searchAppliers } from './search.ts';
import { serverAppliers } from './servers.ts';
import { uploadAppliers } from './uploads.ts';

const appliers: Appliers = {
  ...serverAppliers,
  ...accountAppliers,
  ...clientAppliers,
  ...accessAppliers,
  ...rosterAppliers,
  ...archiveAppliers,
  ...searchAppliers,
  ...offlineAppliers,
  ...extrasAppliers,
  ...inviteAppliers,
  ...componentAppliers,
  ...peerAppliers,
  ...nodeAppliers,
  ...roomAppliers,
  ...hatAppliers,
  ...uploadAppliers,
  ...nameAppliers,
};

/** Applies one change. What speaks of a removed account, room or server is void: its removal wins over whatever comes late. */
export function applyChange(db: Sqlite, change: StampedChange): void {
  if ([accountOf(change), serverOf(change)].some((id) => id !== undefined && isRemoved(db, id))) return;
  applyKind(db, change.kind, change.data, change.hlc);
}

function applyKind<K extends ChangeKind>(db: Sqlite, kind: K, data: ChangeData[K], hlc: string): void {
  appliers[kind](db, data, hlc);
}

/** The account or room whose rows a change writes. */
function accountOf(change: StampedChange): Id | undefined {
  switch (change.kind) {
    case 'account created':
      return change.data.account.id;
    case 'server set':
    case 'server removed':
    case 'secret set':
    case 'component set':
    case 'component removed':
    case 'peer rules set':
    case 'peer rules removed':
    case 'invite created':
    case 'invite used':
    case 'invite revoked':
    case 'access rule set':
    case 'access rule removed':
    case 'circle set':
    case 'circle removed':
    case 'blocklist kept':
    case 'blocklist entry set':
    case 'blocklist forgotten':
    case 'act recorded':
    case 'acts forgotten':
    case 'names moved':
      return undefined;
    case 'room created':
      return change.data.id;
    default:
      if ('room' in change.data) return change.data.room;
      return 'owner' in change.data ? change.data.owner : change.data.account;
  }
}

/** The server whose rows a change writes, or whose the account or room is that it makes. */
function serverOf(change: StampedChange): Id | undefined {
  if (change.kind === 'server set') return change.data.id;
  if (change.kind === 'account created') return change.data.account.server;
  return 'server' in change.data ? change.data.server : undefined;
}

function isRemoved(db: Sqlite, account: Id): boolean {
  return db.get('SELECT 1 FROM removed_accounts WHERE id = ?', account) !== undefined;
}
