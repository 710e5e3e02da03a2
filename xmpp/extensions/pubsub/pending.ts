/** An owner asks again who waits to be let in: the ad-hoc command `get-pending` (XEP-0060 section 8.7, XEP-0050). */
import { formElement, NS_DATA_FORM, readForm } from '../../data-form.ts';
import type { Jid } from '../../routing/jid.ts';
import { StanzaError } from '../../routing/stanza-error.ts';
import { type Element, xml } from '../../xml.ts';
import { affiliationOf } from './access.ts';
import type { Pubsub } from './actions.ts';
import { AUTHORIZATION, askOwner } from './approval.ts';
import { NS_PUBSUB } from './errors.ts';
import { bareOf, findNode, type NodeOwner } from './nodes.ts';

export const NS_COMMANDS = 'http://jabber.org/protocol/commands';
export const GET_PENDING = `${NS_PUBSUB}#get-pending`;

/** @throws StanzaError item-not-found, forbidden */
export function getPending(
  pubsub: Pubsub,
  owner: NodeOwner,
  { payload, from }: { payload: Element; from: Jid },
): Element {
  const { host } = pubsub;
  const { node: name, action, sessionid = host.store.newId() } = payload.attrs;
  if (name !== GET_PENDING) throw new StanzaError('item-not-found');
  const answer = (status: string, form?: Element) =>
    xml('command', { xmlns: NS_COMMANDS, node: GET_PENDING, sessionid, status }, form);
  if (action === 'cancel') return answer('canceled');
  const own = host.store.nodes
    .affiliationsOf(bareOf(host, from), owner.id)
    .filter(({ affiliation }) => affiliation === 'owner');
  if (own.length === 0) throw new StanzaError('forbidden');
  const form = payload.getChild('x', NS_DATA_FORM);
  if (form) {
    askAgain(pubsub, owner, readForm(form).fields.get('pubsub#node')?.[0] ?? '', from);
    return answer('completed');
  }
  const nodes = own.map(({ node }) => node).filter((node) => waiting(pubsub, owner, node).length > 0);
  const field = { var: 'pubsub#node', type: 'list-single', label: 'Node', options: nodes } as const;
  return answer('executing', formElement('form', AUTHORIZATION, [field]));
}

function askAgain(pubsub: Pubsub, owner: NodeOwner, name: string, from: Jid): void {
  const { host } = pubsub;
  const node = findNode(host, owner, name);
  if (!node) throw new StanzaError('item-not-found');
  if (affiliationOf(host, node, from) !== 'owner') throw new StanzaError('forbidden');
  for (const subscription of waiting(pubsub, owner, name)) askOwner(pubsub, node, subscription, bareOf(host, from));
}

const waiting = ({ host }: Pubsub, owner: NodeOwner, node: string) =>
  host.store.nodes.subscriptions(owner.id, node).filter(({ state }) => state === 'pending');
