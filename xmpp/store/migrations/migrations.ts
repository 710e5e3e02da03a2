/** The steps that lead from an empty file to the schema of today, in order. A released step never changes; a new one follows it. */
import { sql as first } from './0001-first.ts';
import { sql as rooms } from './0002-rooms.ts';
import { sql as nodes } from './0003-nodes.ts';
import { sql as uploads } from './0004-uploads.ts';
import { sql as archiveBounds } from './0005-archive-bounds.ts';
import { sql as search } from './0006-search.ts';
import { sql as clients } from './0007-clients.ts';
import { sql as searchChoices } from './0008-search-choices.ts';
import { sql as invites } from './0009-invites.ts';
import { sql as access } from './0010-access.ts';
import { sql as push } from './0011-push.ts';
import { sql as keptBytes } from './0012-kept-bytes.ts';
import { sql as roomHats } from './0013-room-hats.ts';
import { sql as components } from './0014-components.ts';
import { sql as circles } from './0015-circles.ts';
import { sql as pushClients } from './0016-push-clients.ts';
import { sql as moved } from './0017-moved.ts';
import { sql as approvalRequests } from './0018-approval-requests.ts';
import { sql as reports } from './0019-reports.ts';
import { sql as peerRules } from './0020-peer-rules.ts';
import { sql as ownInvites } from './0021-own-invites.ts';
import { sql as blocklists } from './0022-blocklists.ts';

export const migrations: readonly string[] = [
  first,
  rooms,
  nodes,
  uploads,
  archiveBounds,
  search,
  clients,
  searchChoices,
  invites,
  access,
  push,
  keptBytes,
  roomHats,
  components,
  circles,
  pushClients,
  moved,
  approvalRequests,
  reports,
  peerRules,
  ownInvites,
  blocklists,
];
