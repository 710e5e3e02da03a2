/**
 * XEP-0359: Unique and Stable Stanza IDs. Only this host says what its ids are: one that a sender made up in its name is taken
 * out. The archive puts the true one in.
 */
import type { Extension, Host } from '../extension.ts';
import { Jid } from '../routing/jid.ts';
import type { Element } from '../xml.ts';

const NS = 'urn:xmpp:sid:0';

export const stanzaId: Extension = {
  name: 'stanza-id',
  xep: [{ number: '0359', title: 'Unique and Stable Stanza IDs', version: '0.7.0', status: 'complete' }],
  features: { account: [NS] },
  attach(host) {
    host.hooks.on('stanza from session', ({ stanza }) => dropForged(host, stanza));
    host.hooks.on('message received', ({ stanza }) => dropForged(host, stanza));
  },
};

function dropForged(host: Host, stanza: Element): void {
  if (stanza.name !== 'message') return;
  for (const element of stanza.getChildren('stanza-id', NS)) if (isOurs(host, element.attrs.by)) stanza.remove(element);
}

function isOurs(host: Host, by: string | undefined): boolean {
  if (by === undefined) return true;
  try {
    return host.serves(Jid.parse(by).domain);
  } catch {
    return true;
  }
}
