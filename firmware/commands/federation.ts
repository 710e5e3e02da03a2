/** Other servers: whom the box talks to, and what it asks of single ones. */
import { COMMAND_LINE } from '../../xmpp/access/acts.ts';
import type { PeerRules } from '../../xmpp/config.ts';
import type { PeerRuleEntry } from '../../xmpp/federation/peer-rules.ts';
import type { PeerState } from '../../xmpp/federation/status.ts';
import type { Box } from '../box.ts';
import type { Command, CommandArguments } from '../control.ts';
import { BoxError } from '../errors.ts';
import { oneOf, optionalText, textOf } from './arguments.ts';

/** `casp3r federation status --json`. Fields are added, never renamed. */
export interface FederationStatus {
  enabled: boolean;
  /** Servers with at least one link up. */
  connected: number;
  servers: PeerState[];
}

/** `casp3r federation rules --json`. Fields are added, never renamed. */
export interface FederationRules {
  /** What is asked of every server. */
  general: PeerRules;
  servers: PeerRuleEntry[];
}

const YES_OR_NO = ['yes', 'no'] as const;

export function federationCommands(box: Box): [string, Command][] {
  return [
    ['federation status', () => federationStatusOf(box)],
    [
      'federation rules',
      (): FederationRules => {
        const { general, entries } = box.running.server.peerRules;
        return { general, servers: entries };
      },
    ],
    [
      'federation set',
      async (args): Promise<PeerRuleEntry> => {
        const entry = await refused(() => box.running.server.peerRules.set(textOf(args, 'domain'), rulesIn(args)));
        record(box, 'federation set', `${entry.domain}: ${JSON.stringify(entry.rules)}`);
        return entry;
      },
    ],
    [
      'federation unset',
      async (args) => {
        const domain = await refused(() => box.running.server.peerRules.remove(textOf(args, 'domain')));
        record(box, 'federation unset', domain);
        return { domain };
      },
    ],
  ];
}

function federationStatusOf(box: Box): FederationStatus {
  const { server } = box.running;
  return { enabled: server.federates, connected: server.peersConnected, servers: [...server.peers] };
}

function rulesIn(args: CommandArguments): Partial<PeerRules> {
  const { rate } = args;
  if (rate !== undefined && !(typeof rate === 'number' && rate >= 0))
    throw new BoxError('request-invalid', { reason: 'rate must be a number' });
  return {
    ...flagIn(args, 'certificate', 'requireCertificate'),
    ...flagIn(args, 'dialback', 'dialback'),
    ...(rate === undefined ? {} : { stanzasPerSecond: rate }),
  };
}

function flagIn(args: CommandArguments, name: string, key: 'requireCertificate' | 'dialback'): Partial<PeerRules> {
  if (optionalText(args, name) === undefined) return {};
  return { [key]: oneOf(args, name, YES_OR_NO) === 'yes' };
}

/** Who is talked to is the box's business, not a server's: the first of them keeps it. */
function record(box: Box, what: string, about: string): void {
  box.running.server.hosts[0]?.acts.record(COMMAND_LINE, what, about);
}

async function refused<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RangeError) throw new BoxError('federation-refused', { reason: error.message });
    throw error;
  }
}
