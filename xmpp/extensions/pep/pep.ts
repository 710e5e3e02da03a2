/**
 * XEP-0163: Personal Eventing Protocol, on what it needs of XEP-0060. Every account is a pubsub service of its owner: avatars,
 * OMEMO keys, bookmarks and what else clients keep there.
 */
import type { Extension } from '../../extension.ts';
import type { IqRequest } from '../../routing/iq-table.ts';
import { StanzaError } from '../../routing/stanza-error.ts';
import type { Element } from '../../xml.ts';
import { create, getConfig, getDefaultConfig, remove, setConfig } from './configure.ts';
import { attachDiscovery } from './discovery.ts';
import { NS_OWNER, NS_PUBSUB, unsupported } from './errors.ts';
import { getItems } from './items.ts';
import { type PepRequest, pepRequest } from './nodes.ts';
import { Notifier } from './notify.ts';
import { publish, purge, retract } from './publish.ts';

const FEATURES = [
  'access-presence',
  'auto-create',
  'auto-subscribe',
  'config-node',
  'config-node-max',
  'create-and-configure',
  'create-nodes',
  'delete-items',
  'delete-nodes',
  'filtered-notifications',
  'instant-nodes',
  'item-ids',
  'last-published',
  'multi-items',
  'persistent-items',
  'presence-subscribe',
  'publish',
  'publish-options',
  'purge-nodes',
  'retract-items',
  'retrieve-default',
  'retrieve-items',
];

const WITHOUT_SUBSCRIPTIONS = 'no explicit subscriptions, affiliations or roster access model yet';

type Action = (request: PepRequest) => Element | undefined | Promise<Element | undefined>;

export const pep: Extension = {
  name: 'pep',
  xep: [
    { number: '0060', title: 'Publish-Subscribe', version: '1.30.0', status: 'partial', note: WITHOUT_SUBSCRIPTIONS },
    {
      number: '0163',
      title: 'Personal Eventing Protocol',
      version: '1.2.2',
      status: 'partial',
      note: WITHOUT_SUBSCRIPTIONS,
    },
    { number: '0084', title: 'User Avatar', version: '1.1.4', status: 'complete' },
    {
      number: '0223',
      title: 'Persistent Storage of Private Data via PubSub',
      version: '1.1.1',
      status: 'complete',
    },
    { number: '0384', title: 'OMEMO Encryption', version: '0.9.1', status: 'complete' },
    { number: '0402', title: 'PEP Native Bookmarks', version: '1.2.0', status: 'complete' },
  ],
  features: { account: [NS_PUBSUB, ...FEATURES.map((feature) => `${NS_PUBSUB}#${feature}`)] },
  identities: { account: [{ category: 'pubsub', type: 'pep' }] },
  attach(host) {
    const notifier = new Notifier(host);
    notifier.attach();
    attachDiscovery(host);

    const missing = (feature: string) => () => {
      throw unsupported(feature);
    };
    const actions: Record<string, Record<string, Action>> = {
      [`get ${NS_PUBSUB}`]: {
        items: (request) => getItems(host, request),
        subscriptions: missing('retrieve-subscriptions'),
        affiliations: missing('retrieve-affiliations'),
        options: missing('subscription-options'),
        default: missing('retrieve-default-sub'),
      },
      [`set ${NS_PUBSUB}`]: {
        publish: (request) => publish(host, notifier, request),
        retract: (request) => retract(host, notifier, request),
        create: (request) => create(host, request),
        subscribe: missing('subscribe'),
        unsubscribe: missing('subscribe'),
        options: missing('subscription-options'),
      },
      [`get ${NS_OWNER}`]: {
        configure: (request) => getConfig(host, request),
        default: getDefaultConfig,
        affiliations: missing('modify-affiliations'),
        subscriptions: missing('manage-subscriptions'),
      },
      [`set ${NS_OWNER}`]: {
        configure: (request) => setConfig(host, notifier, request),
        delete: (request) => remove(host, notifier, request),
        purge: (request) => purge(host, notifier, request),
        affiliations: missing('modify-affiliations'),
        subscriptions: missing('manage-subscriptions'),
      },
    };

    // Who may see a node depends on the node, so each action looks for itself.
    for (const type of ['get', 'set'] as const)
      for (const namespace of [NS_PUBSUB, NS_OWNER])
        host.iq.handle(type, 'account', 'pubsub', namespace, 'anyone', (iq: IqRequest) => {
          const request = pepRequest(host, iq);
          const table = actions[`${type} ${namespace}`] ?? {};
          const action = Object.hasOwn(table, request.action.name) ? table[request.action.name] : undefined;
          if (!action) throw new StanzaError('bad-request');
          return action(request);
        });
  },
};
