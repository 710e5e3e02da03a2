/** The host's own nodes, at `pubsub.` beside each of its domains: made by members, for whom they like. */
import type { Host } from '../../extension.ts';
import { NS_COMMANDS } from '../../routing/command.ts';
import { infoElement, NS_DISCO_INFO } from '../../routing/disco-info.ts';
import type { NodeDiscoEvent } from '../../routing/hooks.ts';
import type { Service, ServiceIq, ServiceStanza } from '../../routing/services.ts';
import { StanzaError } from '../../routing/stanza-error.ts';
import { type Element, xml } from '../../xml.ts';
import { answer, FEATURES, type Pubsub } from './actions.ts';
import { approvalForm, decide } from './approval.ts';
import { tellInfo, tellItems } from './discovery.ts';
import { NS_OWNER, NS_PUBSUB } from './errors.ts';
import type { NodeLife } from './life.ts';
import { memberAt, type NodeOwner } from './nodes.ts';
import { TARGET } from './pending.ts';

export const SUBDOMAIN = 'pubsub';

const NS_DISCO_ITEMS = 'http://jabber.org/protocol/disco#items';
const NS_PING = 'urn:xmpp:ping';
const NAME = 'Nodes';

const OF_SERVICE = [...FEATURES, 'access-open', 'get-pending'].map((feature) => `${NS_PUBSUB}#${feature}`);
const ALL_FEATURES = [NS_DISCO_INFO, NS_DISCO_ITEMS, NS_COMMANDS, NS_PING, NS_PUBSUB, ...OF_SERVICE].sort();

export const serviceOwner = (host: Host): NodeOwner => ({
  kind: 'service',
  id: host.server.id,
  address: `${SUBDOMAIN}.${host.server.domain}`,
  account: undefined,
});

export function serviceOf(pubsub: Pubsub, life: NodeLife): Service {
  return {
    name: NAME,
    iq: (request) => answerIq(pubsub, request),
    message: (incoming) => receiveMessage(pubsub, life, incoming),
    presence: (incoming) => receivePresence(pubsub, life, incoming),
  };
}

function answerIq(pubsub: Pubsub, request: ServiceIq): Promise<Element | undefined> | Element | undefined {
  const { type, payload, to } = request;
  if (to.local !== '' || !to.isBare) throw new StanzaError('item-not-found');
  const owner = serviceOwner(pubsub.host);
  if (payload.is('pubsub', NS_PUBSUB) || payload.is('pubsub', NS_OWNER)) return answer(pubsub, owner, request);
  if (type === 'set' && payload.is('command', NS_COMMANDS)) return pubsub.host.commands.run(TARGET, payload, request);
  if (type === 'get' && payload.is('query', NS_DISCO_INFO)) return info(pubsub, owner, request);
  if (type === 'get' && payload.is('query', NS_DISCO_ITEMS)) return items(pubsub, owner, request);
  if (type === 'get' && payload.is('ping', NS_PING)) return undefined;
  throw new StanzaError('service-unavailable');
}

function discoEvent({ from, to, payload }: ServiceIq): NodeDiscoEvent {
  const { node } = payload.attrs;
  return { asker: from, to, node, known: false, items: [], identities: [], features: [], forms: [] };
}

function info({ host }: Pubsub, owner: NodeOwner, request: ServiceIq): Element {
  const event = discoEvent(request);
  if (event.node === undefined) return infoElement([{ category: 'pubsub', type: 'service', name: NAME }], ALL_FEATURES);
  const command = host.commands.info(TARGET, event.node, request);
  if (command) return infoElement(command.identities, command.features, event.node);
  tellInfo(host, owner, event);
  if (!event.known) throw new StanzaError('item-not-found');
  return infoElement(event.identities, event.features, event.node, event.forms);
}

function items({ host }: Pubsub, owner: NodeOwner, request: ServiceIq): Element {
  const event = discoEvent(request);
  if (event.node === NS_COMMANDS) event.items.push(...host.commands.items(TARGET, request));
  else tellItems(host, owner, event);
  if (event.node !== undefined && event.node !== NS_COMMANDS && !event.known) throw new StanzaError('item-not-found');
  const elements = event.items.map(({ jid, node, name }) => xml('item', { jid, node, name }));
  return xml('query', { xmlns: NS_DISCO_ITEMS, node: event.node }, ...elements);
}

/** An owner's word on who may subscribe, or a notification that came back (section 12.4). @throws StanzaError */
async function receiveMessage(pubsub: Pubsub, life: NodeLife, { stanza, from }: ServiceStanza): Promise<void> {
  const owner = serviceOwner(pubsub.host);
  if (stanza.attrs.type === 'error') return life.bounced(owner, stanza, from);
  const form = approvalForm(stanza);
  if (!form) throw new StanzaError('service-unavailable');
  await decide(pubsub, owner, form, from);
}

/** The presence of members is known already. */
async function receivePresence(
  { host, online }: Pubsub,
  life: NodeLife,
  { stanza, from }: ServiceStanza,
): Promise<void> {
  const { type } = stanza.attrs;
  if (memberAt(host, from) || from.isBare || (type !== undefined && type !== 'unavailable')) return;
  if (online.received(from, stanza)) life.wentOffline(from);
}
