/** `<enable/>` (XEP-0198 section 3), said by itself or along with a bind. What is sent from here on is counted, on both sides. */
import type { Host } from '../../extension.ts';
import type { Session } from '../../routing/session.ts';
import type { Element } from '../../xml.ts';
import type { StreamContext } from '../context.ts';
import type { Carrier } from '../outlet.ts';
import { ManagedOutlet } from './managed-outlet.ts';
import { isTrue } from './stanzas.ts';

/** The session's new outlet, and `<enabled/>`. */
export function enableManagement(
  context: StreamContext,
  host: Host,
  session: Session,
  carrier: Carrier,
  request: Element,
): { outlet: ManagedOutlet; enabled: Element } {
  const outlet = new ManagedOutlet(context, host, session, carrier);
  const { resumeSeconds } = context.config.limits;
  const wanted = Number(/^\d{1,9}$/.exec(request.attrs.max ?? '')?.[0] ?? resumeSeconds);
  const enabled = outlet.enable(isTrue(request.attrs.resume) ? Math.min(wanted, resumeSeconds) : 0);
  session.outlet = outlet;
  return { outlet, enabled };
}
