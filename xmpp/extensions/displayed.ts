/**
 * XEP-0490: Message Displayed Synchronization, with the server's help: what a client says beside a displayed marker becomes an
 * item of its account's node and goes no further.
 */
import type { Extension, Host } from '../extension.ts';
import type { OutboundStanza } from '../routing/hooks.ts';
import type { Change } from '../store/changes.ts';
import { clone, type Element } from '../xml.ts';

const NS = 'urn:xmpp:mds:displayed:0';
const NS_STANZA_ID = 'urn:xmpp:sid:0';

/** Section 4.2 */
const CONFIG = {
  access_model: 'whitelist',
  persist_items: 'true',
  max_items: 'max',
  send_last_published_item: 'never',
};

const MAX_LENGTH = 2048;

export const displayed: Extension = {
  name: 'displayed',
  xep: [{ number: '0490', title: 'Message Displayed Synchronization', version: '1.0.1', status: 'complete' }],
  features: { account: ['urn:xmpp:mds:server-assist:0'] },
  attach(host) {
    host.hooks.on('stanza from session', (event) => {
      const element = event.stanza.name === 'message' ? event.stanza.getChild('displayed', NS) : undefined;
      if (element) assist(host, event, element);
    });
  },
};

/** Section 5.2: taken out before anyone else sees the message; the item is named by the address as it stands. */
function assist(host: Host, { session, stanza }: OutboundStanza, element: Element): void {
  stanza.remove(element);
  const { account, jid: by } = session;
  const { to } = stanza.attrs;
  const payload = clone(element);
  payload.attrs.xmlns = NS;
  if (!to || !element.getChild('stanza-id', NS_STANZA_ID) || payload.toString().length > MAX_LENGTH) return;
  const work = async () => {
    const changes: Change[] = [];
    const after: (() => void)[] = [];
    const publish = [{ id: to, payload }];
    host.hooks.run('node change wanted', {
      account,
      node: NS,
      config: CONFIG,
      by,
      publish,
      retract: [],
      changes,
      after,
    });
    await host.store.journal.commit(...changes);
    for (const run of after) run();
  };
  host.turns.run(account.id, work).catch((error: unknown) => {
    host.log.error({ error: String(error) }, 'what was displayed could not be kept');
  });
}
