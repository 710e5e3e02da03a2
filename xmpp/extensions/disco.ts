/** XEP-0030: Service Discovery. What the host and its accounts are, and what they have. */
import type { Extension, Host } from '../extension.ts';
import { CAPS_NODE, infoElement, infoOf, NS_DISCO_INFO, verificationString } from '../routing/disco-info.ts';
import type { DiscoItem } from '../routing/disco-table.ts';
import type { AccountDiscoEvent, NodeDiscoEvent } from '../routing/hooks.ts';
import type { IqRequest } from '../routing/iq-table.ts';
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
    host.iq.handle('get', 'server', 'query', NS_DISCO_INFO, 'anyone', (request) => serverInfo(host, request));
    host.iq.handle('get', 'server', 'query', NS_DISCO_ITEMS, 'anyone', (request) => serverItems(host, request));
    // Section 8: what an account has is told to those only who may see its presence.
    host.iq.handle('get', 'account', 'query', NS_DISCO_INFO, 'contact', (request) => accountInfo(host, request));
    host.iq.handle('get', 'account', 'query', NS_DISCO_ITEMS, 'contact', (request) => accountItems(host, request));
  },
};

function serverInfo(host: Host, request: IqRequest): Element {
  const event = nodeEvent(request);
  const info = infoOf(host.disco, 'server', event.node);
  if (event.node === undefined || event.node === `${CAPS_NODE}#${verificationString(info)}`) return info;
  host.hooks.run('server disco info', event);
  if (!event.known) throw new StanzaError('item-not-found');
  return infoElement(event.identities, event.features, event.node, event.forms);
}

function serverItems(host: Host, request: IqRequest): Element {
  const event = nodeEvent(request);
  if (event.node === undefined) event.items.push(...host.services.items(request.to.domain));
  host.hooks.run('server disco items', event);
  if (event.node !== undefined && !event.known) throw new StanzaError('item-not-found');
  return itemsElement(event.items, event.node);
}

function accountInfo(host: Host, request: IqRequest): Element {
  const event = host.hooks.run('account disco info', accountEvent(request));
  if (event.node === undefined) return infoOf(host.disco, 'account', undefined, event.features);
  if (!event.known) throw new StanzaError('item-not-found');
  return infoElement(event.identities, event.features, event.node, event.forms);
}

function accountItems(host: Host, request: IqRequest): Element {
  const event = host.hooks.run('account disco items', accountEvent(request));
  if (event.node !== undefined && !event.known) throw new StanzaError('item-not-found');
  return itemsElement(event.items, event.node);
}

function accountEvent(request: IqRequest): AccountDiscoEvent {
  const { account } = request;
  if (!account) throw new StanzaError('service-unavailable');
  return { ...nodeEvent(request), account };
}

function nodeEvent({ from, to, session, payload }: IqRequest): NodeDiscoEvent {
  const { node } = payload.attrs;
  return { asker: from, to, session, node, known: false, items: [], identities: [], features: [], forms: [] };
}

function itemsElement(items: readonly DiscoItem[], node?: string): Element {
  return xml(
    'query',
    { xmlns: NS_DISCO_ITEMS, node },
    ...items.map((item) => xml('item', { jid: item.jid, node: item.node, name: item.name })),
  );
}
