/**
 * A fallback becomes the primary domain of its server, in one commit: whatever the store knows of the server's addresses is called
 * by the new one, in all servers of the box. docs/servers.md tells owners what follows.
 */
import type { XmppHost } from '../host.ts';
import { type Change, change } from '../store/changes.ts';
import type { Account, Id, RosterItem } from '../store/model.ts';
import type { Store } from '../store/store.ts';
import type { Moved } from './moved-address.ts';
import { movedBookmarks } from './moved-bookmarks.ts';
import { statementOf } from './moved-statement.ts';

export interface Promotion {
  host: XmppHost;
  /** Of all servers of the box, this one too. */
  hosts: readonly XmppHost[];
  from: string;
  to: string;
  moved: Moved;
}

export function promotionChanges(promotion: Promotion): Change[] {
  const { host, hosts, from, to } = promotion;
  const { server } = host;
  const fallbacks = [from, ...server.fallbacks.filter((domain) => domain !== to)];
  return [
    change('server set', { ...server, domain: to, fallbacks }),
    ...host.accounts.list().flatMap((account) => statementOf(host, account, to)),
    ...hosts.flatMap((each) => [
      ...each.accounts.list().flatMap((account) => changesOf(promotion, each, account)),
      ...roomChanges(promotion, each),
      ...nodeChanges(each.store, each.server.id, promotion.moved),
      ...ruleChanges(promotion, each),
    ]),
  ];
}

function changesOf(promotion: Promotion, host: XmppHost, account: Account): Change[] {
  const { moved, from, to } = promotion;
  const { store } = host;
  const { id } = account;
  const pairs = <T>(all: readonly T[], jidOf: (one: T) => string) =>
    all.flatMap((one) => {
      const now = moved(jidOf(one));
      return now === undefined ? [] : [{ one, now }];
    });
  const preferences = store.archive.preferences(id);
  const renamed = (jids: string[]) => jids.map((jid) => moved(jid) ?? jid);
  return [
    ...rosterChanges(promotion, host, account),
    ...pairs(store.roster.requests(id), ({ contact }) => contact).flatMap(({ one: { contact, stanza }, now }) => [
      change('subscription request cleared', { account: id, contact }),
      change('subscription request kept', { account: id, contact: now, stanza: stanza.replaceAll(contact, now) }),
    ]),
    // The old address goes on being answered, so it stays blocked as well.
    ...pairs(store.extras.blocked(id), (jid) => jid).map(({ now }) => change('blocked set', { account: id, jid: now })),
    ...pairs(store.access.approved(id), (jid) => jid).map(({ now }) =>
      change('approval set', { account: id, contact: now, approved: true }),
    ),
    ...(preferences
      ? [
          change('archive preferences set', {
            account: id,
            preferences: {
              ...preferences,
              always: renamed(preferences.always),
              never: renamed(preferences.never),
            },
          }),
        ]
      : []),
    change('archive addresses moved', { account: id, from, to }),
    change('archive addresses moved', { account: id, from: `rooms.${from}`, to: `rooms.${to}` }),
    ...nodeChanges(store, id, moved),
    ...movedBookmarks(store, account, moved),
  ];
}

function rosterChanges(
  { host: promoted, hosts, from, to, moved }: Promotion,
  host: XmppHost,
  account: Account,
): Change[] {
  const { roster } = host.store;
  const isHere = (domain: string) => hosts.some((each) => each.serves(domain));
  return roster.items(account.id).flatMap((item): Change[] => {
    const contact = moved(item.contact);
    if (contact !== undefined) {
      const there = roster.item(account.id, contact);
      return [
        change('roster item removed', { account: account.id, contact: item.contact }),
        ...(there && there.subscription !== 'none'
          ? []
          : [change('roster item set', { account: account.id, item: { ...item, contact } })]),
      ];
    }
    const domain = item.contact.slice(item.contact.indexOf('@') + 1);
    const strange = item.subscription === 'none' && !item.ask;
    if (host !== promoted || strange || isHere(domain)) return [];
    return [change('roster item set', { account: account.id, item: knownAt(item, item.knowsUsAt ?? from, to) })];
  });
}

/** The contact elsewhere knows the member by the old domain until it says otherwise. */
function knownAt({ knowsUsAt: _, ...item }: RosterItem, domain: string, primary: string): RosterItem {
  return domain === primary ? item : { ...item, knowsUsAt: domain };
}

function roomChanges({ moved }: Promotion, { store, server }: XmppHost): Change[] {
  return store.rooms.list(server.id).flatMap(({ id: room }) => [
    ...store.rooms.affiliations(room).flatMap((standing) => {
      const jid = moved(standing.jid);
      if (jid === undefined) return [];
      return [
        change('room affiliation set', { room, ...standing, affiliation: 'none' }),
        change('room affiliation set', { room, ...standing, jid }),
      ];
    }),
    ...store.rooms.hatWearers(room).flatMap(({ uri, jid: before }) => {
      const jid = moved(before);
      if (jid === undefined) return [];
      return [
        change('room hat worn', { room, uri, jid: before, worn: false }),
        change('room hat worn', { room, uri, jid, worn: true }),
      ];
    }),
  ]);
}

function nodeChanges({ nodes }: Store, owner: Id, moved: Moved): Change[] {
  return nodes.nodes(owner).flatMap(({ node }) => [
    ...nodes.affiliations(owner, node).flatMap((standing) => {
      const jid = moved(standing.jid);
      if (jid === undefined) return [];
      return [
        change('node affiliation set', { ...standing, affiliation: 'none' }),
        change('node affiliation set', { ...standing, jid }),
      ];
    }),
    ...nodes.subscriptions(owner, node).flatMap((subscription) => {
      const jid = moved(subscription.jid);
      if (jid === undefined) return [];
      return [
        change('node subscription set', { ...subscription, state: 'none' }),
        change('node subscription set', { ...subscription, jid }),
      ];
    }),
  ]);
}

/** A rule about a person or a domain of ours is about the same by its new name. */
function ruleChanges({ moved }: Promotion, { store, server }: XmppHost): Change[] {
  return store.access.rules(server.id).flatMap((rule) => {
    const [, kind = '', value = ''] = /^(account|domain):(.*)$/.exec(rule.subject) ?? [];
    const now = kind === '' ? undefined : moved(value);
    return now === undefined ? [] : [change('access rule set', { ...rule, subject: `${kind}:${now}` })];
  });
}
