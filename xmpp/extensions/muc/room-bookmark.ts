/** A bookmark (XEP-0402) that the server writes for a member, or takes away. One that is there already stays as its owner has it. */
import type { Host } from '../../extension.ts';
import { Jid } from '../../routing/jid.ts';
import type { Change } from '../../store/changes.ts';
import type { Account } from '../../store/model.ts';
import { type Element, xml } from '../../xml.ts';

const NS = 'urn:xmpp:bookmarks:1';
const CONFIG = {
  access_model: 'whitelist',
  persist_items: 'true',
  max_items: 'max',
  send_last_published_item: 'never',
};

export function bookmarkRoom(host: Host, account: Account, room: string, name: string): Promise<void> {
  const payload = xml('conference', { xmlns: NS, name, autojoin: 'true' });
  return write(host, account, (has) => (has(room) ? {} : { publish: [{ id: room, payload }] }));
}

export function forgetBookmark(host: Host, account: Account, room: string): Promise<void> {
  return write(host, account, (has) => (has(room) ? { retract: [room] } : {}));
}

type Wanted = { publish?: { id: string; payload: Element }[]; retract?: string[] };

function write(host: Host, account: Account, decide: (has: (room: string) => boolean) => Wanted): Promise<void> {
  const { store, hooks, turns } = host;
  return turns.run(account.id, async () => {
    // It may have been removed meanwhile.
    if (!store.accounts.byId(account.id)) return;
    const { publish = [], retract = [] } = decide((room) => store.nodes.item(account.id, NS, room) !== undefined);
    if (publish.length + retract.length === 0) return;
    const changes: Change[] = [];
    const after: (() => void)[] = [];
    const by = Jid.parse(host.addressOf(account));
    hooks.run('node change wanted', { account, node: NS, config: CONFIG, by, publish, retract, changes, after });
    await store.journal.commit(...changes);
    for (const run of after) run();
  });
}
