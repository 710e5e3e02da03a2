import { packCredentials } from '../credentials.ts';
import type { Account, Credential, Id, Role } from '../model.ts';
import type { Sqlite } from '../sqlite.ts';
import type { Appliers } from './applier.ts';
import { voidClients } from './clients.ts';
import { dropStrayWords } from './search.ts';

/** Every table that holds rows of an account, with the column that names it. */
const ownedBy = [
  ['accounts', 'id'],
  ['account_states', 'account'],
  ['credentials', 'account'],
  ['added_credentials', 'account'],
  ['clients', 'account'],
  ['last_seen', 'account'],
  ['roster_items', 'account'],
  ['subscription_requests', 'account'],
  ['archive', 'account'],
  ['archive_sizes', 'account'],
  ['archive_preferences', 'account'],
  ['archive_searches', 'account'],
  ['offline_messages', 'account'],
  ['blocked', 'account'],
  ['circle_members', 'account'],
  ['approvals', 'account'],
  ['approval_requests', 'account'],
  ['reports', 'account'],
  ['held_stanzas', 'account'],
  ['accepted_senders', 'account'],
  ['cleared_senders', 'account'],
  ['vcards', 'account'],
  ['private_data', 'account'],
  ['push_registrations', 'account'],
  ['nodes', 'owner'],
  ['node_items', 'owner'],
  ['node_affiliations', 'owner'],
  ['node_subscriptions', 'owner'],
  ['upload_slots', 'account'],
  ['stored_uploads', 'account'],
  ['removed_uploads', 'account'],
  ['kept_bytes', 'account'],
] as const;

export const accountAppliers = {
  'account created'(db, { account, credentials }, hlc) {
    db.run(
      'INSERT INTO accounts (id, server, local, created_ms) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO NOTHING',
      account.id,
      account.server,
      account.local,
      account.createdMs,
    );
    setRole(db, account.id, account.role, hlc);
    setStatus(db, account.id, account.status, hlc);
    setCredentials(db, account.id, credentials, hlc);
  },

  'credentials set'(db, { account, credentials }, hlc) {
    setCredentials(db, account, credentials, hlc);
  },

  'credential added'(db, { account, credential }, hlc) {
    db.run(
      `INSERT INTO added_credentials (account, hash, keys, hlc)
       SELECT :account, :hash, :keys, :hlc
       WHERE NOT EXISTS (SELECT 1 FROM credentials WHERE account = :account AND hlc > :hlc)
       ON CONFLICT DO UPDATE SET keys = excluded.keys, hlc = excluded.hlc WHERE excluded.hlc > added_credentials.hlc`,
      { account, hash: credential.hash, keys: packCredentials([credential]), hlc },
    );
  },

  'role set'(db, { account, role }, hlc) {
    setRole(db, account, role, hlc);
  },

  'account status set'(db, { account, status }, hlc) {
    setStatus(db, account, status, hlc);
  },

  'account removed'(db, { account }) {
    for (const [table, column] of ownedBy) db.run(`DELETE FROM ${table} WHERE ${column} = ?`, account);
    dropStrayWords(db, account);
    db.run('INSERT INTO removed_accounts (id) VALUES (?) ON CONFLICT DO NOTHING', account);
  },

  'last seen set'(db, { account, atMs, status }, hlc) {
    db.run(
      `INSERT INTO last_seen (account, at_ms, status, hlc) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET at_ms = excluded.at_ms, status = excluded.status, hlc = excluded.hlc
       WHERE excluded.hlc > last_seen.hlc`,
      account,
      atMs,
      status,
      hlc,
    );
  },
} satisfies Partial<Appliers>;

function setRole(db: Sqlite, account: Id, role: Role, hlc: string): void {
  db.run(
    `INSERT INTO account_states (account, role, role_hlc) VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET role = excluded.role, role_hlc = excluded.role_hlc
     WHERE excluded.role_hlc > account_states.role_hlc`,
    account,
    role,
    hlc,
  );
}

function setStatus(db: Sqlite, account: Id, status: Account['status'], hlc: string): void {
  db.run(
    `INSERT INTO account_states (account, status, status_hlc) VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET status = excluded.status, status_hlc = excluded.status_hlc
     WHERE excluded.status_hlc > account_states.status_hlc`,
    account,
    status,
    hlc,
  );
  voidClients(db, account, hlc);
}

function setCredentials(db: Sqlite, account: Id, credentials: Credential[], hlc: string): void {
  db.run(
    `INSERT INTO credentials (account, keys, hlc) VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET keys = excluded.keys, hlc = excluded.hlc WHERE excluded.hlc > credentials.hlc`,
    account,
    packCredentials(credentials),
    hlc,
  );
  db.run('DELETE FROM added_credentials WHERE account = ? AND hlc < ?', account, hlc);
  voidClients(db, account, hlc);
}
