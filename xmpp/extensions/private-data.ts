/** XEP-0049: Private XML Storage. */
import { assertWithinQuota } from '../access/quota.ts';
import type { Extension, Host } from '../extension.ts';
import { StanzaError } from '../routing/stanza-error.ts';
import { type Change, change } from '../store/changes.ts';
import type { Id } from '../store/model.ts';
import { type Element, parse, xml } from '../xml.ts';

const NS = 'jabber:iq:private';

export const privateData: Extension = {
  name: 'private-data',
  xep: [{ number: '0049', title: 'Private XML Storage', version: '1.2', status: 'complete' }],
  features: { server: [NS], account: [NS] },

  attach(host) {
    host.iq.handle('get', 'account', 'query', NS, 'owner', ({ account, payload }) => {
      if (!account) throw new StanzaError('forbidden');
      const asked = entries(payload);
      if (new Set(asked.map(({ namespace }) => namespace)).size > 1)
        throw new StanzaError('bad-request', { text: 'One namespace can be asked for at a time.' });
      const found = asked.map(({ name, namespace, element }) => {
        const data = host.store.extras.privateData(account.id, name, namespace);
        return data === undefined ? xml(element.name, { xmlns: namespace }) : parse(data);
      });
      return xml('query', { xmlns: NS }, ...found);
    });

    host.iq.handle('set', 'account', 'query', NS, 'owner', async ({ account, payload, from }) => {
      if (!account) throw new StanzaError('forbidden');
      const wanted = entries(payload);
      await host.turns.run(account.id, async () => {
        const changes: Change[] = [];
        const after: (() => void)[] = [];
        assertWithinQuota(host, account.id, 'private', growthOf(host, account.id, wanted));
        for (const { name, namespace, element } of wanted) {
          changes.push(change('private data set', { account: account.id, name, namespace, data: element.toString() }));
          host.hooks.run('private data set', { account, element, by: from, changes, after });
        }
        await host.store.journal.commit(...changes);
        for (const run of after) run();
      });
      return undefined;
    });
  },
};

interface Entry {
  name: string;
  namespace: string;
  element: Element;
}

function growthOf({ store }: Host, account: Id, wanted: readonly Entry[]): number {
  return wanted.reduce((sum, { name, namespace, element }) => {
    const before = store.extras.privateData(account, name, namespace) ?? '';
    return sum + Buffer.byteLength(element.toString()) - Buffer.byteLength(before);
  }, 0);
}

/** @throws StanzaError not-acceptable where there is none, or one without a namespace of its own (section 2.3) */
function entries(query: Element): Entry[] {
  const found = query.getChildElements().map((element) => ({
    name: element.name,
    namespace: element.attrs.xmlns ?? '',
    element,
  }));
  if (found.length === 0 || found.some(({ namespace }) => namespace === '' || namespace === NS))
    throw new StanzaError('not-acceptable', { text: 'Each element needs a namespace of its own.' });
  return found;
}
