/** What is told of nodes (XEP-0060 sections 5.2 to 5.5). */
import { dateTime } from '../../clock.ts';
import { type FormField, formElement } from '../../data-form.ts';
import type { Host } from '../../extension.ts';
import type { DiscoItem } from '../../routing/disco-table.ts';
import type { NodeDiscoEvent } from '../../routing/hooks.ts';
import type { Jid } from '../../routing/jid.ts';
import type { Element } from '../../xml.ts';
import { maySee, ownersOf } from './access.ts';
import { NS_PUBSUB } from './errors.ts';
import { fieldOf } from './fields.ts';
import { freshSinceMs } from './node-config.ts';
import { accountOwner, allNodes, findNode, type Node, type NodeOwner } from './nodes.ts';

/** Items and nodes that one answer names. */
const MAX_NAMED = 1000;

export function attachDiscovery(host: Host): void {
  host.hooks.on('account disco items', (event) => tellItems(host, accountOwner(host, event.account), event));
  host.hooks.on('account disco info', (event) => tellInfo(host, accountOwner(host, event.account), event));
}

/** Nodes, or the items of one. */
export function tellItems(host: Host, owner: NodeOwner, event: NodeDiscoEvent): void {
  if (event.node === undefined) {
    const visible = allNodes(host, owner).filter((node) => maySee(host, node, event.asker));
    event.items.push(...visible.slice(0, MAX_NAMED).map((node) => nodeItem(owner, node)));
    return;
  }
  const node = asked(host, owner, event.node, event.asker);
  if (!node) return;
  event.known = true;
  const sinceMs = freshSinceMs(node.config, host.clock.nowMs());
  const query = { owner: owner.id, node: node.name, sinceMs, limit: MAX_NAMED, fromEnd: true };
  event.items.push(...host.store.nodes.page(query).items.map(({ id }) => ({ jid: owner.address, name: id })));
}

export function tellInfo(host: Host, owner: NodeOwner, event: NodeDiscoEvent): void {
  const node = event.node === undefined ? undefined : asked(host, owner, event.node, event.asker);
  if (!node) return;
  event.known = true;
  event.identities.push({ category: 'pubsub', type: 'leaf', ...named(node.config.title) });
  event.features.push(NS_PUBSUB);
  event.forms.push(metaData(host, node));
}

const nodeItem = ({ address }: NodeOwner, { name, config }: Node): DiscoItem => ({
  jid: address,
  node: name,
  ...named(config.title),
});

/** Section 5.4 and 16.4.3. */
function metaData(host: Host, node: Node): Element {
  const { config, row, owner, name } = node;
  const { nodes } = host.store;
  const publishers = nodes.affiliations(owner.id, name).filter(({ affiliation }) => affiliation.startsWith('publish'));
  const fields: FormField[] = [
    { var: 'pubsub#creator', type: 'jid-single', values: row.creator ? [row.creator] : [] },
    { var: 'pubsub#creation_date', type: 'text-single', values: row.createdMs ? [dateTime(row.createdMs)] : [] },
    { var: 'pubsub#owner', type: 'jid-multi', values: ownersOf(host, node) },
    { var: 'pubsub#publisher', type: 'jid-multi', values: publishers.map(({ jid }) => jid) },
    { var: 'pubsub#num_subscribers', type: 'text-single', values: [String(subscribers(host, node))] },
    ...(['title', 'description', 'language', 'type', 'access_model', 'publish_model', 'max_items'] as const).map(
      (field): FormField => ({ var: `pubsub#${field}`, type: 'text-single', values: [config[field]] }),
    ),
    fieldOf('contact', { type: 'jid-multi', label: 'Whom to ask', default: '' }, config.contact),
  ];
  const told = fields.filter(({ values = [] }) => values.some((value) => value !== ''));
  return formElement('result', `${NS_PUBSUB}#meta-data`, told);
}

const subscribers = (host: Host, { owner, name }: Node) =>
  host.store.nodes.subscriptions(owner.id, name).filter(({ state }) => state === 'subscribed').length;

function asked(host: Host, owner: NodeOwner, name: string, asker: Jid): Node | undefined {
  const node = findNode(host, owner, name);
  return node && maySee(host, node, asker) ? node : undefined;
}

const named = (title: string) => (title === '' ? {} : { name: title });
