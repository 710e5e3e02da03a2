/**
 * XEP-0045: Multi-User Chat, at `rooms.` beside each domain of the host. What is kept of a room is in the store; who is in it is in
 * memory. Everything that happens in one room happens in one order (Room.alone, Room.inOrder).
 */
import type { Extension } from '../../extension.ts';
import { NS_DISCO_INFO } from '../../routing/disco-info.ts';
import type { Service, ServiceIq } from '../../routing/services.ts';
import { StanzaError } from '../../routing/stanza-error.ts';
import { xml } from '../../xml.ts';
import { moveAddresses } from './address-move.ts';
import { followCircles } from './circle-rooms.ts';
import { Muc, SUBDOMAIN } from './context.ts';
import { letInDirectly } from './direct-invitation.ts';
import { NS_DISCO_ITEMS, SERVICE_NAME, serviceInfo, serviceItems } from './discovery.ts';
import { leaveAll } from './ghosts.ts';
import { addHatCommands, takeHats } from './hat-commands.ts';
import { inheritRooms } from './inheritance.ts';
import { receiveMessage } from './message.ts';
import { NS_PING, NS_VCARD } from './namespaces.ts';
import { answerOccupantIq } from './occupant-iq.ts';
import { receivePresence } from './presence.ts';
import { pruneRooms } from './retention.ts';
import { answerRoomIq } from './room-iq.ts';
import { tellShutdown } from './shutdown.ts';
import { followRules } from './unwelcome.ts';

export const muc: Extension = {
  name: 'muc',
  xep: [
    { number: '0045', title: 'Multi-User Chat', version: '1.35.5', status: 'complete' },
    { number: '0249', title: 'Direct MUC Invitations', version: '1.2', status: 'complete' },
    { number: '0317', title: 'Hats', version: '0.3.1', status: 'complete' },
    { number: '0410', title: 'MUC Self-Ping (Schrödinger’s Chat)', version: '1.1.0', status: 'complete' },
    { number: '0421', title: 'Occupant identifiers for semi-anonymous MUCs', version: '1.0.1', status: 'complete' },
    {
      number: '0424',
      title: 'Message Retraction',
      version: '0.4.2',
      status: 'partial',
      note: 'Tombstones in the archives of rooms.',
    },
    { number: '0425', title: 'Moderated Message Retraction', version: '0.3.0', status: 'complete' },
    { number: '0486', title: 'MUC Avatars', version: '0.1.0', status: 'complete' },
  ],
  subdomains: [SUBDOMAIN],
  attach(host) {
    const context = new Muc(host);
    host.services.add(SUBDOMAIN, serviceOf(context));
    const isOurs = (domain: string) =>
      domain.startsWith(`${SUBDOMAIN}.`) && host.serves(domain.slice(SUBDOMAIN.length + 1));
    host.hooks.on('message sent', (event) => letInDirectly(context, isOurs, event));
    host.hooks.on('session ended', ({ session }) => leaveAll(context, session));
    host.hooks.on('account removed', ({ account }) => inheritRooms(context, host.addressOf(account)));
    host.hooks.on('account removed', ({ account }) => {
      takeHats(context, host.addressOf(account)).catch((error: unknown) =>
        host.log.error({ error: String(error) }, 'a removed member keeps a hat'),
      );
    });
    followCircles(context);
    followRules(context);
    addHatCommands(context);
    host.hooks.on('night', ({ work }) => work.push(() => pruneRooms(context)));
    host.hooks.on('addresses moved', ({ moved }) => moveAddresses(context, moved));
    host.hooks.on('server stopping', () => tellShutdown(context));
  },
};

function serviceOf(context: Muc): Service {
  return {
    name: SERVICE_NAME,
    iq: (request) => {
      if (request.to.local === '') return answerServiceIq(context, request);
      return request.to.isBare ? answerRoomIq(context, request) : answerOccupantIq(context, request);
    },
    message: (incoming) => receiveMessage(context, incoming),
    presence: (incoming) => receivePresence(context, incoming),
  };
}

function answerServiceIq(context: Muc, request: ServiceIq) {
  const { type, payload } = request;
  if (type === 'get' && payload.is('query', NS_DISCO_INFO)) return serviceInfo(request);
  if (type === 'get' && payload.is('query', NS_DISCO_ITEMS)) return serviceItems(context, request);
  if (type === 'get' && payload.is('ping', NS_PING)) return undefined;
  if (type === 'get' && payload.is('vCard', NS_VCARD))
    return xml('vCard', { xmlns: NS_VCARD }, xml('FN', {}, SERVICE_NAME));
  throw new StanzaError('service-unavailable');
}
