/**
 * XEP-0060: Publish-Subscribe, and XEP-0163: Personal Eventing Protocol. Every account is a pubsub service of its owner: avatars,
 * OMEMO keys, bookmarks and what else clients keep there. And the host has one beside itself.
 */
import type { Extension, Host } from '../../extension.ts';
import type { Jid } from '../../routing/jid.ts';
import { StanzaError } from '../../routing/stanza-error.ts';
import type { Account } from '../../store/model.ts';
import { answer, FEATURES, type Pubsub } from './actions.ts';
import { approvalForm, decide } from './approval.ts';
import { attachConversions } from './conversions.ts';
import { attachDiscovery } from './discovery.ts';
import { NS_OWNER, NS_PUBSUB } from './errors.ts';
import { NodeLife } from './life.ts';
import { accountOwner, bareOf } from './nodes.ts';
import { Notifier } from './notify.ts';
import { Online } from './online.ts';
import { addPendingCommand } from './pending.ts';
import { attachAddresses } from './server-addresses.ts';
import { ServerInfo } from './server-info.ts';
import { SUBDOMAIN, serviceOf, serviceOwner } from './service.ts';

const OF_ACCOUNTS = [
  'access-presence',
  'auto-subscribe',
  'filtered-notifications',
  'presence-subscribe',
  'pubsub-on-a-jid',
];

export const pubsub: Extension = {
  name: 'pubsub',
  xep: [
    {
      number: '0060',
      title: 'Publish-Subscribe',
      version: '1.30.0',
      status: 'partial',
      note: 'One subscription for each JID: multi-subscribe and subids are optional. No collections (XEP-0248).',
    },
    { number: '0163', title: 'Personal Eventing Protocol', version: '1.2.2', status: 'complete' },
    { number: '0172', title: 'User Nickname', version: '1.1', status: 'complete' },
    { number: '0222', title: 'Persistent Storage of Public Data via PubSub', version: '1.0', status: 'complete' },
    { number: '0223', title: 'Persistent Storage of Private Data via PubSub', version: '1.1.1', status: 'complete' },
    { number: '0485', title: 'PubSub Server Information', version: '1.0.0', status: 'complete' },
    { number: '0384', title: 'OMEMO Encryption', version: '0.9.1', status: 'complete' },
  ],
  features: { account: [NS_PUBSUB, ...[...FEATURES, ...OF_ACCOUNTS].map((feature) => `${NS_PUBSUB}#${feature}`)] },
  identities: { account: [{ category: 'pubsub', type: 'pep' }] },
  subdomains: [SUBDOMAIN],
  attach(host) {
    const online = new Online(host);
    const notifier = new Notifier(host, online);
    const core: Pubsub = { host, notifier, online };
    notifier.attach();
    attachDiscovery(host);
    attachConversions(core);
    const life = new NodeLife(core, () => serviceOwner(host));
    life.attach();
    attachAccounts(core);
    addPendingCommand(core, () => serviceOwner(host));
    new ServerInfo(core, () => serviceOwner(host)).attach();
    attachAddresses(core, () => serviceOwner(host));
    host.services.add(SUBDOMAIN, serviceOf(core, life));
  },
};

/** What they are refused, they are refused as by a name that nobody has (docs/decisions/0005). */
const isStranger = (host: Host, account: Account, from: Jid) =>
  !host.serves(from.domain) && !host.roster.sees(account, from.bare);

const noSuchAccount = () => new StanzaError('service-unavailable');

function attachAccounts(core: Pubsub): void {
  const { host } = core;
  // Who may see a node depends on the node, so each action looks for itself.
  for (const type of ['get', 'set'] as const)
    for (const namespace of [NS_PUBSUB, NS_OWNER])
      host.iq.handle(type, 'account', 'pubsub', namespace, 'anyone', async (request) => {
        const { account } = request;
        if (!account) throw new StanzaError('service-unavailable');
        return answer(core, accountOwner(host, account), request).catch((error: unknown) => {
          throw error instanceof StanzaError && isStranger(host, account, request.from) ? noSuchAccount() : error;
        });
      });
  // An owner's word on who may subscribe comes as a message to the account itself.
  host.hooks.on('stanza to account', (event) => {
    const { account, stanza, from, to } = event;
    const form = stanza.name === 'message' && to.isBare ? approvalForm(stanza) : undefined;
    if (!form || bareOf(host, from) !== host.addressOf(account)) return;
    event.drop = true;
    host.turns
      .run(account.id, () => decide(core, accountOwner(host, account), form, from))
      .catch((error: unknown) => host.log.debug({ error: String(error) }, 'an approval was not taken'));
  });
}
