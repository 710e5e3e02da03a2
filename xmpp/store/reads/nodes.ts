import type { Id } from '../model.ts';
import type {
  NodeAffiliation,
  NodeItem,
  NodeItemPage,
  NodeItemQuery,
  NodeRow,
  NodeSubscription,
} from '../node-model.ts';
import type { Sqlite } from '../sqlite.ts';
import type { NodeReads } from '../store.ts';

type ConfigText = Omit<NodeRow, 'config'> & { config: string };
type OptionsText = Omit<NodeSubscription, 'options'> & { options: string };

const selectNode =
  'SELECT owner, node, config, creator, created_ms AS createdMs FROM nodes WHERE removed = 0 AND owner = ?';
const selectItem = 'SELECT owner, node, id, publisher, at_ms AS atMs, payload FROM node_items';
const selectAffiliation = "SELECT owner, node, jid, affiliation FROM node_affiliations WHERE affiliation <> 'none'";
const selectSubscription = "SELECT owner, node, jid, state, options FROM node_subscriptions WHERE state <> 'none'";

const alive = 'owner = :owner AND node = :node AND removed = 0 AND at_ms >= :sinceMs';
/** When an item was published, among those of its node. */
const placeOf = (id: string) => `(SELECT hlc FROM node_items WHERE owner = :owner AND node = :node AND id = ${id})`;

export class SqliteNodes implements NodeReads {
  readonly #db: Sqlite;

  constructor(db: Sqlite) {
    this.#db = db;
  }

  nodes(owner: Id): NodeRow[] {
    return this.#db.all<ConfigText>(`${selectNode} ORDER BY node`, owner).map(withConfig);
  }

  node(owner: Id, node: string): NodeRow | undefined {
    const row = this.#db.get<ConfigText>(`${selectNode} AND node = ?`, owner, node);
    return row && withConfig(row);
  }

  items(owner: Id, node: string, max?: number): NodeItem[] {
    // SQLite reads -1 as no limit.
    const query = `${selectItem} WHERE owner = ? AND node = ? AND removed = 0 ORDER BY hlc DESC LIMIT ?`;
    return this.#db.all<NodeItem>(query, owner, node, max ?? -1).reverse();
  }

  item(owner: Id, node: string, id: string): NodeItem | undefined {
    return this.#db.get<NodeItem>(
      `${selectItem} WHERE owner = ? AND node = ? AND removed = 0 AND id = ?`,
      owner,
      node,
      id,
    );
  }

  page({ owner, node, sinceMs, afterId, beforeId, limit, fromEnd }: NodeItemQuery): NodeItemPage {
    const bounds = {
      owner,
      node,
      sinceMs,
      limit,
      ...(afterId === undefined ? {} : { afterId }),
      ...(beforeId === undefined ? {} : { beforeId }),
    };
    const after = afterId === undefined ? '' : `AND hlc > ${placeOf(':afterId')}`;
    const before = beforeId === undefined ? '' : `AND hlc < ${placeOf(':beforeId')}`;
    const order = fromEnd ? 'DESC' : 'ASC';
    const items = this.#db.all<NodeItem>(
      `${selectItem} WHERE ${alive} ${after} ${before} ORDER BY hlc ${order} LIMIT :limit`,
      bounds,
    );
    if (fromEnd) items.reverse();
    // All of them, as most nodes hold few: nothing is left to count.
    if (after === '' && before === '' && items.length < limit) return { items, total: items.length, index: 0 };
    const all = { owner, node, sinceMs };
    return { items, total: this.#count(all), index: this.#index(items[0], all) };
  }

  count(owner: Id, node: string, sinceMs: number): number {
    return this.#count({ owner, node, sinceMs });
  }

  oldest(owner: Id, node: string, count: number): string[] {
    const query = 'SELECT id FROM node_items WHERE owner = ? AND node = ? AND removed = 0 ORDER BY hlc LIMIT ?';
    return this.#db.all<{ id: string }>(query, owner, node, count).map(({ id }) => id);
  }

  affiliations(owner: Id, node: string): NodeAffiliation[] {
    return this.#db.all<NodeAffiliation>(`${selectAffiliation} AND owner = ? AND node = ? ORDER BY jid`, owner, node);
  }

  affiliation(owner: Id, node: string, jid: string): NodeAffiliation | undefined {
    return this.#db.get<NodeAffiliation>(
      `${selectAffiliation} AND owner = ? AND node = ? AND jid = ?`,
      owner,
      node,
      jid,
    );
  }

  affiliationsOf(jid: string, owner?: Id): NodeAffiliation[] {
    const query = `${selectAffiliation} AND jid = ? AND owner = coalesce(?, owner) ORDER BY owner, node`;
    return this.#db.all<NodeAffiliation>(query, jid, owner ?? null);
  }

  subscriptions(owner: Id, node: string): NodeSubscription[] {
    return this.#db
      .all<OptionsText>(`${selectSubscription} AND owner = ? AND node = ? ORDER BY jid`, owner, node)
      .map(withOptions);
  }

  subscription(owner: Id, node: string, jid: string): NodeSubscription | undefined {
    const row = this.#db.get<OptionsText>(
      `${selectSubscription} AND owner = ? AND node = ? AND jid = ?`,
      owner,
      node,
      jid,
    );
    return row && withOptions(row);
  }

  subscriptionsOf(bare: string, owner?: Id): NodeSubscription[] {
    // '0' follows '/': the full addresses of a bare one lie between the two.
    const query = `${selectSubscription} AND (jid = ? OR (jid > ? AND jid < ?)) AND owner = coalesce(?, owner)
      ORDER BY owner, node, jid`;
    return this.#db.all<OptionsText>(query, bare, `${bare}/`, `${bare}0`, owner ?? null).map(withOptions);
  }

  #count(bounds: { owner: Id; node: string; sinceMs: number }): number {
    return (
      this.#db.get<{ count: number }>(`SELECT count(*) AS count FROM node_items WHERE ${alive}`, bounds)?.count ?? 0
    );
  }

  #index(first: NodeItem | undefined, bounds: { owner: Id; node: string; sinceMs: number }): number {
    if (!first) return 0;
    const query = `SELECT count(*) AS count FROM node_items WHERE ${alive} AND hlc < ${placeOf(':id')}`;
    return this.#db.get<{ count: number }>(query, { ...bounds, id: first.id })?.count ?? 0;
  }
}

function withConfig(row: ConfigText): NodeRow {
  return { ...row, config: JSON.parse(row.config) as Record<string, string> };
}

function withOptions(row: OptionsText): NodeSubscription {
  return { ...row, options: JSON.parse(row.options) as Record<string, string> };
}
