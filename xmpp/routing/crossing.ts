/**
 * From one host of the box to another: each is to the other a server like any, so that the rules of both owners decide as they do
 * for servers elsewhere (federation/policy.ts), and refuse in the same way.
 */
import type { XmppHost } from '../host.ts';
import type { AccessAction } from '../store/access-model.ts';
import { type Element, xml } from '../xml.ts';
import type { Jid } from './jid.ts';
import { StanzaError } from './stanza-error.ts';

/**
 * @param here the host that `from` or its service belongs to
 * @param there the one of `to`
 * @throws StanzaError not-allowed
 */
export function assertCrosses(stanza: Element, from: Jid, here: XmppHost, to: Jid, there: XmppHost): void {
  // Whoever is refused may be told so.
  if (stanza.attrs.type !== 'error' && !mayCross(here, 'federate-out', to.domain, there))
    throw new StanzaError('not-allowed', { text: `This server does not talk to ${to.domain}.` });
  if (!mayCross(there, 'federate-in', from.domain, here)) throw new StanzaError('not-allowed');
  // The answer has to find its way back.
  if (isIqRequest(stanza)) assertCrosses(xml('iq', { type: 'result' }), to, there, from, here);
}

const isIqRequest = ({ name, attrs: { type } }: Element) => name === 'iq' && (type === 'get' || type === 'set');

/** People are known by the primary domain, rules may name a fallback: whom a rule denies by either is denied. */
function mayCross(host: XmppHost, action: AccessAction, domain: string, other: XmppHost): boolean {
  const names = new Set([domain, atPrimary(domain, other)]);
  const verdicts = [...names].map((name) => host.access.explain({ action, who: { domain: name } }));
  const isDenied = verdicts.some(({ decision, by }) => decision === 'deny' && !('mode' in by));
  return !isDenied && verdicts.some(({ decision }) => decision === 'allow');
}

/** A domain of the host, or of a service beside one. */
function atPrimary(domain: string, host: XmppHost): string {
  const primary = host.server.domain;
  return host.serves(domain) ? primary : `${domain.slice(0, domain.indexOf('.'))}.${primary}`;
}
