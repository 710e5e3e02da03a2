/** Reads an archive (XEP-0313), page after page, as a client does that comes back. */
import { childOf, type Tree, textOf } from '../kit/tree.ts';
import type { Wire } from '../kit/wire.ts';

const NS_MAM = 'urn:xmpp:mam:2';
const NS_RSM = 'http://jabber.org/protocol/rsm';
const PAGE = 200;

export interface Archived {
  /** The archive's id, which the recipient saw as stanza-id. */
  id: string;
  /** As its sender numbered it. */
  messageId: string;
  from: string;
  to: string;
}

/** What came after the entry `after`, or everything, oldest first; of the account's own archive, or of the room's at `room`. */
export async function readArchive(wire: Wire, after?: string, room?: string): Promise<Archived[]> {
  const found: Archived[] = [];
  const stop = wire.intercept((node) => {
    const result = childOf(node, 'result', NS_MAM);
    if (result) found.push(archived(result));
    return result !== undefined;
  });
  let complete = false;
  for (let page = 0; !complete; page += 1) {
    const last = found.at(-1)?.id ?? after;
    const from = last === undefined ? '' : `<after>${last}</after>`;
    const id = `archive-${page}`;
    const set = `<set xmlns='${NS_RSM}'><max>${PAGE}</max>${from}</set>`;
    const to = room === undefined ? '' : ` to='${room}'`;
    const answer = await wire.query(`<iq type='set' id='${id}'${to}><query xmlns='${NS_MAM}'>${set}</query></iq>`, id);
    const fin = childOf(answer, 'fin', NS_MAM);
    if (!fin) throw new Error(`the archive was not told: ${answer.attrs.get('type')}`);
    complete = fin.attrs.get('complete') === 'true';
  }
  stop();
  return found;
}

function archived(result: Tree): Archived {
  const forwarded = childOf(result, 'forwarded', 'urn:xmpp:forward:0');
  const message = forwarded && childOf(forwarded, 'message');
  const attribute = (name: string) => message?.attrs.get(name) ?? '';
  return {
    id: result.attrs.get('id') ?? '',
    messageId: attribute('id'),
    from: bare(attribute('from')),
    to: bare(attribute('to')),
  };
}

export const bare = (jid: string) => jid.split('/')[0] ?? '';

/** The id that the archive of `by` has given to a message on its way (XEP-0359); undefined where it carries none. */
export function stanzaId(message: Tree, by: string): string | undefined {
  const ids = message.children.filter(
    (child): child is Tree => typeof child !== 'string' && child.name === 'stanza-id' && child.attrs.get('by') === by,
  );
  return ids[0]?.attrs.get('id');
}

export const bodyOf = (message: Tree) => textOf(childOf(message, 'body'));
