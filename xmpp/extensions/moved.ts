/**
 * XEP-0283: a contact elsewhere has a new address. Where the old account confirms it, the new one takes the old one's place in the
 * roster, without a question to the member. The error `gone` is such a word of the old account where it answers this question
 * (section 4.3), and nowhere else.
 */
import { whoIs } from '../access/rules/who.ts';
import type { Extension, Host } from '../extension.ts';
import { Jid } from '../routing/jid.ts';
import { StanzaError } from '../routing/stanza-error.ts';
import { change } from '../store/changes.ts';
import type { Account, RosterItem } from '../store/model.ts';
import { clone, type Element, firstChild, xml } from '../xml.ts';

const NS = 'urn:xmpp:moved:1';
const NS_PUBSUB = 'http://jabber.org/protocol/pubsub';

/** Statements that are asked for at a time, of all members of a server. */
const MAX_ASKED = 200;

export const moved: Extension = {
  name: 'moved',
  xep: [
    {
      number: '0283',
      title: 'Moved',
      version: '0.2.0',
      status: 'complete',
    },
  ],
  attach(host) {
    const checks = new Checks(host);
    host.hooks.on('stanza to account', (event) => {
      const { stanza, account, from, drop } = event;
      if (drop || stanza.name !== 'presence' || stanza.attrs.type !== 'subscribe') return;
      const old = oldAddress(stanza);
      if (old && checks.take(account, stanza, from.bare, old)) event.drop = true;
    });
  },
};

const oldAddress = (stanza: Element) => addressIn(stanza.getChild('moved', NS)?.getChildText('old-jid'));

/** The bare address of a person. */
function addressIn(text: string | null | undefined): Jid | undefined {
  try {
    const jid = text ? Jid.parse(text) : undefined;
    return jid?.isBare && jid.local !== '' ? jid : undefined;
  } catch {
    return undefined;
  }
}

/** Whom an XMPP URI names (RFC 5122). */
function pathOf(uri = ''): string | undefined {
  const [, path] = /^xmpp:(?!\/\/)([^?#]+)/i.exec(uri) ?? [];
  try {
    return path && decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

class Checks {
  readonly #host: Host;
  /** Requests whose old account is being asked, or that went back on their way because it did not confirm them. */
  readonly #underWay = new Set<string>();

  constructor(host: Host) {
    this.#host = host;
  }

  /** True where it is looked into: the request is seen to, now or later. */
  take(account: Account, stanza: Element, from: Jid, old: Jid): boolean {
    const { roster } = this.#host;
    const key = `${account.id} ${from}`;
    if (this.#underWay.has(key) || this.#underWay.size >= MAX_ASKED) return false;
    if (from.equals(old) || !isApproved(roster.item(account, old)) || isApproved(roster.item(account, from)))
      return false;
    if (isForOwnerToSay(this.#host, account, from)) return false;
    this.#underWay.add(key);
    this.#check(account, clone(stanza), from, old)
      .catch((error: unknown) => this.#host.log.error({ error: String(error) }, 'a contact that moved is as before'))
      .finally(() => this.#underWay.delete(key));
    return true;
  }

  async #check(account: Account, stanza: Element, from: Jid, old: Jid): Promise<void> {
    const stated = await this.#statementOf(account, old);
    if (stated?.equals(from)) return this.#move(account, stanza, from, old);
    // A request like any other (section 4.4).
    this.#host.send(stanza);
  }

  /** The new address that the old account states; undefined where it states none. */
  async #statementOf(account: Account, old: Jid): Promise<Jid | undefined> {
    const { store } = this.#host;
    const items = xml('items', { node: NS }, xml('item', { id: 'current' }));
    const attrs = { type: 'get', id: store.newId(), from: this.#host.roster.addressFor(account, old), to: `${old}` };
    try {
      const answer = await this.#host.query(xml('iq', attrs, xml('pubsub', { xmlns: NS_PUBSUB }, items)));
      const item = answer?.getChild('items')?.getChild('item');
      const statement = item && firstChild(item);
      return addressIn(statement?.is('moved', NS) ? statement.getChildText('new-jid') : undefined);
    } catch (error) {
      const isGone = error instanceof StanzaError && error.condition === 'gone';
      return isGone ? addressIn(pathOf(error.address)) : undefined;
    }
  }

  async #move(account: Account, stanza: Element, from: Jid, old: Jid): Promise<void> {
    const { roster, presence, hooks } = this.#host;
    const before = await roster.turn(account, async () => {
      const item = roster.item(account, old);
      if (!item || !isApproved(item)) return undefined;
      const contact = roster.nameOf(from);
      const cleared = change('subscription request cleared', { account: account.id, contact });
      const gone = change('roster item removed', { account: account.id, contact: item.contact });
      await roster.set(account, inPlaceOf(item, roster.item(account, from), contact), gone, cleared);
      roster.push(account, item.contact);
      roster.push(account, contact);
      return item;
    });
    if (!before) return this.#host.send(stanza);
    const us = roster.addressFor(account, from);
    const say = (type: string, to: Jid, id?: string) =>
      this.#host.send(xml('presence', { type, id, from: us, to: to.toString() }));
    say('subscribed', from, stanza.attrs.id);
    presence.setSeen(account, from, true);
    say('unsubscribed', old);
    if (before.subscription === 'both') {
      say('unsubscribe', old);
      say('subscribe', from, this.#host.store.newId());
    }
    hooks.run('subscription changed', { account, contact: old, from: false, sawBefore: true });
    hooks.run('subscription changed', { account, contact: from, from: true, sawBefore: false });
    this.#tell(account, before, from);
  }

  #tell(account: Account, before: RosterItem, now: Jid): void {
    const { server, store } = this.#host;
    const text = `${before.name || before.contact} has a new address: ${now} in place of ${before.contact}. Your contact list has it already.`;
    const attrs = { from: server.domain, to: this.#host.addressOf(account), id: store.newId() };
    this.#host.send(xml('message', attrs, xml('body', {}, text)));
  }
}

/**
 * The mode knows contacts and strangers, and who moved is no stranger to it. But a rule, a list or who looks after a limited member
 * speaks of this very address, which the old account may name as it likes: it goes the way of any request.
 */
function isForOwnerToSay(host: Host, account: Account, from: Jid): boolean {
  const who = whoIs(host, from);
  if (!who) return false;
  const { decision, by } = host.access.explain({ action: 'presence', who, member: account });
  return decision !== 'allow' && !('mode' in by);
}

const isApproved = (item: RosterItem | undefined) => item?.subscription === 'from' || item?.subscription === 'both';

/** What the member called the contact stays; the new account has yet to let itself be seen. */
function inPlaceOf(old: RosterItem, there: RosterItem | undefined, contact: string): RosterItem {
  const sees = there?.subscription === 'to';
  return {
    contact,
    name: there?.name || old.name,
    groups: there && there.groups.length > 0 ? there.groups : old.groups,
    subscription: sees ? 'both' : 'from',
    ask: !sees && old.subscription === 'both',
    approved: false,
  };
}
