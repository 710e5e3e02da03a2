/** How other extensions have an account's nodes changed, for facts that they keep in another form (hook 'node change wanted'). */
import type { NodeChangeEvent } from '../../routing/hooks.ts';
import { Jid } from '../../routing/jid.ts';
import type { Pubsub } from './actions.ts';
import { newNode } from './configure.ts';
import { accountOwner, findNode } from './nodes.ts';
import { serialised } from './publish.ts';
import { NodeWork, publishItem, retractItem } from './work.ts';

export function attachConversions(pubsub: Pubsub): void {
  pubsub.host.hooks.on('node change wanted', (event) => changeNode(pubsub, event));
}

function changeNode(pubsub: Pubsub, event: NodeChangeEvent): void {
  const { host } = pubsub;
  const owner = accountOwner(host, event.account);
  const work = new NodeWork(pubsub, event);
  const existing = findNode(host, owner, event.node);
  const node = existing ?? newNode(work, owner, event.node, event.config, Jid.parse(owner.address));
  for (const { id, payload } of event.publish)
    publishItem(work, node, {
      owner: owner.id,
      node: node.name,
      id,
      publisher: event.by.toString(),
      atMs: host.clock.nowMs(),
      payload: serialised(payload),
    });
  for (const id of event.retract) if (existing) retractItem(work, node, id);
}
