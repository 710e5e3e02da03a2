/** What the server speaks, in the order in which the hooks run. */
import type { Extension } from './extension.ts';
import { blocking } from './extensions/blocking.ts';
import { entityTime } from './extensions/entity-time.ts';
import { lastActivity } from './extensions/last-activity.ts';
import { ping } from './extensions/ping.ts';
import { privateData } from './extensions/private-data.ts';
import { registration } from './extensions/registration.ts';
import { vcardTemp } from './extensions/vcard-temp.ts';
import { version } from './extensions/version.ts';

export const extensions: readonly Extension[] = [
  // Before all others, so that nothing happens on behalf of who is blocked.
  blocking,
  registration,
  ping,
  version,
  entityTime,
  lastActivity,
  privateData,
  vcardTemp,
];
