/** An owner asks again who waits to be let in: the ad-hoc command `get-pending` (XEP-0060 section 8.7, XEP-0050). */
import type { CommandAsker, CommandOutcome, CommandTarget } from '../../routing/command.ts';
import { StanzaError } from '../../routing/stanza-error.ts';
import { affiliationOf } from './access.ts';
import type { Pubsub } from './actions.ts';
import { AUTHORIZATION, askOwner } from './approval.ts';
import { NS_PUBSUB } from './errors.ts';
import { bareOf, findNode, type NodeOwner } from './nodes.ts';

/** What the service calls itself in the table of commands. */
export const TARGET: CommandTarget = 'service:pubsub';

export function addPendingCommand(pubsub: Pubsub, owner: () => NodeOwner): void {
  const { host } = pubsub;
  const ownedBy = (asker: CommandAsker) =>
    host.store.nodes
      .affiliationsOf(bareOf(host, asker.jid), owner().id)
      .filter(({ affiliation }) => affiliation === 'owner')
      .map(({ node }) => node);
  host.commands.add({
    node: `${NS_PUBSUB}#get-pending`,
    name: 'Who waits to be let in',
    target: TARGET,
    allowed: (asker) => ownedBy(asker).length > 0,
    begin: (asker) => ({
      title: 'Who waits to be let in',
      formType: AUTHORIZATION,
      fields: [
        {
          var: 'pubsub#node',
          type: 'list-single',
          label: 'Node',
          required: true,
          options: ownedBy(asker).filter((node) => waiting(pubsub, owner(), node).length > 0),
        },
      ],
      next: (answers, now) => askAgain(pubsub, owner(), answers.text('pubsub#node'), now),
    }),
  });
}

/** @throws StanzaError item-not-found, forbidden */
function askAgain(pubsub: Pubsub, owner: NodeOwner, name: string, { jid }: CommandAsker): CommandOutcome {
  const { host } = pubsub;
  const node = findNode(host, owner, name);
  if (!node) throw new StanzaError('item-not-found');
  if (affiliationOf(host, node, jid) !== 'owner') throw new StanzaError('forbidden');
  for (const subscription of waiting(pubsub, owner, name)) askOwner(pubsub, node, subscription, bareOf(host, jid));
  return {};
}

const waiting = ({ host }: Pubsub, owner: NodeOwner, node: string) =>
  host.store.nodes.subscriptions(owner.id, node).filter(({ state }) => state === 'pending');
