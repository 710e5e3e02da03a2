import type { Appliers } from './applier.ts';

export const extrasAppliers = {
  'blocked set'(db, { account, jid }, hlc) {
    db.run(
      `INSERT INTO blocked (account, jid, removed, hlc)
       SELECT :account, :jid, 0, :hlc
       WHERE NOT EXISTS (SELECT 1 FROM blocked WHERE account = :account AND jid = '' AND hlc > :hlc)
       ON CONFLICT DO UPDATE SET removed = 0, hlc = excluded.hlc WHERE excluded.hlc > blocked.hlc`,
      { account, jid, hlc },
    );
  },

  'blocked removed'(db, { account, jid }, hlc) {
    if (jid === undefined) {
      // One mark stands for every row older than it.
      db.run('DELETE FROM blocked WHERE account = ? AND hlc < ?', account, hlc);
    }
    db.run(
      `INSERT INTO blocked (account, jid, removed, hlc) VALUES (?, ?, 1, ?)
       ON CONFLICT DO UPDATE SET removed = 1, hlc = excluded.hlc WHERE excluded.hlc > blocked.hlc`,
      account,
      jid ?? '',
      hlc,
    );
  },

  'vcard set'(db, { account, vcard }, hlc) {
    db.run(
      `INSERT INTO vcards (account, vcard, hlc) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET vcard = excluded.vcard, hlc = excluded.hlc WHERE excluded.hlc > vcards.hlc`,
      account,
      vcard,
      hlc,
    );
  },

  'private data set'(db, { account, name, namespace, data }, hlc) {
    db.run(
      `INSERT INTO private_data (account, name, namespace, data, hlc) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET data = excluded.data, hlc = excluded.hlc WHERE excluded.hlc > private_data.hlc`,
      account,
      name,
      namespace,
      data,
      hlc,
    );
  },

  'push enabled'(db, { account, service, node, resource, client, options, shows, atMs }, hlc) {
    db.run(
      `INSERT INTO push_registrations (account, service, node, resource, client, options, shows, at_ms, removed, hlc)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, ?)
       ON CONFLICT DO UPDATE SET resource = excluded.resource, client = excluded.client, options = excluded.options, shows = excluded.shows,
         at_ms = excluded.at_ms, removed = 0, hlc = excluded.hlc
       WHERE excluded.hlc > push_registrations.hlc`,
      account,
      service,
      node,
      resource,
      client,
      options,
      shows.join(' '),
      atMs,
      hlc,
    );
  },

  'push disabled'(db, { account, service, node }, hlc) {
    db.run(
      `INSERT INTO push_registrations (account, service, node, resource, options, shows, at_ms, removed, hlc)
       VALUES (?, ?, ?, '', '', '', 0, 1, ?)
       ON CONFLICT DO UPDATE SET resource = '', client = '', options = '', shows = '', at_ms = 0, removed = 1, hlc = excluded.hlc
       WHERE excluded.hlc > push_registrations.hlc`,
      account,
      service,
      node,
      hlc,
    );
  },
} satisfies Partial<Appliers>;
