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
    const gates = new WeakMap<Session, CsiGate>();

    host.hooks.on('stream features', ({ authenticated, add }) => {
      if (authenticated) add(xml('csi', { xmlns: NS }));
    });
    host.hooks.on('session bound', ({ session }) => {
      const gate = new CsiGate(session);
      session.gate = gate;
      gates.set(session, gate);
    });
    host.hooks.on('nonza', (event) => {
      const { element, session } = event;
      if (element.is('inactive', NS)) gates.get(session)?.close();
      else if (element.is('active', NS)) gates.get(session)?.open();
      else return;
      event.taken = true;
    });
    // A client that is out of reach looks at nothing either: merged, what waits for it has room for a longer tunnel.
    host.hooks.on('session disconnected', ({ session }) => gates.get(session)?.close());
    // Section 5.2: a resumed stream begins active.
    host.hooks.on('session resumed', ({ session }) => gates.get(session)?.open());
    // What was held goes the way of all that the client did not get.
    host.hooks.on('session ended', ({ session }) => gates.get(session)?.open());
  },
};
