/** Which of its member's clients wants to be told (XEP-0388's id of it; '' for none), so that what takes the one away ends the other. */
export const sql = `
ALTER TABLE push_registrations ADD COLUMN client TEXT NOT NULL DEFAULT '';
`;
