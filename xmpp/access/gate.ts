/**
 * Where the owner's rules meet the way of a stanza: what members may say and to whom, what reaches them, and what of it waits
 * (quarantine.ts). What is refused looks to people outside as if nobody were there.
 */
import type { Extension, Host } from '../extension.ts';
import { messageType } from '../im/message.ts';
import type { InboundStanza, OutboundStanza } from '../routing/hooks.ts';
import type { Jid } from '../routing/jid.ts';
import { mayBeAnswered } from '../routing/stanza.ts';
import { StanzaError } from '../routing/stanza-error.ts';
import type { ChangeKind } from '../store/changes.ts';
import type { Account } from '../store/model.ts';
import type { Element } from '../xml.ts';
import { heldForApproval } from './approval-requests.ts';
import { isOfThisServer, isService, memberAt } from './rules/who.ts';

/** Presence by which somebody comes closer; what only ends something always passes. */
const APPROACHING: ReadonlySet<string | undefined> = new Set([undefined, 'subscribe', 'subscribed', 'probe']);

/** Changes by which somebody who is here may be shut out. */
const SHUTS_OUT: ReadonlySet<ChangeKind> = new Set<ChangeKind>([
  'access rule set',
  'access rule removed',
  'server set',
  'role set',
  'circle member set',
  'circle removed',
]);

export const accessGate: Extension = {
  name: 'access',
  xep: [],
  attach(host) {
    host.hooks.on('stanza from session', (event) => outward(host, event));
    host.hooks.on('stanza to account', (event) => inward(host, event));
    host.hooks.on('access changed', ({ changes }) => {
      if (changes.some(({ kind }) => SHUTS_OUT.has(kind))) endUnwelcome(host);
    });
    host.hooks.on('night', ({ work }) => {
      work.push(() => host.acts.forgetOld());
      work.push(() => host.quarantine.forgetOld());
    });
  },
};

/** Whoever could not log in now is here no longer. */
function endUnwelcome(host: Host): void {
  for (const { account, outlet } of [...host.sessions.all()])
    if (!host.access.allows({ action: 'login', who: { account, address: outlet.address } }))
      outlet.close('not-authorized', 'The owner of this server does not let you log in.');
}

function outward(host: Host, event: OutboundStanza): void {
  const { session, stanza, to } = event;
  const { account } = session;
  if (!to || to.local === '' || isOwn(host, account, to) || !concernsPeople(stanza)) return;
  // Rooms have rules of their own.
  if (isService(host, to)) return;
  const question = { action: 'message-out', who: { account }, to: host.knownAs(to.bare) } as const;
  if (host.access.allows(question)) accept(host, account, stanza, to);
  else if (heldForApproval(host, question, stanza)) event.drop = true;
  else throw new StanzaError('forbidden', { text: 'The owner of this server does not let you talk to this address.' });
}

function inward(host: Host, event: InboundStanza): void {
  const { account, stanza, from } = event;
  if (event.drop || isTrusted(host, account, from) || isOwn(host, account, from) || !concernsPeople(stanza)) return;
  const action = stanza.name === 'message' ? 'message-in' : 'presence';
  const member = memberAt(host, from);
  const who = member ? { account: member } : { jid: host.knownAs(from.bare) };
  const question = { action, who, member: account } as const;
  const decision = host.access.decide(question);
  if (decision === 'allow' || (!member && hasGoneTo(host, account, from))) return;
  if (decision === 'deny' && heldForApproval(host, question, stanza)) event.drop = true;
  else if (decision === 'quarantine' && mayWait(stanza)) host.quarantine.hold(account, stanza, host.knownAs(from));
  else if (decision === 'deny' && stanza.name === 'message' && mayBeAnswered(stanza))
    throw member
      ? new StanzaError('forbidden', { text: 'The owner of this server does not let you talk to this address.' })
      : new StanzaError('service-unavailable');
  event.drop = true;
}

/**
 * The server itself, its services, the owner's components: rooms have rules of their own, and a gateway answers for its people. But
 * what people are behind a gateway nobody has said, so that limited members talk only with those who were approved.
 */
function isTrusted(host: Host, account: Account, jid: Jid): boolean {
  if (!isOfThisServer(host, jid)) return false;
  const isGatewayed = jid.local !== '' && host.isBeside(jid.domain);
  return !isGatewayed || host.store.accounts.byId(account.id)?.role !== 'limited';
}

/** Whoever is written to is no stranger, and may answer. */
function accept(host: Host, account: Account, stanza: Element, to: Jid): void {
  if (stanza.name !== 'message' || messageType(stanza) === 'groupchat' || memberAt(host, to)) return;
  const jid = host.knownAs(to.bare);
  if (host.access.decide({ action: 'message-in', who: { jid }, member: account }) !== 'quarantine') return;
  host.quarantine.accept(account, jid.toString()).catch((error: unknown) => {
    host.log.error({ err: error }, 'a stranger could not be accepted');
  });
}

/** Messages and presence; answers and errors to what was said before are let through. */
function concernsPeople(stanza: Element): boolean {
  if (stanza.name === 'presence') return APPROACHING.has(stanza.attrs.type);
  return stanza.name === 'message' && messageType(stanza) !== 'error';
}

/** What a person would want to see later; a typing notice of last week is none of it. */
function mayWait(stanza: Element): boolean {
  if (stanza.name === 'presence') return stanza.attrs.type === 'subscribe';
  const type = messageType(stanza);
  return (type === 'chat' || type === 'normal') && stanza.getChildElements().some(({ name }) => HOLDS.has(name));
}

/** Bodies, encrypted or not, and invitations to rooms. */
const HOLDS: ReadonlySet<string> = new Set(['body', 'encrypted', 'openpgp', 'x']);

const isOwn = (host: Host, account: Account, jid: Jid) => host.serves(jid.domain) && jid.local === account.local;

/** A session of the member sent its presence there by itself: a room that it entered, say. */
function hasGoneTo(host: Host, account: Account, from: Jid): boolean {
  const bare = from.bare.toString();
  return host.sessions
    .ofAccount(account)
    .some(
      ({ directed }) =>
        directed.has(from.toString()) || [...directed].some((to) => to === bare || to.startsWith(`${bare}/`)),
    );
}
