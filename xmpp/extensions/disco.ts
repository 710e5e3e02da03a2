/** XEP-0030: Service Discovery. What the host and its accounts are, and what they have. */
import type { Extension, Host } from '../extension.ts';
import { CAPS_NODE, infoElement, infoOf, NS_DISCO_INFO, verificationString } from '../routing/disco-info.ts';
import type { DiscoItem } from '../routing/disco-table.ts';
import type { AccountDiscoEvent } from '../routing/hooks.ts';
import type { IqRequest } from '../routing/iq-table.ts';
import type { Jid } from '../routing/jid.ts';
import { StanzaError } from '../routing/stanza-error.ts';
import { type Element, xml } from '../xml.ts';

const NS_DISCO_ITEMS = 'http://jabber.org/protocol/disco#items';

export const disco: Extension = {
  name: 'disco',
  xep: [{ number: '0030', title: 'Service Discovery', version: '2.5.0', status: 'complete' }],
  features: { server: [NS_DISCO_INFO, NS_DISCO_ITEMS], account: [NS_DISCO_INFO, NS_DISCO_ITEMS] },
  identities: { account: [{ category: 'account', type: 'registered' }] },
  attach(host) {
    host.disco.addIdentities('server', [{ category: 'server', type: 'im', name: host.software.name }]);
    host.iq.handle('get', 'server', 'query', NS_DISCO_INFO, 'anyone', ({ payload }) => serverInfo(host, payload));
    host.iq.handle('get', 'server', 'query', NS_DISCO_ITEMS, 'anyone', ({ payload, to }) =>
      serverItems(host, payload, to),
    );
    // Section 8: what an account has is told to those only who may see its presence.
    host.iq.handle('get', 'account', 'query', NS_DISCO_INFO, 'contact', (request) => accountInfo(host, request));
    host.iq.handle('get', 'account', 'query', NS_DISCO_ITEMS, 'contact', (request) => accountItems(host, request));
  },
};

function serverInfo(host: Host, { attrs: { node } }: Element): Element {
  const info = infoOf(host.disco, 'server', node);
  if (node !== undefined && node !== `${CAPS_NODE}#${verificationString(info)}`)
    throw new StanzaError('item-not-found');
  return info;
}

function serverItems(host: Host, { attrs: { node } }: Element, to: Jid): Element {
  if (node !== undefined) throw new StanzaError('item-not-found');
  return itemsElement(host.services.items(to.domain));
}

function accountInfo(host: Host, request: IqRequest): Element {
  const event = accountEvent(request);
  if (event.node === undefined) return infoOf(host.disco, 'account');
  host.hooks.run('account disco info', event);
  if (!event.known) throw new StanzaError('item-not-found');
  return infoElement(event.identities, event.features, event.node, event.forms);
}

function accountItems(host: Host, request: IqRequest): Element {
  const event = host.hooks.run('account disco items', accountEvent(request));
  if (event.node !== undefined && !event.known) throw new StanzaError('item-not-found');
  return itemsElement(event.items, event.node);
}

function accountEvent({ account, from, payload }: IqRequest): AccountDiscoEvent {
  if (!account) throw new StanzaError('service-unavailable');
  const { node } = payload.attrs;
  return { account, asker: from, node, known: false, items: [], identities: [], features: [], forms: [] };
}

function itemsElement(items: readonly DiscoItem[], node?: string): Element {
  return xml(
    'query',
    { xmlns: NS_DISCO_ITEMS, node },
    ...items.map((item) => xml('item', { jid: item.jid, node: item.node, name: item.name })),
  );
}
