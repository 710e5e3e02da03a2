/**
 * XEP-0398: User Avatar to vCard-Based Avatars Conversion. One avatar, whichever way it was set: as an item of the account's nodes
 * (XEP-0084) or as the photo of its vCard (XEP-0153), whose hash every presence tells.
 */
import { createHash } from 'node:crypto';
import type { Extension, Host } from '../extension.ts';
import type { CommitEvent, NodeItemsEvent, VcardEvent } from '../routing/hooks.ts';
import type { Session } from '../routing/session.ts';
import { change } from '../store/changes.ts';
import type { Account, Id } from '../store/model.ts';
import { clone, type Element, parse, xml } from '../xml.ts';

const NS_VCARD = 'vcard-temp';
const NS_UPDATE = 'vcard-temp:x:update';
const NS_DATA = 'urn:xmpp:avatar:data';
const NS_METADATA = 'urn:xmpp:avatar:metadata';

/** A vCard is for the world to see, and so is the avatar that comes from it. */
const CONFIG = { access_model: 'open' };

/** Accounts whose hash is remembered. */
const MAX_REMEMBERED = 1000;

export const avatar: Extension = {
  name: 'avatar',
  xep: [
    { number: '0084', title: 'User Avatar', version: '1.1.4', status: 'complete' },
    { number: '0153', title: 'vCard-Based Avatars', version: '1.1.1', status: 'complete' },
    {
      number: '0398',
      title: 'User Avatar to vCard-Based Avatars Conversion',
      version: '1.0.0',
      status: 'complete',
    },
  ],
  features: { account: ['urn:xmpp:pep-vcard-conversion:0'] },
  attach(host) {
    new Avatars(host).attach();
  },
};

class Avatars {
  readonly #host: Host;
  /** SHA-1 of the photo by account; '' for a vCard without one. */
  readonly #hashes = new Map<Id, string>();
  /** Whose clients want no photo shown (section 4). */
  readonly #hidden = new WeakSet<Session>();

  constructor(host: Host) {
    this.#host = host;
  }

  attach(): void {
    const { hooks } = this.#host;
    hooks.on('node items changed', (event) => event.node === NS_METADATA && this.#fromNode(event));
    hooks.on('vcard set', (event) => this.#fromVcard(event));
    hooks.on('account removed', ({ account }) => this.#hashes.delete(account.id));
    hooks.on('stanza from session', ({ session, stanza, to }) => {
      if (stanza.name !== 'presence' || stanza.attrs.type !== undefined) return;
      const photo = stanza.getChild('x', NS_UPDATE)?.getChild('photo');
      const isHidden = photo?.text() === '';
      if (!to && isHidden) this.#hidden.add(session);
      else if (!to) this.#hidden.delete(session);
      if (!isHidden) this.#tellHash(session.account, stanza);
    });
  }

  /** Section 3.1: only what the node shows to everyone goes into the vCard. */
  #fromNode(event: NodeItemsEvent): void {
    const { account, published, retracted, emptied } = event;
    const { nodes } = this.#host.store;
    const [item] = published;
    const metadata = item && item.payload !== '' ? parse(item.payload) : undefined;
    const info = metadata?.getChildren('info').find(({ attrs }) => attrs.id && !attrs.url);
    if (!info) {
      const [last] = nodes.items(account.id, NS_METADATA, 1);
      const isOff = metadata?.getChildElements().length === 0 || emptied || (last && retracted.includes(last.id));
      if (isOff) this.#setPhoto(event, undefined);
      return;
    }
    const { id = '', type } = info.attrs;
    const data = nodes.item(account.id, NS_DATA, id);
    const isOpen = event.access === 'open' && nodes.node(account.id, NS_DATA)?.config.access_model === 'open';
    const image = data && isOpen ? bytesOf(parse(data.payload).text()) : undefined;
    if (image && sha1(image) === id.toLowerCase()) this.#setPhoto(event, image, type);
  }

  #setPhoto(event: NodeItemsEvent, image: Buffer | undefined, type?: string): void {
    const { account, changes } = event;
    const before = this.#vcardOf(account);
    if (!image && !before?.getChild('PHOTO')) return;
    const vcard = before ?? xml('vCard', { xmlns: NS_VCARD });
    for (const old of vcard.getChildren('PHOTO')) vcard.remove(old);
    if (image) {
      const parts = [xml('TYPE', {}, typeOf(image, type)), xml('BINVAL', {}, image.toString('base64'))];
      vcard.append(xml('PHOTO', {}, ...parts));
    }
    changes.push(change('vcard set', { account: account.id, vcard: vcard.toString() }));
    this.#tellAgain(event);
  }

  /** Section 3.2. A photo that stays as it was says nothing new. */
  #fromVcard(event: VcardEvent): void {
    const { account, vcard } = event;
    const before = this.#vcardOf(account);
    const image = photoOf(vcard);
    const known = before && photoOf(before);
    if (image ? known?.equals(image) : !known) {
      // The first vCard of an account is told of as well.
      if (!before) this.#tellAgain(event);
      return;
    }
    if (image) this.#publish(event, image, vcard.getChild('PHOTO')?.getChildText('TYPE') ?? undefined);
    else this.#hide(event);
    this.#tellAgain(event);
  }

