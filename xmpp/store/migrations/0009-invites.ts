/** What an invitation is good for beside an account of any name. */
export const sql = `
ALTER TABLE invites ADD COLUMN username TEXT;
ALTER TABLE invites ADD COLUMN befriends INTEGER NOT NULL DEFAULT 0;
ALTER TABLE invites ADD COLUMN registers INTEGER NOT NULL DEFAULT 1;
`;
