/** XEP-0227 the other way: a member brings along what they had elsewhere, by a page that takes their file once. */
import { whoMayLogIn } from '../access/may-log-in.ts';
import { dateTime } from '../clock.ts';
import type { ImportReport } from '../config.ts';
import { formElement } from '../data-form.ts';
import type { Extension, Host } from '../extension.ts';
import { importForOwner } from '../portability/owner-import.ts';
import { readExport } from '../portability/reader.ts';
import { type CommandOutcome, isOwner } from '../routing/command.ts';
import { StanzaError } from '../routing/stanza-error.ts';
import type { Account } from '../store/model.ts';
import { xml } from '../xml.ts';

const NODE = 'urn:casp3r:import';

export const accountImport: Extension = {
  name: 'account-import',
  // The fact is extensions/account-export.ts's.
  xep: [],
  attach(host) {
    if (!host.config.imports) return;
    host.commands.add({
      node: NODE,
      name: 'Bring along what I had elsewhere',
      target: 'account',
      allowed: isOwner,
      begin: ({ member }) => offer(host, member),
    });
  },
};

/** @throws StanzaError service-unavailable where nothing takes it encrypted */
function offer(host: Host, member: Account | undefined): CommandOutcome {
  const offered =
    member && host.config.imports?.offer(host.addressOf(member), (bytes) => takeIn(host, member.id, bytes));
  if (!offered) throw new StanzaError('service-unavailable', { text: 'This box serves no encrypted pages.' });
  const { url, untilMs } = offered;
  return {
    payload: [
      formElement('result', undefined, [
        { var: 'url', type: 'text-single', label: 'Open in a browser and choose your file', values: [url] },
        { var: 'expire', type: 'text-single', label: 'Good until', values: [dateTime(untilMs)] },
      ]),
      xml('x', { xmlns: 'jabber:x:oob' }, xml('url', {}, url)),
    ],
    notes: [{ text: 'The page takes one file. What your account has already stays as it is.' }],
  };
}

/** The account as it is by then. @throws Error with a line for the member; CommitError */
function takeIn(host: Host, id: string, bytes: AsyncIterable<Uint8Array>): Promise<ImportReport> {
  const account = whoMayLogIn(host, id);
  if (!account) throw new Error('this account is not there any more');
  const include = () => {
    throw new Error('it names other files: bring one file that has everything');
  };
  return importForOwner(host, account, readExport({ bytes, include }));
}
