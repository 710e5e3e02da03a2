/**
 * Where the server is reached, in a node of its own: members' apps follow it, and know where to go when one address is gone. What
 * asks but once finds the same in the service discovery (extensions/server-addresses.ts). docs/servers.md
 */
import { type Element, xml } from '../../xml.ts';
import type { Pubsub } from './actions.ts';
import type { NodeOwner } from './nodes.ts';
import { OwnNode } from './own-node.ts';

const NS_ADDRESSES = 'urn:casp3r:addresses:0';

export function attachAddresses(pubsub: Pubsub, owner: () => NodeOwner): void {
  const { host } = pubsub;
  const node = new OwnNode(pubsub, owner, {
    node: NS_ADDRESSES,
    title: 'Addresses of this server',
    type: NS_ADDRESSES,
  });
  const say = () => node.say(() => addresses(pubsub, owner()));
  host.onStop(
    host.store.onCommitted((changes) => {
      if (changes.some(({ kind, data }) => kind === 'server set' && data.id === host.server.id)) say();
    }),
  );
  host.hooks.on('onion known', say);
  say();
}

/** Nothing while there has never been but the one that whoever reads it knows; a node that is followed stays. */
function addresses({ host }: Pubsub, { id }: NodeOwner): Element | undefined {
  const { domain, fallbacks } = host.server;
  const onion = host.config.onion?.() ?? '';
  if (fallbacks.length === 0 && onion === '' && !host.store.nodes.node(id, NS_ADDRESSES)) return undefined;
  return xml(
    'addresses',
    { xmlns: NS_ADDRESSES },
    xml('primary', {}, domain),
    ...fallbacks.map((fallback) => xml('fallback', {}, fallback)),
    onion === '' ? null : xml('onion', {}, onion),
  );
}
