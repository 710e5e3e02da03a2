/** Rules, circles, what is held of strangers, and the record of administrative acts. */
export const sql = `
CREATE TABLE access_rules (
  id TEXT PRIMARY KEY,
  server TEXT NOT NULL,
  position REAL NOT NULL,
  subject TEXT NOT NULL,
  action TEXT NOT NULL,
  decision TEXT NOT NULL,
  bytes INTEGER,
  set_by TEXT NOT NULL,
  set_ms INTEGER NOT NULL,
  why TEXT NOT NULL,
  removed INTEGER NOT NULL DEFAULT 0,
  hlc TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX access_rules_of ON access_rules (server, position);

CREATE TABLE circles (
  id TEXT PRIMARY KEY,
  server TEXT NOT NULL,
  name TEXT NOT NULL,
  removed INTEGER NOT NULL DEFAULT 0,
  hlc TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX circles_of ON circles (server);

CREATE TABLE circle_members (
  circle TEXT NOT NULL,
  account TEXT NOT NULL,
  standing TEXT NOT NULL,
  hlc TEXT NOT NULL,
  PRIMARY KEY (circle, account)
) STRICT, WITHOUT ROWID;
CREATE INDEX circle_members_of ON circle_members (account);

CREATE TABLE approvals (
  account TEXT NOT NULL,
  contact TEXT NOT NULL,
  approved INTEGER NOT NULL,
  hlc TEXT NOT NULL,
  PRIMARY KEY (account, contact)
) STRICT, WITHOUT ROWID;

CREATE TABLE held_stanzas (
  account TEXT NOT NULL,
  id TEXT NOT NULL,
  sender TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  stanza TEXT NOT NULL,
  hlc TEXT NOT NULL,
  PRIMARY KEY (account, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE accepted_senders (
  account TEXT NOT NULL,
  sender TEXT NOT NULL,
  PRIMARY KEY (account, sender)
) STRICT, WITHOUT ROWID;

CREATE TABLE cleared_senders (
  account TEXT NOT NULL,
  sender TEXT NOT NULL,
  hlc TEXT NOT NULL,
  PRIMARY KEY (account, sender)
) STRICT, WITHOUT ROWID;

CREATE TABLE acts (
  id TEXT PRIMARY KEY,
  server TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  who TEXT NOT NULL,
  came_from TEXT NOT NULL,
  what TEXT NOT NULL,
  about TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX acts_of ON acts (server, id);
`;
