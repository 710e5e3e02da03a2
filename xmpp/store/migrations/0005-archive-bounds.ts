/** How far back an archive reaches, where it is kept for a time only. */
export const sql = `
-- Messages before are void, so that one which arrives late does not come back.
ALTER TABLE archive_sizes ADD COLUMN pruned_ms INTEGER NOT NULL DEFAULT 0;
`;
