/**
 * A limited member wants somebody as a contact, or somebody wants them: those who look after the member are asked, and once they have
 * approved it goes on by itself. Who was refused is not asked about again.
 */
import type { Host } from '../extension.ts';
import { Jid } from '../routing/jid.ts';
import type { ApprovalRequest } from '../store/access-model.ts';
import { change } from '../store/changes.ts';
import type { Account } from '../store/model.ts';
import { type Element, embeddedText, parse, xml } from '../xml.ts';
import type { AccessQuestion } from './rules/access.ts';
import { memberAt } from './rules/who.ts';

export const REQUESTS_NAME = 'Requests of limited members';
/** Of one limited member: what goes beyond is refused. */
const MAX_WAITING = 50;
const MAX_CHARACTERS = 10_000;

/** The request, where it is a subscription that nothing but an administrator's word is lacking for, and it is held. */
export function heldForApproval(host: Host, question: AccessQuestion, stanza: Element): boolean {
  if (stanza.name !== 'presence' || stanza.attrs.type !== 'subscribe') return false;
  const { by } = host.access.explain(question);
  if (!('limited' in by) || by.otherwise === 'deny') return false;
  const { who, member, to } = question;
  const from = 'account' in who ? who.account : undefined;
  const target = member ?? (to && memberAt(host, to));
  const here = from ? host.addressOf(from) : 'jid' in who ? who.jid.bare.toString() : undefined;
  const there = target ? host.addressOf(target) : to?.bare.toString();
  if (here === undefined || there === undefined) return false;
  if (from?.role === 'limited' && !host.store.access.approved(from.id).includes(there))
    return hold(host, from, { contact: there, direction: 'out' }, stanza);
  return target?.role === 'limited' && hold(host, target, { contact: here, direction: 'in' }, stanza);
}

function hold(
  host: Host,
  limited: Account,
  { contact, direction }: Pick<ApprovalRequest, 'contact' | 'direction'>,
  stanza: Element,
): boolean {
  const { store, clock, log } = host;
  if (store.access.refused(limited.id, contact)) return false;
  const waiting = waitingFor(host, limited);
  if (waiting.some((request) => request.contact === contact)) return true;
  const text = embeddedText(stanza);
  if (waiting.length >= MAX_WAITING || text.length > MAX_CHARACTERS) return false;
  const request = { account: limited.id, contact, direction, atMs: clock.nowMs(), stanza: text };
  store.journal.commit(change('approval asked', request)).then(
    () => tellWhoDecides(host, limited, request),
    (error: unknown) => log.error({ error: String(error) }, 'a request of a limited member could not be kept'),
  );
  return true;
}

/** Oldest first. */
export function waitingFor(host: Host, limited: Account): ApprovalRequest[] {
  return host.store.access.approvalRequests(host.server.id).filter(({ account }) => account === limited.id);
}

/**
 * What this member may answer, with whom it is about: who administers all of it, a circle's administrators what their members ask.
 * @param administers whether the rules let them look after the server from where they are
 */
export function waitingOn(
  host: Host,
  decider: Account,
  administers: boolean,
): { limited: Account; request: ApprovalRequest }[] {
  return host.store.access.approvalRequests(host.server.id).flatMap((request) => {
    const limited = host.store.accounts.byId(request.account);
    return limited && mayDecide(host, decider, limited, administers) ? [{ limited, request }] : [];
  });
}

function mayDecide(host: Host, decider: Account, limited: Account, administers: boolean): boolean {
  if (decider.status !== 'active' || decider.role === 'limited') return false;
  if (administers) return true;
  return host.circles.administeredBy(decider).some((circle) => host.circles.standing(circle, limited) !== 'none');
}

/** It was approved: what waited goes on as if nothing had been in its way. */
export async function goOn(host: Host, limited: Account, request: ApprovalRequest): Promise<void> {
  const contact = Jid.parse(request.contact);
  if (request.direction === 'out') return host.presence.ask(limited, contact);
  const member = memberAt(host, contact);
  const to = Jid.parse(host.addressOf(limited));
  // One who is limited as well has asked already, as far as their own roster knows.
  if (member && !host.roster.item(member, to)?.ask) return host.presence.ask(member, to);
  const stanza = parse(request.stanza);
  delete stanza.attrs.xmlns;
  host.send(stanza);
}

function tellWhoDecides(host: Host, limited: Account, { contact, direction }: ApprovalRequest): void {
  const name = host.addressOf(limited);
  const asked =
    direction === 'out' ? `${name} wants to talk with ${contact}.` : `${contact} wants to talk with ${name}.`;
  const text = `${asked} Say what you think of it: "${REQUESTS_NAME}" among the commands of ${host.server.domain} in your app.`;
  for (const account of host.accounts.list()) {
    // From where they will answer is not known yet.
    const administers =
      account.role === 'administrator' || host.access.allows({ action: 'administer', who: { account } });
    if (mayDecide(host, account, limited, administers)) tell(host, account, text);
  }
  if (direction === 'out')
    tell(
      host,
      limited,
      `Those who look after you are asked whether you may talk with ${contact}. If so, it goes on by itself.`,
    );
}

function tell(host: Host, account: Account, text: string): void {
  const attrs = { from: host.server.domain, to: host.addressOf(account), id: host.store.newId() };
  host.send(xml('message', attrs, xml('subject', {}, REQUESTS_NAME), xml('body', {}, text)));
}
