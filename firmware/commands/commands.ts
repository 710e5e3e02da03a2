/** What the running box answers on its control socket, by name. */
import type { Box } from '../box.ts';
import type { Command } from '../control.ts';
import { accessCommands } from './access.ts';
import { announcementCommands } from './announcements.ts';
import { circleCommands } from './circles.ts';
import { componentCommands } from './components.ts';
import { deviceCommands } from './devices.ts';
import { federationCommands } from './federation.ts';
import { inviteCommands } from './invites.ts';
import { panelCommands } from './panel.ts';
import { portabilityCommands } from './portability.ts';
import { serverCommands } from './servers.ts';
import { statusOf } from './status.ts';
import { userCommands } from './users.ts';

export function commandsOf(box: Box): [string, Command][] {
  return [
    ['status', () => statusOf(box)],
    ...serverCommands(box),
    ...userCommands(box),
    ...deviceCommands(box),
    ...inviteCommands(box),
    ...accessCommands(box),
    ...circleCommands(box),
    ...announcementCommands(box),
    ...portabilityCommands(box),
    ...panelCommands(box),
    ...federationCommands(box),
    ...componentCommands(box),
  ];
}
