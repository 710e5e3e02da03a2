import type { Id, PepItem, PepNode } from '../model.ts';
import type { Sqlite } from '../sqlite.ts';
import type { PepReads } from '../store.ts';

type NodeRow = Omit<PepNode, 'config'> & { config: string };

const selectNode = 'SELECT owner, node, config FROM pep_nodes WHERE removed = 0 AND owner = ?';
const selectItem = `SELECT owner, node, id, publisher, at_ms AS atMs, payload FROM pep_items
  WHERE owner = ? AND node = ? AND removed = 0`;

export class SqlitePep implements PepReads {
  readonly #db: Sqlite;

  constructor(db: Sqlite) {
    this.#db = db;
  }

  nodes(owner: Id): PepNode[] {
    return this.#db.all<NodeRow>(`${selectNode} ORDER BY node`, owner).map((row) => nodeOf(row));
  }

  node(owner: Id, node: string): PepNode | undefined {
    const row = this.#db.get<NodeRow>(`${selectNode} AND node = ?`, owner, node);
    return row && nodeOf(row);
  }

  items(owner: Id, node: string, max?: number): PepItem[] {
    // SQLite reads -1 as no limit.
    return this.#db.all<PepItem>(`${selectItem} ORDER BY hlc DESC LIMIT ?`, owner, node, max ?? -1).reverse();
  }

  item(owner: Id, node: string, id: string): PepItem | undefined {
    return this.#db.get<PepItem>(`${selectItem} AND id = ?`, owner, node, id);
  }
}

function nodeOf(row: NodeRow): PepNode {
  return { ...row, config: JSON.parse(row.config) as Record<string, string> };
}
