/** XEP-0379: Pre-Authenticated Roster Subscription. Who asks with a member's invitation becomes a contact at once, both ways. */
import type { Extension } from '../extension.ts';
import { change } from '../store/changes.ts';

const NS = 'urn:xmpp:pars:0';

export const invitedContacts: Extension = {
  name: 'invited-contacts',
  xep: [{ number: '0379', title: 'Pre-Authenticated Roster Subscription', version: '0.3.3', status: 'complete' }],
  attach(host) {
    host.hooks.on('subscription asked', (event) => {
      const token = event.stanza.getChild('preauth', NS)?.attrs.token;
      const invite = token === undefined ? undefined : host.invites.find(token);
      // A token that is no good counts as none (section 4.1).
      if (!invite?.befriends || invite.createdBy !== event.account.id) return;
      event.approved = true;
      event.changes.push(change('invite used', { code: invite.code, account: event.contact.toString() }));
    });
  },
};
