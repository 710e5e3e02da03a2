/** By which domain of a server a contact elsewhere knows its member, where that is not the primary one. */
export const sql = `
ALTER TABLE roster_items ADD COLUMN knows_us_at TEXT NOT NULL DEFAULT '';
`;
