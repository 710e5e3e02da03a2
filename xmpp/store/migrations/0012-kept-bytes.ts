/**
 * How many bytes an account or a room keeps of each kind, for its limits: counted as rows come and go, whoever writes them, so that
 * no write has to add up the rest.
 */
const COUNTED = [
  ['archive', 'archive', 'account', 'stanza'],
  ['nodes', 'node_items', 'owner', 'payload'],
  ['private', 'private_data', 'account', 'data'],
] as const;

function triggers([kind, table, owner, text]: (typeof COUNTED)[number]): string {
  const plus = `
    INSERT INTO kept_bytes (account, kind, bytes)
    SELECT NEW.${owner}, '${kind}', octet_length(NEW.${text}) WHERE octet_length(NEW.${text}) > 0
    ON CONFLICT DO UPDATE SET bytes = bytes + excluded.bytes;`;
  const minus = `
    UPDATE kept_bytes SET bytes = bytes - octet_length(OLD.${text}) WHERE account = OLD.${owner} AND kind = '${kind}';
    DELETE FROM kept_bytes WHERE account = OLD.${owner} AND kind = '${kind}' AND bytes <= 0;`;
  return `
CREATE TRIGGER kept_${kind}_added AFTER INSERT ON ${table} BEGIN ${plus}
END;
CREATE TRIGGER kept_${kind}_changed AFTER UPDATE OF ${text} ON ${table} BEGIN ${minus} ${plus}
END;
CREATE TRIGGER kept_${kind}_removed AFTER DELETE ON ${table} BEGIN ${minus}
END;
INSERT INTO kept_bytes (account, kind, bytes)
SELECT ${owner}, '${kind}', sum(octet_length(${text})) AS total FROM ${table} GROUP BY ${owner} HAVING total > 0;
`;
}

export const sql = `
CREATE TABLE kept_bytes (
  account TEXT NOT NULL,
  kind TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  PRIMARY KEY (account, kind)
) STRICT, WITHOUT ROWID;
${COUNTED.map(triggers).join('')}`;
