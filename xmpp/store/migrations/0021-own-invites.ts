/** Invitations that members make of their own right, and lose with it. */
export const sql = `
ALTER TABLE invites ADD COLUMN own INTEGER NOT NULL DEFAULT 0;
`;
