/** The nodes of an export (XEP-0060, XEP-0163) as their owner would make and fill them by an app. */
import { formElement, NS_DATA_FORM } from '../data-form.ts';
import type { Host } from '../extension.ts';
import type { Account } from '../store/model.ts';
import { type Element, firstChild, xml } from '../xml.ts';
import { NS_PUBSUB } from './format.ts';
import { configOf } from './node-import.ts';
import type { AsOwner } from './owner-import.ts';

const PUBLISH_OPTIONS = `${NS_PUBSUB}#publish-options`;
const MAX_NODES = 1000;
/** Characters of items whose node's configuration has not come yet. */
const MAX_WAITING = 16_000_000;

export interface WaitingItem {
  element: Element;
  publish(): Promise<string | undefined>;
}

export class OwnNodes {
  readonly #host: Host;
  readonly #account: Account;
  readonly #asOwner: AsOwner;
  readonly #configs = new Map<string, Record<string, string>>();
  readonly #waiting: { node: string; element: Element }[] = [];
  #waitingCharacters = 0;

  constructor(host: Host, account: Account, asOwner: AsOwner) {
    this.#host = host;
    this.#account = account;
    this.#asOwner = asOwner;
  }

  /** A child of `<pubsub/>` of the owner's namespace. Whom its nodes let in beside their access model, their owner says anew. */
  async configure(element: Element): Promise<void> {
    const { node = '' } = element.attrs;
    if (element.name !== 'configure' || node === '') return;
    const form = element.getChild('x', NS_DATA_FORM);
    if (this.#configs.size < MAX_NODES) this.#configs.set(node, form ? configOf(form) : {});
  }

  /** Prosody writes items before what is to become of them: those wait. @throws StanzaError, RangeError */
  async item(node: string, element: Element): Promise<string | undefined> {
    if (this.#configs.has(node)) return this.#publish(node, element);
    this.#waitingCharacters += element.toString().length;
    if (this.#waitingCharacters > MAX_WAITING) throw new RangeError('too much comes before its node is described');
    this.#waiting.push({ node, element });
    return undefined;
  }

  /** Items of nodes whose configuration came after them, or never. */
  waiting(): WaitingItem[] {
    return this.#waiting
      .splice(0)
      .map(({ node, element }) => ({ element, publish: () => this.#publish(node, element) }));
  }

  /** Undefined where the node has it already, or holds one item and has one. */
  async #publish(name: string, element: Element): Promise<string | undefined> {
    const payload = firstChild(element);
    const { id = 'current' } = element.attrs;
    const { nodes } = this.#host.store;
    const { id: owner } = this.#account;
    const node = nodes.node(owner, name);
    const holdsOne = node !== undefined && (node.config.max_items ?? '1') === '1';
    if (!payload || nodes.item(owner, name, id) || (holdsOne && nodes.items(owner, name, 1).length > 0))
      return undefined;
    const config = Object.entries(this.#configs.get(name) ?? {});
    const fields = config.map(([key, value]) => ({ var: `pubsub#${key}`, values: [value] }));
    const options = xml('publish-options', {}, formElement('submit', PUBLISH_OPTIONS, fields));
    await this.#asOwner(
      xml(
        'pubsub',
        { xmlns: NS_PUBSUB },
        xml('publish', { node: name }, xml('item', { id }, payload)),
        node || fields.length === 0 ? null : options,
      ),
    );
    return 'items';
  }
}
