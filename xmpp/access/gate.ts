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
import { isTakenInSilence } from './absence.ts';
import { heldForApproval } from './approval-requests.ts';
import { hidePresence } from './limited-presence.ts';
import type { Verdict } from './rules/decide.ts';
import { BLOCKLISTS } from './rules/settings.ts';
import { isOfThisServer, isService, memberAt } from './rules/who.ts';

/** Presence by which somebody comes closer. */
const APPROACHING: ReadonlySet<string | undefined> = new Set([undefined, 'subscribe', 'subscribed', 'probe']);

/** Changes by which somebody who is here may be shut out. */
const SHUTS_OUT: ReadonlySet<ChangeKind> = new Set<ChangeKind>([
  'access rule set',
  'access rule removed',
  'server set',
  'role set',
  'circle set',
  'circle member set',
  'circle removed',
]);

export const accessGate: Extension = {
  name: 'access',
  xep: [],
  attach(host) {
    host.hooks.on('stanza from session', (event) => outward(host, event));
    host.hooks.on('stanza to account', (event) => inward(host, event));
    hidePresence(host);
    host.hooks.on('roster item set', ({ account, contact }) => {
      if (host.roster.item(account, contact)) letIn(host, account, contact);
    });
    host.hooks.on('access changed', ({ changes }) => {
      if (changes.some(({ kind }) => SHUTS_OUT.has(kind))) endUnwelcome(host);
    });
    host.hooks.on('addresses moved', () => host.quarantine.recount());
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
  // Rooms have rules of their own.
  if (!to || isOwn(host, account, to) || isService(host, to)) return;
  // The server itself, or a gateway and no person behind it.
  if (to.local === '' && isOfThisServer(host, to)) return;
  const question = { action: 'message-out', who: { account }, to: host.knownAs(to.bare) } as const;
  const verdict = host.access.explain(question);
  const isApart = 'limited' in verdict.by;
  if (verdict.decision === 'allow') {
    if (stanza.name === 'message' && messageType(stanza) !== 'groupchat' && concernsPeople(stanza))
      answerTo(host, account, to);
    return;
  }
  // A server elsewhere has rules of its own; to limited members it is one more stranger.
  if (to.local === '' && !isApart) return;
  if (heldForApproval(host, question, stanza)) event.drop = true;
  else if (concernsPeople(stanza) || (isRequest(stanza) && (isApart || !to.isBare)))
    throw new StanzaError('forbidden', { text: NOT_TO_THEM });
  else if (isApart) silence(event);
}

function inward(host: Host, event: InboundStanza): void {
  const { account, stanza, from } = event;
  if (event.drop || isTrusted(host, account, from) || isOwn(host, account, from)) return;
  const member = memberAt(host, from);
  const who = member ? { account: member } : { jid: host.knownAs(from.bare) };
  const action = stanza.name === 'presence' ? 'presence' : 'message-in';
  const question = { action, who, member: account } as const;
  const verdict = host.access.explain(question);
  if (verdict.decision === 'allow') {
    if (host.quarantine.isLettingIn && mayWait(stanza)) event.drop = host.quarantine.follows(account, stanza, from);
    return;
  }
  const isApart = 'limited' in verdict.by;
  if (!member && !isFirm(verdict) && hasGoneTo(host, account, from)) return;
  if (concernsPeople(stanza)) keepBack(host, event, verdict, member !== undefined, question);
  else if (isRequest(stanza)) refuseRequest(event, verdict, member !== undefined);
  else if (isApart) silence(event);
}

type Question = Parameters<typeof heldForApproval>[1];

/** What somebody wants to tell the member. */
function keepBack(host: Host, event: InboundStanza, verdict: Verdict, isMember: boolean, question: Question): void {
  const { account, stanza, from } = event;
  event.drop = true;
  if (verdict.decision === 'quarantine') {
    if (mayWait(stanza)) event.kept = host.quarantine.hold(account, stanza, from);
  } else if (!heldForApproval(host, question, stanza) && stanza.name === 'message' && mayBeAnswered(stanza)) {
    // A stranger must not learn who is here.
    if (isMember || !isTakenInSilence(host, stanza, from, event.to)) throw refusal(isMember);
  }
}

/** To a client of the member, or to what the member keeps here: of that, who only waits may still ask the server. */
function refuseRequest({ to }: InboundStanza, { decision }: Verdict, isMember: boolean): void {
  if (decision === 'deny' || !to.isBare) throw refusal(isMember);
}

const NOT_TO_THEM = 'The owner of this server does not let you talk to this address.';

const refusal = (isMember: boolean) =>
  isMember ? new StanzaError('forbidden', { text: NOT_TO_THEM }) : new StanzaError('service-unavailable');

/**
 * Between two who do not meet only the bare end of something passes: answers, errors and last words could be made to say
 * anything.
 */
function silence(event: { stanza: Element; drop: boolean }): void {
  const { stanza } = event;
  if (stanza.name !== 'presence' || stanza.attrs.type === 'error') event.drop = true;
  else stanza.children = [];
}

/** An owner's word, or that the member is limited, holds wherever the member has gone. */
const isFirm = ({ decision, by }: Verdict) => decision === 'deny' && !('mode' in by);

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
function answerTo(host: Host, account: Account, to: Jid): void {
  const member = memberAt(host, to);
  const who = member ? { account: member } : { jid: host.knownAs(to.bare) };
  const { decision, by } = host.access.explain({ action: 'message-in', who, member: account });
  const isListed = decision === 'deny' && 'setting' in by && by.setting === BLOCKLISTS;
  if (decision === 'quarantine' || isListed) accept(host, account, to);
  else letIn(host, account, to);
}

/** What they sent comes to the member now, where something waits. */
function letIn(host: Host, account: Account, contact: Jid): void {
  if (host.quarantine.holds(account, host.roster.nameOf(contact))) accept(host, account, contact);
}

function accept(host: Host, account: Account, contact: Jid): void {
  host.quarantine.accept(account, host.roster.nameOf(contact)).catch((error: unknown) => {
    host.log.error({ err: error }, 'a stranger could not be accepted');
  });
}

const isRequest = ({ name, attrs: { type } }: Element) => name === 'iq' && (type === 'get' || type === 'set');

/** Messages, and presence by which somebody comes closer: no answers, errors and ends. */
function concernsPeople(stanza: Element): boolean {
  if (stanza.name === 'presence') return APPROACHING.has(stanza.attrs.type);
  return stanza.name === 'message' && messageType(stanza) !== 'error';
}

/** What a person would want to see later; a typing notice of last week is none of it. */
function mayWait(stanza: Element): boolean {
  if (stanza.name === 'presence') return stanza.attrs.type === 'subscribe';
  if (stanza.name !== 'message') return false;
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
