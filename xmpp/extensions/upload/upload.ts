/**
 * XEP-0363: HTTP File Upload, at `upload.` beside each domain of the host. Here a member gets leave to put a file and the address
 * where it will be; the file itself goes over HTTP, which is the business of whoever runs the server.
 */

import { formElement } from '../../data-form.ts';
import type { Extension, Host } from '../../extension.ts';
import { Turns } from '../../im/turns.ts';
import { infoElement, NS_DISCO_INFO } from '../../routing/disco-info.ts';
import type { ServiceAnswer, ServiceIq } from '../../routing/services.ts';
import { StanzaError } from '../../routing/stanza-error.ts';
import { change } from '../../store/changes.ts';
import type { Account } from '../../store/model.ts';
import { type Element, xml } from '../../xml.ts';
import { Allowance, maxFileBytes, NS_UPLOAD } from './allowance.ts';
import { NS_PURPOSE, PURPOSES, readSlotRequest } from './slot-request.ts';

const SUBDOMAIN = 'upload';
const NAME = 'HTTP File Upload';
const NS_DISCO_ITEMS = 'http://jabber.org/protocol/disco#items';
/** Section 8 recommends it, for phones on slow networks. */
const SLOT_LIFETIME_MS = 300_000;
/** 192 bits: an address is all that one needs to read the file. */
const ID_BYTES = 24;

export const upload: Extension = {
  name: 'upload',
  xep: [{ number: '0363', title: 'HTTP File Upload', version: '1.2.0', status: 'complete' }],
  subdomains: [SUBDOMAIN],
  attach(host) {
    if (host.config.upload.url(host.server.domain) === undefined) return;
    const slots = new Slots(host);
    host.services.add(SUBDOMAIN, { name: NAME, iq: (request) => answer(host, slots, request) });
  },
};

function answer(host: Host, slots: Slots, request: ServiceIq): ServiceAnswer | Promise<ServiceAnswer> {
  const { type, payload, to } = request;
  if (type === 'get' && to.local === '' && payload.attrs.node === undefined) {
    if (payload.is('query', NS_DISCO_INFO)) return info(host);
    if (payload.is('query', NS_DISCO_ITEMS)) return xml('query', { xmlns: NS_DISCO_ITEMS });
    if (payload.is('request', NS_UPLOAD)) return slots.make(request);
  }
  throw new StanzaError(payload.attrs.node === undefined ? 'service-unavailable' : 'item-not-found');
}

function info(host: Host): Element {
  const purposes = PURPOSES.map((purpose) => `${NS_PURPOSE}#${purpose}`);
  const features = [NS_DISCO_INFO, NS_DISCO_ITEMS, NS_UPLOAD, ...purposes];
  const element = infoElement([{ category: 'store', type: 'file', name: NAME }], features);
  const most = maxFileBytes(host.config.upload);
  if (most !== 0) element.append(formElement('result', NS_UPLOAD, [{ var: 'max-file-size', values: [String(most)] }]));
  return element;
}

class Slots {
  readonly #host: Host;
  readonly #allowance: Allowance;
  /** One slot a member at a time, so that the quota is looked at with the slot before it. */
  readonly #turns = new Turns();

  constructor(host: Host) {
    this.#host = host;
    this.#allowance = new Allowance(host);
  }

  /** @throws StanzaError forbidden, bad-request, not-acceptable, resource-constraint */
  async make({ from, payload }: ServiceIq): Promise<Element> {
    const { accounts } = this.#host;
    const account = from.local !== '' && this.#host.serves(from.domain) ? accounts.find(from.local) : undefined;
    if (!account) throw new StanzaError('forbidden', { text: 'Only members of this server upload files here.' });
    return this.#turns.run(account.id, () => this.#makeFor(account, payload));
  }

  async #makeFor(account: Account, payload: Element): Promise<Element> {
    const { clock, store, random, server, config } = this.#host;
    const madeMs = clock.nowMs();
    const wanted = readSlotRequest(payload, madeMs);
    const base = config.upload.url(server.domain);
    if (base === undefined) throw new StanzaError('service-unavailable');
    this.#allowance.check(account, wanted.bytes);
    const id = random(ID_BYTES).toString('base64url');
    const slot = { id, account: account.id, ...wanted, madeMs, expiresMs: madeMs + SLOT_LIFETIME_MS };
    await store.journal.commit(change('upload slot made', slot));
    const url = `${base}/${id}/${encodeURIComponent(wanted.name)}`;
    return xml('slot', { xmlns: NS_UPLOAD }, xml('put', { url }), xml('get', { url }));
  }
}
