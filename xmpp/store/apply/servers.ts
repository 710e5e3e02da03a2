import type { Id } from '../model.ts';
import { accountAppliers } from './accounts.ts';
import type { Appliers } from './applier.ts';
import { roomAppliers } from './rooms.ts';

/** Every table that holds rows of a server, with the column that names it. */
const ownedBy = [
  ['servers', 'id'],
  ['secrets', 'server'],
  ['invites', 'server'],
  ['access_rules', 'server'],
  ['circles', 'server'],
  ['acts', 'server'],
  ['blocklists', 'server'],
  ['blocklist_entries', 'server'],
  ['nodes', 'owner'],
  ['node_items', 'owner'],
  ['node_affiliations', 'owner'],
  ['node_subscriptions', 'owner'],
  ['kept_bytes', 'account'],
] as const;

export const serverAppliers = {
  'server set'(db, server, hlc) {
    db.run(
      `INSERT INTO servers (id, domain, fallbacks, mode, registration, hlc) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET domain = excluded.domain, fallbacks = excluded.fallbacks, mode = excluded.mode,
         registration = excluded.registration, hlc = excluded.hlc
       WHERE excluded.hlc > servers.hlc`,
      server.id,
      server.domain,
      JSON.stringify(server.fallbacks),
      server.mode,
      server.registration,
      hlc,
    );
  },

  'server removed'(db, { server }) {
    for (const { id } of db.all<{ id: Id }>('SELECT id FROM accounts WHERE server = ?', server))
      accountAppliers['account removed'](db, { account: id });
    for (const { id } of db.all<{ id: Id }>('SELECT id FROM rooms WHERE server = ?', server))
      roomAppliers['room removed'](db, { room: id });
    for (const [table, column] of ownedBy) db.run(`DELETE FROM ${table} WHERE ${column} = ?`, server);
    db.run('INSERT INTO removed_accounts (id) VALUES (?) ON CONFLICT DO NOTHING', server);
  },

  'secret set'(db, { server, name, value }, hlc) {
    db.run(
      `INSERT INTO secrets (server, name, value, hlc) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET value = excluded.value, hlc = excluded.hlc WHERE excluded.hlc > secrets.hlc`,
      server,
      name,
      value,
      hlc,
    );
  },
} satisfies Partial<Appliers>;
