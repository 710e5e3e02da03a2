/**
 * A fallback becomes the primary domain of its server, in one commit: whatever the store knows of the server's addresses is called
 * by the new one, in all servers of the box. docs/servers.md tells owners what follows.
 */
import type { XmppHost } from '../host.ts';
import { type Change, change } from '../store/changes.ts';
import type { Account, Id, RosterItem } from '../store/model.ts';
import type { NodeRow } from '../store/node-model.ts';
import type { NodeReads, Store } from '../store/store.ts';
import type { Moved } from './moved-address.ts';
import { movedItems } from './moved-items.ts';
import { statementOf } from './moved-statement.ts';
import { movedWaiting } from './moved-waiting.ts';

export interface Promotion {
  host: XmppHost;
  /** Of all servers of the box, this one too. */
  hosts: readonly XmppHost[];
  from: string;
  to: string;
  moved: Moved;
  /** Of the services beside the server's domains. */
  labels: readonly string[];
}

export function promotionChanges(promotion: Promotion): Change[] {
  const { host, hosts, from, to, labels } = promotion;
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
    change('names moved', { from, to }),
    ...labels.map((label) => change('names moved', { from: `${label}.${from}`, to: `${label}.${to}` })),
  ];
}

function changesOf(promotion: Promotion, host: XmppHost, account: Account): Change[] {
  const { moved, from, to } = promotion;
  const { store } = host;
  const { id } = account;
  const preferences = store.archive.preferences(id);
  const renamed = (jids: string[]) => jids.map((jid) => moved(jid) ?? jid);
  return [
    ...rosterChanges(promotion, host, account),
    ...movedWaiting(host, account, moved, (jid) => isHere(promotion, domainOf(jid))),
    // The old address goes on being answered, so it stays blocked as well.
    ...store.extras.blocked(id).flatMap((blocked) => {
      const jid = moved(blocked);
      return jid === undefined ? [] : [change('blocked set', { account: id, jid })];
    }),
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
    ...movedItems(store, account, moved),
  ];
}

const domainOf = (jid: string) => jid.slice(jid.indexOf('@') + 1);

export const isHere = ({ hosts }: Promotion, domain: string): boolean => hosts.some((each) => each.serves(domain));

function rosterChanges(promotion: Promotion, host: XmppHost, account: Account): Change[] {
  const { host: promoted, from, to, moved } = promotion;
  const { roster } = host.store;
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
    const strange = item.subscription === 'none' && !item.ask;
    if (host !== promoted || strange || isHere(promotion, domainOf(item.contact))) return [];
    return [change('roster item set', { account: account.id, item: knownAt(item, item.knowsUsAt ?? from, to) })];
  });
}

/** The contact elsewhere knows the member by the old domain until it says otherwise. */
function knownAt({ knowsUsAt: _, ...item }: RosterItem, domain: string, primary: string): RosterItem {
  return domain === primary ? item : { ...item, knowsUsAt: domain };
}

function roomChanges({ moved, from, to }: Promotion, { store, server }: XmppHost): Change[] {
  return store.rooms.list(server.id).flatMap(({ id: room }) => [
    change('archive addresses moved', { account: room, from, to }),
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
  return nodes.nodes(owner).flatMap((row) => [...contactChanges(row, moved), ...standingChanges(nodes, row, moved)]);
}

/** Whom to ask about a node. */
function contactChanges({ config, ...row }: NodeRow, moved: Moved): Change[] {
  const contact = (config.contact ?? '')
    .split('\n')
    .map((jid) => moved(jid) ?? jid)
    .join('\n');
  return contact === (config.contact ?? '') ? [] : [change('node set', { ...row, config: { ...config, contact } })];
}

function standingChanges(nodes: NodeReads, { owner, node }: NodeRow, moved: Moved): Change[] {
  return [
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
  ];
}

/** A rule about a person or a domain of ours is about the same by its new name. */
function ruleChanges({ moved }: Promotion, { store, server }: XmppHost): Change[] {
  return store.access.rules(server.id).flatMap((rule) => {
    const [, kind = '', value = ''] = /^(account|domain):(.*)$/.exec(rule.subject) ?? [];
    const now = kind === '' ? undefined : moved(value);
    return now === undefined ? [] : [change('access rule set', { ...rule, subject: `${kind}:${now}` })];
  });
}
