/** Ad-hoc command for administrators: a member has forgotten the password. */
import { offerReset } from '../access/password-reset.ts';
import { dateTime } from '../clock.ts';
import { formElement } from '../data-form.ts';
import type { Extension, Host } from '../extension.ts';
import { actorOf, administrates, type CommandAsker, type CommandOutcome, failed } from '../routing/command.ts';
import { badPayload } from '../routing/command-answers.ts';
import { Jid } from '../routing/jid.ts';

const NODE = 'urn:casp3r:password#reset';

export const passwordReset: Extension = {
  name: 'password-reset',
  xep: [],
  attach(host) {
    host.commands.add({
      node: NODE,
      name: 'Let a member choose a new password',
      target: 'server',
      allowed: administrates(host),
      begin: () => ({
        title: 'Who forgot the password?',
        instructions: 'Give them the address that comes next; it is good once, for a day.',
        fields: [{ var: 'accountjid', type: 'jid-single', label: 'Address', required: true }],
        next: (answers, asker) => reset(host, answers.text('accountjid'), asker),
      }),
    });
  },
};

async function reset(host: Host, address: string, asker: CommandAsker): Promise<CommandOutcome> {
  const { local, domain } = Jid.parse(address);
  const account = host.serves(domain) ? host.accounts.find(local) : undefined;
  if (!account) throw badPayload(`There is no member ${address}.`);
  if (host.config.invitationUrl('') === undefined) return failed('This server has no pages, where that could be done.');
  const invite = await offerReset(host, account, actorOf(asker));
  const fields = [
    { var: 'landing-url', label: 'For a browser', values: [host.config.invitationUrl(invite.code) ?? ''] },
    { var: 'expire', label: 'Good until', values: [dateTime(invite.expiresMs)] },
  ];
  return { payload: [formElement('result', undefined, fields)] };
}
