/** What circles bring to rosters, their rooms, and invitations into them; invitations to set a new password. */
export const sql = `
ALTER TABLE circles ADD COLUMN room TEXT;
ALTER TABLE roster_items ADD COLUMN circles TEXT;
ALTER TABLE invites ADD COLUMN circle TEXT;
ALTER TABLE invites ADD COLUMN resets TEXT;
CREATE INDEX invite_uses_by_account ON invite_uses (account);
`;
