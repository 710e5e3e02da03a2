import type { Jid } from '../../routing/jid.ts';
import { StanzaError } from '../../routing/stanza-error.ts';
import type { Muc } from './context.ts';

/** A room is no way round the owner's word on whom a limited member talks with. @throws StanzaError forbidden */
export function assertMeet({ host }: Muc, one: Jid, other: Jid): void {
  if (host.access.keepsApart(one, other))
    throw new StanzaError('forbidden', { text: 'The owner of this server does not let you talk to them.' });
}
