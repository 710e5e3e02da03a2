/** Roster items on the wire (RFC 6121 section 2.1.2) and what a roster set may hold (section 2.3.3). */
import { Jid } from '../routing/jid.ts';
import { StanzaError } from '../routing/stanza-error.ts';
import type { RosterItem } from '../store/model.ts';
import { type Element, xml } from '../xml.ts';

export const NS_ROSTER = 'jabber:iq:roster';

const MAX_NAME_BYTES = 1023;
const MAX_GROUP_BYTES = 1023;
const MAX_GROUPS = 100;

/** What a client may say of an item; the rest of it (subscription, ask, approved) is the server's. */
export interface RosterSet {
  contact: Jid;
  remove: boolean;
  name: string;
  groups: string[];
}

export function itemElement(item: RosterItem): Element {
  const { contact, name, groups, subscription, ask, approved } = item;
  return xml(
    'item',
    {
      jid: contact,
      ...(name !== '' && { name }),
      subscription,
      ...(ask && { ask: 'subscribe' }),
      ...(approved && { approved: 'true' }),
    },
    ...groups.map((group) => xml('group', {}, group)),
  );
}

/** A contact that no item stands for yet. */
export function blankItem(contact: string): RosterItem {
  return { contact, name: '', groups: [], subscription: 'none', ask: false, approved: false };
}

/**
 * Reads the one item of a roster set.
 * @throws StanzaError bad-request, not-acceptable, jid-malformed
 */
export function readRosterSet(query: Element): RosterSet {
  const items = query.getChildren('item');
  const [item] = items;
  if (!item || items.length !== 1)
    throw new StanzaError('bad-request', { text: 'A roster set holds exactly one item.' });
  const { jid, name = '', subscription } = item.attrs;
  if (jid === undefined) throw new StanzaError('bad-request', { text: 'A roster item needs a jid.' });
  const contact = Jid.parse(jid).bare;
  if (subscription === 'remove') return { contact, remove: true, name: '', groups: [] };
  if (Buffer.byteLength(name) > MAX_NAME_BYTES)
    throw new StanzaError('not-acceptable', { text: `A name takes at most ${MAX_NAME_BYTES} bytes.` });
  return { contact, remove: false, name, groups: readGroups(item) };
}

function readGroups(item: Element): string[] {
  const groups = item.getChildren('group').map((group) => group.getText().normalize('NFC'));
  if (groups.some((group) => group === '')) throw new StanzaError('not-acceptable', { text: 'A group needs a name.' });
  if (groups.length > MAX_GROUPS || groups.some((group) => Buffer.byteLength(group) > MAX_GROUP_BYTES))
    throw new StanzaError('not-acceptable', {
      text: `An item has at most ${MAX_GROUPS} groups, each of at most ${MAX_GROUP_BYTES} bytes.`,
    });
  if (new Set(groups).size !== groups.length) throw new StanzaError('bad-request', { text: 'A group is named twice.' });
  return groups;
}
