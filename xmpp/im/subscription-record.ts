/** What is kept of subscriptions (RFC 6121 section 3): the state of each, and requests that wait. All within a turn of the roster. */
import type { XmppHost } from '../host.ts';
import { Jid } from '../routing/jid.ts';
import { StanzaError } from '../routing/stanza-error.ts';
import { type Change, change } from '../store/changes.ts';
import type { Account, RosterItem } from '../store/model.ts';
import { type Element, parse, xml } from '../xml.ts';
import { blankItem } from './roster-item.ts';
import { partsOf, type SubscriptionState, seesUs, stateOf } from './subscription.ts';

/** What strangers can make the box keep for one member is bounded, in number and in bytes of each. */
const MAX_REQUESTS = 500;
export const MAX_REQUEST_BYTES = 2048;
const MAX_ID_LENGTH = 256;

export class SubscriptionRecord {
  readonly #host: XmppHost;

  constructor(host: XmppHost) {
    this.#host = host;
  }

  state(account: Account, contact: Jid): SubscriptionState {
    const { subscription = 'none', ask = false } = this.#host.roster.item(account, contact) ?? {};
    return stateOf({ subscription, ask, pendingIn: this.#host.roster.isPendingIn(account, contact) });
  }

  /** Keeps the new state with `changes`, then tells the interested resources: `tell` first, the push after it (section 3.1.6). */
  async become(
    account: Account,
    contact: Jid,
    before: SubscriptionState,
    next: SubscriptionState,
    { tell, changes = [], asked }: { tell?: () => void; changes?: readonly Change[]; asked?: Element } = {},
  ): Promise<void> {
    const { roster, hooks } = this.#host;
    const was = partsOf(before);
    const { subscription, ask, pendingIn } = partsOf(next);
    const item = roster.item(account, contact);
    const knownAs = item ?? { ...blankItem(roster.nameOf(contact)), ...this.#askedAt(account, contact, asked) };
    const after: RosterItem = { ...knownAs, subscription, ask };
    // An approval is used up by the subscription that it let through.
    if (seesUs(subscription)) after.approved = false;
    const cleared = [...this.cleared(account, contact, was.pendingIn && !pendingIn), ...changes];
    const differs = was.subscription !== subscription || was.ask !== ask;
    if (differs) await roster.set(account, after, ...cleared);
    else if (cleared.length > 0) await roster.commit(...cleared);
    tell?.();
    if (differs) roster.push(account, after.contact);
    if (was.subscription !== subscription)
      hooks.run('subscription changed', {
        account,
        contact,
        from: seesUs(subscription),
        sawBefore: seesUs(was.subscription),
      });
  }

  /** One elsewhere who asked for an address at another domain of ours goes on knowing the account by that. */
  #askedAt(account: Account, contact: Jid, asked?: Element): Pick<RosterItem, 'knowsUsAt'> {
    const name = this.#host.roster.nameOf(contact);
    const kept = this.#host.store.roster.requests(account.id).find((request) => request.contact === name);
    const to = (asked ?? (kept && parse(kept.stanza)))?.attrs.to;
    const domain = to === undefined ? this.#host.server.domain : Jid.parse(to).domain;
    return domain === this.#host.server.domain || this.#host.isOfBox(contact.domain) ? {} : { knowsUsAt: domain };
  }

  /** The member's word on who may see them before that one asks, or its end (section 3.4). */
  async approve(account: Account, contact: Jid, approved: boolean): Promise<void> {
    const { roster } = this.#host;
    const item = roster.item(account, contact);
    if ((item?.approved ?? false) === approved) return;
    const after = { ...(item ?? blankItem(roster.nameOf(contact))), approved };
    await roster.set(account, after);
    roster.push(account, after.contact);
  }

  /** The request has its answer; nothing where none was `due`. */
  cleared(account: Account, contact: Jid, due: boolean): Change[] {
    if (!due) return [];
    return [
      change('subscription request cleared', { account: account.id, contact: this.#host.roster.nameOf(contact) }),
    ];
  }

  /** A request waits for the member's answer. @throws StanzaError resource-constraint */
  async keepRequest(account: Account, contact: Jid, stanza: Element): Promise<void> {
    const { roster, store } = this.#host;
    if (store.roster.requests(account.id).length >= MAX_REQUESTS)
      throw new StanzaError('resource-constraint', { text: 'Too many requests wait for an answer.' });
    await roster.commit(
      change('subscription request kept', {
        account: account.id,
        contact: roster.nameOf(contact),
        stanza: requestText(stanza),
      }),
    );
  }
}

/** The complete stanza as section 3.1.3 asks, unless it is beyond measure: then what is needed to answer it. */
function requestText(stanza: Element): string {
  const text = stanza.toString();
  if (Buffer.byteLength(text) <= MAX_REQUEST_BYTES) return text;
  const { type, from, to, id = '' } = stanza.attrs;
  return xml('presence', { type, from, to, ...(id.length <= MAX_ID_LENGTH && { id }) }).toString();
}
