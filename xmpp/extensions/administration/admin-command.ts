/** What the commands of XEP-0133 have in common. */
import { type FormField, formElement } from '../../data-form.ts';
import type { Host } from '../../extension.ts';
import type { Command, CommandOutcome } from '../../routing/command.ts';
import { Jid } from '../../routing/jid.ts';
import { StanzaError } from '../../routing/stanza-error.ts';
import type { Account } from '../../store/model.ts';

/** `node` is what follows the `#`. */
export type AdminCommand = Pick<Command, 'node' | 'name' | 'begin'>;

const FORM_TYPE = 'http://jabber.org/protocol/admin';

export const ACCOUNT: FormField = { var: 'accountjid', type: 'jid-single', label: 'Address', required: true };
export const ACCOUNTS: FormField = { var: 'accountjids', type: 'jid-multi', label: 'Addresses', required: true };

/** @throws StanzaError item-not-found where there is no such member of this host */
export function accountAt(host: Host, address: string): Account {
  const { local, domain } = Jid.parse(address);
  const account = host.serves(domain) ? host.accounts.find(local) : undefined;
  if (!account) throw new StanzaError('item-not-found', { text: `There is no member ${address}.` });
  return account;
}

export const told = (fields: readonly FormField[]): CommandOutcome => ({
  payload: [formElement('result', FORM_TYPE, fields)],
});
