/** Who is behind an address, as the rules see it. */
import type { Host } from '../../extension.ts';
import type { Jid } from '../../routing/jid.ts';
import type { Account } from '../../store/model.ts';
import type { Who } from './access.ts';

/** Undefined for the server itself and what stands beside it: of them nothing is asked. */
export function whoIs(host: Host, jid: Jid): Who | undefined {
  const account = memberAt(host, jid);
  if (account) return { account };
  return isOfThisServer(host, jid) ? undefined : { jid: host.knownAs(jid.bare) };
}

export const memberAt = (host: Host, jid: Jid): Account | undefined =>
  jid.local !== '' && host.serves(jid.domain) ? host.accounts.find(jid.local) : undefined;

/** The server itself, its services, the owner's components: rooms have rules of their own, and a gateway answers for its people. */
export function isOfThisServer(host: Host, jid: Jid): boolean {
  if (host.isBeside(jid.domain)) return true;
  return host.serves(jid.domain) ? jid.local === '' : isService(host, jid);
}

/** Rooms, nodes, uploads: at a subdomain of the server's own. */
export function isService(host: Host, { domain }: Jid): boolean {
  const dot = domain.indexOf('.');
  return dot !== -1 && host.serves(domain.slice(dot + 1)) && host.services.find(domain.slice(0, dot)) !== undefined;
}
