/** Resource binding (RFC 6120 section 7): the client's own resource, prepared, or one that the server makes. */
import type { Random } from '../clock.ts';
import type { Host } from '../extension.ts';
import { Jid } from '../routing/jid.ts';
import { StanzaError } from '../routing/stanza-error.ts';
import type { Account } from '../store/model.ts';
import { type Element, xml } from '../xml.ts';

export const NS_BIND = 'urn:ietf:params:xml:ns:xmpp-bind';
export const NS_SESSION = 'urn:ietf:params:xml:ns:xmpp-session';

/** Devices of one member at a time, those that wait to be resumed among them. */
const MAX_RESOURCES = 32;
const RESOURCE_BYTES = 9;

/**
 * The full JID that a bind request gets. A resource in use is granted: the newer session takes it (section 7.7.2.2).
 * @throws StanzaError bad-request, resource-constraint
 */
export function boundJid(host: Host, account: Account, domain: string, request: Element, random: Random): Jid {
  const wanted = request.getChildText('resource', NS_BIND) ?? '';
  const jid = wanted === '' ? generated(account, domain, random) : given(account, domain, wanted);
  assertRoom(host, account, jid);
  return jid;
}

/** @throws StanzaError resource-constraint where the account has too many resources for another one */
export function assertRoom(host: Host, account: Account, jid: Jid): void {
  const taken = host.sessions.of(account.id, jid.resource) !== undefined;
  if (!taken && host.sessions.ofAccount(account).length >= MAX_RESOURCES) {
    throw new StanzaError('resource-constraint', { text: `${MAX_RESOURCES} devices are connected already.` });
  }
}

const generated = (account: Account, domain: string, random: Random) =>
  Jid.of(account.local, domain, random(RESOURCE_BYTES).toString('base64url'));

function given(account: Account, domain: string, resource: string): Jid {
  try {
    return Jid.of(account.local, domain, resource);
  } catch {
    throw new StanzaError('bad-request', { text: 'This resource cannot be used.' });
  }
}

export function bindResult(id: string | undefined, jid: Jid): Element {
  return xml('iq', { type: 'result', id }, xml('bind', { xmlns: NS_BIND }, xml('jid', {}, jid.toString())));
}
