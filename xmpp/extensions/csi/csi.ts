/** XEP-0352: Client State Indication. While nobody looks at the client, only what cannot wait wakes its radio. */
import type { Extension } from '../../extension.ts';
import type { Session } from '../../routing/session.ts';
import { xml } from '../../xml.ts';
import { CsiGate } from './gate.ts';

const NS = 'urn:xmpp:csi:0';

export const csi: Extension = {
  name: 'csi',
  xep: [{ number: '0352', title: 'Client State Indication', version: '1.0.0', status: 'complete' }],

  attach(host) {
    // The text wants administrators to have the last word.
    if (!host.config.csi) return;
    const gates = new WeakMap<Session, CsiGate>();
    const gateOf = (session: Session): CsiGate => {
      const gate = gates.get(session) ?? new CsiGate(session);
      gates.set(session, gate);
      session.gate = gate;
      return gate;
    };

    host.hooks.on('stream features', ({ authenticated, add }) => {
      if (authenticated) add(xml('csi', { xmlns: NS }));
    });
    host.hooks.on('bind features', ({ add }) => add(NS));
    host.hooks.on('session binding', ({ session, request }) => {
      if (request.getChild('inactive', NS)) gateOf(session).close();
    });
    host.hooks.on('session bound', ({ session }) => void gateOf(session));
    host.hooks.on('nonza', (event) => {
      const { element, session } = event;
      if (element.is('inactive', NS)) gateOf(session).close();
      else if (element.is('active', NS)) gateOf(session).open();
      else return;
      event.taken = true;
    });
    // A client that is out of reach looks at nothing either: merged, what waits for it has room for a longer tunnel.
    host.hooks.on('session disconnected', ({ session }) => gateOf(session).close());
    // Section 5.2: a resumed stream begins active.
    host.hooks.on('session resumed', ({ session }) => gateOf(session).open());
    // What was held goes the way of all that the client did not get.
    host.hooks.on('session ended', ({ session }) => gateOf(session).open());
  },
};
