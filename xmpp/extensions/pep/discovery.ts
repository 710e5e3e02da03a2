/** What an account tells of its nodes (XEP-0060 sections 5.2, 5.3 and 5.5). */
import type { Host } from '../../extension.ts';
import type { AccountDiscoEvent } from '../../routing/hooks.ts';
import { NS_PUBSUB } from './errors.ts';
import { allNodes, findNode, maySee, type Node } from './nodes.ts';

export function attachDiscovery(host: Host): void {
  host.hooks.on('account disco items', (event) => {
    const jid = host.addressOf(event.account);
    if (event.node === undefined) {
      const visible = allNodes(host, event.account).filter((node) => maySee(host, node, event.asker));
      event.items.push(...visible.map(({ name, config }) => ({ jid, node: name, ...named(config.title) })));
      return;
    }
    const node = asked(host, event);
    if (!node) return;
    event.known = true;
    event.items.push(...host.store.pep.items(node.owner.id, node.name).map(({ id }) => ({ jid, name: id })));
  });
  host.hooks.on('account disco info', (event) => {
    const node = asked(host, event);
    if (!node) return;
    event.known = true;
    event.identities.push({ category: 'pubsub', type: 'leaf', ...named(node.config.title) });
    event.features.push(NS_PUBSUB);
  });
}

function asked(host: Host, { account, asker, node: name }: AccountDiscoEvent): Node | undefined {
  const node = name === undefined ? undefined : findNode(host, account, name);
  return node && maySee(host, node, asker) ? node : undefined;
}

const named = (title: string) => (title === '' ? {} : { name: title });
