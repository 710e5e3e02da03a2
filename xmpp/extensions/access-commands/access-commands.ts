/**
 * The owner's rules as ad-hoc commands (XEP-0050): for administrators the mode, the rules, approvals and the record of what was done;
 * for every member the people who want to reach them. The functions are those of the command line.
 */
import type { Extension } from '../../extension.ts';
import { administrates, type Command } from '../../routing/command.ts';
import { approvalCommands } from './approvals.ts';
import { heldCommands } from './held.ts';
import { logCommands } from './log.ts';
import { modeCommands } from './mode.ts';
import { reportCommands } from './reports.ts';
import { requests } from './requests.ts';
import { ruleCommands } from './rules.ts';
import { strangers } from './strangers.ts';

/** `node` is what follows NS and `#`. */
export type AccessCommand = Pick<Command, 'node' | 'name' | 'begin'>;

const NS = 'urn:casp3r:access';

export const accessCommands: Extension = {
  name: 'access-commands',
  xep: [],
  attach(host) {
    const all = [
      ...modeCommands(host),
      ...ruleCommands(host),
      ...approvalCommands(host),
      ...heldCommands(host),
      ...logCommands(host),
      ...reportCommands(host),
    ];
    for (const { node, ...command } of all)
      host.commands.add({ ...command, node: `${NS}#${node}`, target: 'server', allowed: administrates(host) });
    requests(host, `${NS}#requests`);
    strangers(host, `${NS}#strangers`);
  },
};
