/** What the server speaks, in the order in which the hooks run. */
import type { Extension } from './extension.ts';
import { archive } from './extensions/archive/archive.ts';
import { blocking } from './extensions/blocking.ts';
import { caps } from './extensions/caps.ts';
import { carbons } from './extensions/carbons.ts';
import { disco } from './extensions/disco.ts';
import { entityTime } from './extensions/entity-time.ts';
import { lastActivity } from './extensions/last-activity.ts';
import { offline } from './extensions/offline.ts';
import { ping } from './extensions/ping.ts';
import { privateData } from './extensions/private-data.ts';
import { registration } from './extensions/registration.ts';
import { stanzaId } from './extensions/stanza-id.ts';
import { vcardTemp } from './extensions/vcard-temp.ts';
import { version } from './extensions/version.ts';

export const extensions: readonly Extension[] = [
  // Before all others, so that nothing happens on behalf of who is blocked.
  blocking,
  disco,
  caps,
  registration,
  ping,
  version,
  entityTime,
  lastActivity,
  privateData,
  vcardTemp,
  // A message passes these in this order: false ids out, the archive's id in, and so it is copied and kept.
  stanzaId,
  archive,
  carbons,
  offline,
];
