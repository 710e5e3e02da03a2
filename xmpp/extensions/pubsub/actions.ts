/** What can be asked of nodes, in one table: by the IQ's type, the namespace of `<pubsub/>` and the name of its child. */
import type { Host } from '../../extension.ts';
import type { IqType } from '../../routing/iq-table.ts';
import type { Jid } from '../../routing/jid.ts';
import { StanzaError } from '../../routing/stanza-error.ts';
import type { Element } from '../../xml.ts';
import { create, getConfig, getDefaultConfig, remove, setConfig } from './configure.ts';
import { NS_OWNER, NS_PUBSUB, pubsubError } from './errors.ts';
import { getItems } from './items.ts';
import { getAffiliations, listAffiliations, listSubscriptions, setAffiliations, setSubscriptions } from './manage.ts';
import { type NodeOwner, type PubsubRequest, turnOf } from './nodes.ts';
import type { Notifier } from './notify.ts';
import type { Online } from './online.ts';
import { getDefaultOptions, getOptions, setOptions } from './options.ts';
import { publish, purge, retract } from './publish.ts';
import { getSubscriptions, subscribe, unsubscribe } from './subscriptions.ts';

/** What all parts share. */
export interface Pubsub {
  host: Host;
  notifier: Notifier;
  online: Online;
}

type Action = (pubsub: Pubsub, request: PubsubRequest) => Element | undefined | Promise<Element | undefined>;

const ACTIONS: Record<string, Record<string, Action>> = {
  [`get ${NS_PUBSUB}`]: {
    items: getItems,
    subscriptions: getSubscriptions,
    affiliations: getAffiliations,
    options: getOptions,
    default: getDefaultOptions,
  },
  [`set ${NS_PUBSUB}`]: { publish, retract, create, subscribe, unsubscribe, options: setOptions },
  [`get ${NS_OWNER}`]: {
    configure: getConfig,
    default: getDefaultConfig,
    affiliations: listAffiliations,
    subscriptions: listSubscriptions,
  },
  [`set ${NS_OWNER}`]: {
    configure: setConfig,
    delete: remove,
    purge,
    affiliations: setAffiliations,
    subscriptions: setSubscriptions,
  },
};

/** The parts of these names, for the features (XEP-0060 section 10), as far as accounts and the service share them. */
export const FEATURES = [
  'auto-create',
  'config-node',
  'config-node-max',
  'create-and-configure',
  'create-nodes',
  'delete-items',
  'delete-nodes',
  'instant-nodes',
  'item-ids',
  'last-published',
  'leased-subscription',
  'manage-subscriptions',
  'member-affiliation',
  'meta-data',
  'modify-affiliations',
  'multi-items',
  'outcast-affiliation',
  'persistent-items',
  'presence-notifications',
  'publish',
  'publish-node-full',
  'publish-only-affiliation',
  'publish-options',
  'publisher-affiliation',
  'purge-nodes',
  'retract-items',
  'retrieve-affiliations',
  'retrieve-default',
  'retrieve-default-sub',
  'retrieve-items',
  'retrieve-subscriptions',
  'rsm',
  'subscribe',
  'subscription-notifications',
  'subscription-options',
];

/** Answers what is asked of one owner's nodes. What changes them goes one at a time. */
export async function answer(
  pubsub: Pubsub,
  owner: NodeOwner,
  { type, payload, from }: { type: IqType; payload: Element; from: Jid },
): Promise<Element | undefined> {
  const [element] = payload.getChildElements();
  const table = ACTIONS[`${type} ${payload.getNS()}`] ?? {};
  const action = element && Object.hasOwn(table, element.name) ? table[element.name] : undefined;
  if (!element || !action) throw new StanzaError('bad-request');
  // None is ever given out: each address has one subscription to a node.
  if (element.attrs.subid !== undefined && NS_PUBSUB === payload.getNS())
    throw pubsubError('not-acceptable', 'invalid-subid');
  const request = { owner, asker: from, pubsub: payload, action: element };
  if (type === 'get') return action(pubsub, request);
  return pubsub.host.turns.run(turnOf(owner, element.attrs.node), async () => action(pubsub, request));
}
