/** What the tests of messaging extensions share: a message that goes the whole way of im/message.ts, with a real store behind it. */

import type { XmppHost } from '../../../xmpp/host.ts';
import { Messages } from '../../../xmpp/im/message.ts';
import { Jid } from '../../../xmpp/routing/jid.ts';
import { type Element, xml } from '../../../xmpp/xml.ts';
import type { Client, TestHost } from './harness.ts';

/** Delivers as routing/router.ts would. Rejects with the StanzaError that the sender would get. */
export async function say(host: TestHost, from: Client | string, to: string, stanza: Element): Promise<void> {
  const sender = typeof from === 'string' ? Jid.parse(from) : from.jid;
  const session = typeof from === 'string' ? undefined : from.session;
  const address = Jid.parse(to);
  stanza.attrs.from = sender.toString();
  stanza.attrs.to = to;
  if (session) host.hooks.run('stanza from session', { session, stanza, from: sender, to: address, drop: false });
  const account = host.accounts.find(address.local);
  if (!account) throw new Error(`no account ${to}`);
  const origin = { from: sender, session, host: session && asWhole(host), turn: undefined };
  await messagesOf(host).deliver(account, stanza, address, origin);
}

/** What the stream does with stanzas that a client never acknowledged. */
export async function giveBack(host: TestHost, client: Client, ...stanzas: Element[]): Promise<void> {
  await messagesOf(host).undelivered(client.session, stanzas);
}

export const chat = (body: string, attrs: Record<string, string> = {}, ...children: Element[]) =>
  xml('message', { type: 'chat', ...attrs }, xml('body', {}, body), ...children);

/** Comes online, as im/presence.ts tells it. */
export function online(host: TestHost, client: Client, priority = 0, ...children: Element[]): void {
  const initial = client.session.presence === undefined;
  client.available(...children);
  client.session.priority = priority;
  const presence = client.session.presence;
  if (presence) host.hooks.run('session available', { session: client.session, presence, initial });
}

// The messages of a host need nothing of it that the test host lacks, but for the count of activity.
const asWhole = (host: TestHost) => Object.assign(host, { activity() {} }) as unknown as XmppHost;
const messagesOf = (host: TestHost) => new Messages(asWhole(host));
