/** An account's nodes in an export (XEP-0227 section 4.10): made and filled as their owner would, by the hook 'node change wanted'. */
import { NS_DATA_FORM, readForm } from '../data-form.ts';
import type { Host } from '../extension.ts';
import { Jid } from '../routing/jid.ts';
import { change } from '../store/changes.ts';
import type { Account } from '../store/model.ts';
import type { NodeAffiliationKind } from '../store/node-model.ts';
import { type Element, firstChild } from '../xml.ts';
import type { ImportReport } from './importer.ts';

const AFFILIATIONS: readonly NodeAffiliationKind[] = ['owner', 'publisher', 'publish-only', 'member', 'outcast'];

/** What each field may hold; others are the exporting server's own, and left (section 4.10.1). */
const BOOLEANS = ['persist_items', 'deliver_payloads', 'deliver_notifications', 'notify_retract', 'notify_delete'];
const NUMBERS = ['max_items', 'item_expire'];
const TEXTS = ['title', 'description', 'type'];
const CHOICES: Readonly<Record<string, readonly string[]>> = {
  access_model: ['presence', 'open', 'roster', 'authorize', 'whitelist'],
  publish_model: ['publishers', 'subscribers', 'open'],
  send_last_published_item: ['on_sub_and_presence', 'on_sub', 'never'],
};

export class NodeImport {
  readonly #host: Host;
  readonly #account: Account;
  readonly #report: ImportReport;
  readonly #configs = new Map<string, Record<string, string>>();
  readonly #waiting: { node: string; element: Element }[] = [];

  constructor(host: Host, account: Account, report: ImportReport) {
    this.#host = host;
    this.#account = account;
    this.#report = report;
  }

  /** A child of `<pubsub/>` of the owner's namespace. */
  async configure(element: Element): Promise<void> {
    const { node = '' } = element.attrs;
    const { store } = this.#host;
    if (node === '') return;
    const form = element.getChild('x', NS_DATA_FORM);
    if (element.name === 'configure') {
      this.#configs.set(node, form ? configOf(form) : {});
      if (!store.nodes.node(this.#account.id, node)) await this.#change(node, []);
      return;
    }
    if (element.name === 'affiliations')
      for (const { attrs } of element.getChildren('affiliation')) {
        const affiliation = AFFILIATIONS.find((each) => each === attrs.affiliation);
        const jid = Jid.parse(attrs.jid ?? '').bare.toString();
        if (affiliation && !store.nodes.affiliation(this.#account.id, node, jid))
          await store.journal.commit(
            change('node affiliation set', { owner: this.#account.id, node, jid, affiliation }),
          );
      }
    if (element.name === 'subscriptions')
      for (const { attrs } of element.getChildren('subscription')) {
        const jid = Jid.parse(attrs.jid ?? '').toString();
        if (store.nodes.subscription(this.#account.id, node, jid)) continue;
        // Prosody writes the state into an attribute of that name.
        if ((attrs.subscription ?? attrs.subscribed) === 'subscribed')
          await store.journal.commit(
            change('node subscription set', { owner: this.#account.id, node, jid, state: 'subscribed', options: {} }),
          );
      }
  }

  /** Prosody writes items before what is to become of them: those wait. */
  async item(node: string, element: Element): Promise<void> {
    if (this.#configs.has(node)) await this.publish(node, element);
    else this.#waiting.push({ node, element });
  }

  /** Items of nodes whose configuration came after them, or never. */
  get waiting(): readonly { node: string; element: Element }[] {
    return this.#waiting;
  }

  async publish(node: string, element: Element): Promise<void> {
    const payload = firstChild(element);
    const { id = 'current' } = element.attrs;
    if (!payload || node === '' || this.#host.store.nodes.item(this.#account.id, node, id)) return;
    payload.attrs.xmlns ??= payload.getNS();
    await this.#change(node, [{ id, payload }]);
    this.#report.taken.items = (this.#report.taken.items ?? 0) + 1;
  }

  async #change(node: string, publish: { id: string; payload: Element }[]): Promise<void> {
    const host = this.#host;
    const account = this.#account;
    await host.turns.run(account.id, async () => {
      const config = this.#configs.get(node) ?? {};
      const by = Jid.parse(host.addressOf(account));
      const event = host.hooks.run('node change wanted', {
        account,
        node,
        config,
        by,
        publish,
        retract: [],
        changes: [],
        after: [],
      });
      await host.store.journal.commit(...event.changes);
      for (const run of event.after) run();
    });
  }
}

export function configOf(form: Element): Record<string, string> {
  const config: Record<string, string> = {};
  for (const [name, values] of readForm(form).fields) {
    const key = name.replace(/^pubsub#/, '');
    const value = read(key, values[0] ?? '');
    if (value !== undefined) config[key] = value;
  }
  return config;
}

/** Whom a model that is not known here would let in, nobody can say: then it is the owner alone. */
function read(key: string, value: string): string | undefined {
  if (BOOLEANS.includes(key)) return String(value === '1' || value === 'true');
  if (NUMBERS.includes(key)) return value === 'max' || /^[1-9]\d{0,8}$/.test(value) ? value : undefined;
  if (TEXTS.includes(key)) return value.slice(0, 1000);
  const choices = Object.hasOwn(CHOICES, key) ? CHOICES[key] : undefined;
  if (choices?.includes(value)) return value;
  return key === 'access_model' ? 'whitelist' : undefined;
}
