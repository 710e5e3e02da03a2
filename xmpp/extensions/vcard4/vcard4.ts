/** XEP-0292: vCard4 Over XMPP. The profile that an account shows, in its node and in the older form of XEP-0054. */
import type { Extension, Host } from '../../extension.ts';
import type { NodeItemsEvent, VcardEvent } from '../../routing/hooks.ts';
import { change } from '../../store/changes.ts';
import { clone, type Element, parse } from '../../xml.ts';
import { NS_VCARD4, toVcard4, toVcardTemp } from './mapping.ts';

const NODE = 'urn:xmpp:vcard4';
const ITEM = 'current';

/** A vCard of XEP-0054 is for the world to see. XEP-0222 */
const CONFIG = { access_model: 'open', persist_items: 'true', send_last_published_item: 'never' };

export const vcard4: Extension = {
  name: 'vcard4',
  xep: [{ number: '0292', title: 'vCard4 Over XMPP', version: '0.12.0', status: 'complete' }],
  features: { server: [NS_VCARD4], account: [NS_VCARD4] },
  attach(host) {
    host.hooks.on('node items changed', (event) => {
      // What not everyone may see does not go where everyone looks.
      if (event.node === NODE && event.access === 'open') fromNode(host, event);
    });
    host.hooks.on('vcard set', (event) => fromVcardTemp(host, event));
  },
};

function fromNode(host: Host, { account, published: [item], changes }: NodeItemsEvent): void {
  const now = item && item.payload !== '' ? parse(item.payload) : undefined;
  if (!now?.is('vcard', NS_VCARD4)) return;
  const stored = host.store.extras.vcard(account.id);
  const photos = stored === undefined ? [] : parse(stored).getChildren('PHOTO').map(clone);
  changes.push(change('vcard set', { account: account.id, vcard: toVcardTemp(now, photos).toString() }));
}

function fromVcardTemp(host: Host, event: VcardEvent): void {
  const now = toVcard4(event.vcard);
  if (isKnown(host, event, now)) return;
  const publish = [{ id: ITEM, payload: now }];
  host.hooks.run('node change wanted', { ...event, node: NODE, config: CONFIG, publish, retract: [] });
}

/** Only the photo is another, say. */
function isKnown(host: Host, { account }: VcardEvent, now: Element): boolean {
  const before = host.store.extras.vcard(account.id);
  return before !== undefined && toVcard4(parse(before)).toString() === now.toString();
}
