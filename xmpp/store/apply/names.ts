import type { Appliers } from './applier.ts';

/** Columns with addresses, bare or full, of those who made or wrote something. */
const NAMING = [
  ['rooms', 'creator'],
  ['nodes', 'creator'],
  ['node_items', 'publisher'],
  ['approval_requests', 'contact'],
] as const;

export const nameAppliers = {
  'names moved'(db, { from, to }) {
    for (const [table, column] of NAMING) {
      const domain = `substr(${column}, instr(${column}, '@') + 1)`;
      db.run(
        `UPDATE OR REPLACE ${table}
         SET ${column} = substr(${column}, 1, instr(${column}, '@')) || :to || substr(${domain}, length(:from) + 1)
         WHERE ${domain} = :from OR substr(${domain}, 1, length(:from) + 1) = :from || '/'`,
        { from, to },
      );
    }
  },
} satisfies Partial<Appliers>;