  #publish(event: VcardEvent, image: Buffer, type: string | undefined): void {
    const id = sha1(image);
    const info = { bytes: String(image.length), id, type: typeOf(image, type) };
    const data = xml('data', { xmlns: NS_DATA }, image.toString('base64'));
    const metadata = xml('metadata', { xmlns: NS_METADATA }, xml('info', info));
    this.#change(event, NS_DATA, id, data);
    this.#change(event, NS_METADATA, id, metadata);
  }

  /** XEP-0084 section 3.5 */
  #hide(event: VcardEvent): void {
    const [last] = this.#host.store.nodes.items(event.account.id, NS_METADATA, 1);
    if (last) this.#change(event, NS_METADATA, this.#host.store.newId(), xml('metadata', { xmlns: NS_METADATA }));
  }

  #change(event: VcardEvent, node: string, id: string, payload: Element): void {
    const publish = [{ id, payload }];
    this.#host.hooks.run('node change wanted', { ...event, node, config: CONFIG, publish, retract: [] });
  }

  /** Contacts learn of the new photo by the presences that they have already, anew (XEP-0153 section 3.1). */
  #tellAgain({ account, after }: CommitEvent & { account: Account }): void {
    after.push(() => {
      this.#hashes.delete(account.id);
      for (const session of this.#host.sessions.ofAccount(account)) {
        const presence = session.presence && clone(session.presence);
        if (!presence || this.#hidden.has(session) || !this.#tellHash(account, presence)) continue;
        this.#host.presence
          .fromSession(session, presence, undefined, async () => {})
          .catch((error: unknown) => {
            this.#host.log.error({ error: String(error) }, 'a new avatar could not be told');
          });
      }
    });
  }

  /** Section 4. True where that changed the presence. */
  #tellHash(account: Account, presence: Element): boolean {
    const hash = this.#hashOf(account);
    const update = presence.getChild('x', NS_UPDATE);
    // An account without a vCard has nothing to tell.
    if (hash === undefined || update?.getChild('photo')?.text() === hash) return false;
    if (update) presence.remove(update);
    presence.append(xml('x', { xmlns: NS_UPDATE }, xml('photo', {}, hash)));
    return true;
  }

  #hashOf(account: Account): string | undefined {
    const known = this.#hashes.get(account.id);
    if (known !== undefined) return known;
    const vcard = this.#vcardOf(account);
    if (!vcard) return undefined;
    const image = photoOf(vcard);
    const hash = image ? sha1(image) : '';
    const [oldest] = this.#hashes.keys();
    if (this.#hashes.size >= MAX_REMEMBERED && oldest !== undefined) this.#hashes.delete(oldest);
    this.#hashes.set(account.id, hash);
    return hash;
  }

  #vcardOf(account: Account): Element | undefined {
    const vcard = this.#host.store.extras.vcard(account.id);
    return vcard === undefined ? undefined : parse(vcard);
  }
}

function photoOf(vcard: Element): Buffer | undefined {
  return bytesOf(vcard.getChild('PHOTO')?.getChildText('BINVAL') ?? '');
}

/** Line breaks are no part of it. Undefined where it is empty or no base64. */
function bytesOf(text: string): Buffer | undefined {
  const plain = text.replace(/\s/g, '');
  return plain !== '' && /^[A-Za-z0-9+/]+={0,2}$/.test(plain) ? Buffer.from(plain, 'base64') : undefined;
}

const sha1 = (bytes: Buffer) => createHash('sha1').update(bytes).digest('hex');

const SIGNATURES: readonly [string, string][] = [
  ['89504e47', 'image/png'],
  ['ffd8ff', 'image/jpeg'],
  ['47494638', 'image/gif'],
  ['52494646', 'image/webp'],
];

/** What the image is rather than what is said of it (XEP-0153 section 5). */
function typeOf(image: Buffer, said: string | undefined): string {
  const start = image.subarray(0, 4).toString('hex');
  return SIGNATURES.find(([signature]) => start.startsWith(signature))?.[1] ?? said ?? 'image/png';
}
