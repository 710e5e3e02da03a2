/** XEP-0157: Contact Addresses for XMPP Services, a form (XEP-0128) in what the host says of itself. */
import { CONTACT_KINDS } from '../config.ts';
import type { Extension, Host } from '../extension.ts';

const FORM_TYPE = 'http://jabber.org/network/serverinfo';

export const contactAddresses: Extension = {
  name: 'contact-addresses',
  xep: [
    { number: '0128', title: 'Service Discovery Extensions', version: '1.0.1', status: 'complete' },
    { number: '0157', title: 'Contact Addresses for XMPP Services', version: '1.1.1', status: 'complete' },
  ],
  attach(host) {
    host.disco.addFormFields('server', FORM_TYPE, () =>
      CONTACT_KINDS.flatMap((kind) => {
        const values = addressesFor(host, kind);
        return values.length === 0 ? [] : [{ var: `${kind}-addresses`, type: 'list-multi', values } as const];
      }),
    );
  },
};

/** Where the owner named nobody to turn to against abuse, it is those who can do something about it. */
function addressesFor(host: Host, kind: (typeof CONTACT_KINDS)[number]): readonly string[] {
  const named = host.config.contact[kind];
  if (named !== undefined || (kind !== 'abuse' && kind !== 'admin')) return named ?? [];
  return host.accounts
    .list()
    .filter(({ role, status }) => role === 'administrator' && status === 'active')
    .map((account) => `xmpp:${encodeURIComponent(account.local)}@${encodeURI(host.server.domain)}`);
}
