/**
 * XEP-0227 for members: all that is theirs, as a file that their browser fetches once. Without the keys of the password: whoever got
 * hold of a session for a moment is not to take those along.
 */
import { whoMayLogIn } from '../access/may-log-in.ts';
import { dateTime } from '../clock.ts';
import { formElement } from '../data-form.ts';
import type { Extension, Host } from '../extension.ts';
import { exportAccount } from '../portability/writer.ts';
import { type CommandOutcome, isOwner } from '../routing/command.ts';
import { StanzaError } from '../routing/stanza-error.ts';
import type { Account, Id } from '../store/model.ts';
import { xml } from '../xml.ts';

const NODE = 'urn:casp3r:export';

export const accountExport: Extension = {
  name: 'account-export',
  xep: [
    {
      number: '0227',
      title: 'Portable Import/Export Format for XMPP-IM Servers',
      version: '1.1',
      status: 'complete',
      note: 'Files are written and read by `user export` and `user import`; members fetch and bring their own by ad-hoc commands.',
    },
  ],
  attach(host) {
    if (!host.config.downloads) return;
    host.commands.add({
      node: NODE,
      name: 'Download all that is mine',
      target: 'account',
      allowed: isOwner,
      begin: ({ member }) => offer(host, member),
    });
  },
};

/** Undefined where the member may not log in any more by then. */
function written(host: Host, id: Id): Iterable<string> | undefined {
  const account = whoMayLogIn(host, id);
  return account && exportAccount(host, account, { credentials: false });
}

/** @throws StanzaError service-unavailable where nothing serves it encrypted */
function offer(host: Host, member: Account | undefined): CommandOutcome {
  const offered = member && host.config.downloads?.offer(`${member.local}.xml`, () => written(host, member.id));
  if (!offered) throw new StanzaError('service-unavailable', { text: 'This box serves no encrypted pages.' });
  const { url, untilMs } = offered;
  return {
    payload: [
      formElement('result', undefined, [
        { var: 'url', type: 'text-single', label: 'Open in a browser, once', values: [url] },
        { var: 'expire', type: 'text-single', label: 'Good until', values: [dateTime(untilMs)] },
      ]),
      xml('x', { xmlns: 'jabber:x:oob' }, xml('url', {}, url)),
    ],
    notes: [{ type: 'warn', text: 'Whoever opens this address first gets all your messages.' }],
  };
}
