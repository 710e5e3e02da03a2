/** Components: added, listed and removed while the box runs. */
import { COMMAND_LINE } from '../../xmpp/access/acts.ts';
import type { ComponentState } from '../../xmpp/components/components.ts';
import type { Box } from '../box.ts';
import type { Command } from '../control.ts';
import { BoxError } from '../errors.ts';
import { textOf } from './arguments.ts';

export function componentCommands(box: Box): [string, Command][] {
  return [
    [
      'component add',
      async (args) => {
        const added = await refused(() => box.running.server.components.add(textOf(args, 'domain')));
        recordOf(box, 'component add', added.domain);
        await box.renewCertificate();
        return added;
      },
    ],
    [
      'component remove',
      async (args) => {
        const domain = await refused(() => box.running.server.components.remove(textOf(args, 'domain')));
        recordOf(box, 'component remove', domain);
        await box.renewCertificate();
        return { domain };
      },
    ],
    ['component list', (): ComponentState[] => [...box.running.server.components.states]],
  ];
}

/** A component is the box's, not a server's: the first of them keeps it. */
function recordOf(box: Box, what: string, domain: string): void {
  box.running.server.hosts[0]?.acts.record(COMMAND_LINE, what, domain);
}

async function refused<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RangeError) throw new BoxError('component-refused', { reason: error.message });
    throw error;
  }
}
