/** What stands around every page of somebody who is logged in. */
import { type PortalFrame, pathOf, type Section } from '../../../ui/web/portal/frame.ts';
import type { PortalSession } from './sessions.ts';
import { waitingCount } from './views.ts';

export function frameOf(session: PortalSession, here: Section, path = pathOf(here)): PortalFrame {
  const { host, account, csrf } = session;
  return {
    domain: host.server.domain,
    who: host.addressOf(account),
    ...{ csrf, here, path },
    waiting: waitingCount(session),
    flash: session.takeFlash(),
  };
}
