import type { Appliers } from './applier.ts';
import { blocklistAppliers } from './blocklists.ts';

/** A rule or a circle that was removed stays so, whatever comes late. */
export const accessAppliers = {
  ...blocklistAppliers,

  'access rule set'(db, rule, hlc) {
    db.run(
      `INSERT INTO access_rules (id, server, position, subject, action, decision, bytes, set_by, set_ms, why, hlc)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET position = excluded.position, subject = excluded.subject, action = excluded.action,
         decision = excluded.decision, bytes = excluded.bytes, set_by = excluded.set_by, set_ms = excluded.set_ms,
         why = excluded.why, hlc = excluded.hlc
       WHERE excluded.hlc > access_rules.hlc AND access_rules.removed = 0`,
      rule.id,
      rule.server,
      rule.position,
      rule.subject,
      rule.action,
      rule.decision,
      rule.bytes ?? null,
      rule.setBy,
      rule.setMs,
      rule.why,
      hlc,
    );
  },

  'access rule removed'(db, { server, rule }, hlc) {
    db.run(
      `INSERT INTO access_rules (id, server, position, subject, action, decision, set_by, set_ms, why, removed, hlc)
       VALUES (?, ?, 0, '', '*', 'deny', '', 0, '', 1, ?)
       ON CONFLICT DO UPDATE SET removed = 1`,
      rule,
      server,
      hlc,
    );
  },

  'circle set'(db, { id, server, name, room }, hlc) {
    db.run(
      `INSERT INTO circles (id, server, name, room, hlc) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET name = excluded.name, room = excluded.room, hlc = excluded.hlc
       WHERE excluded.hlc > circles.hlc AND circles.removed = 0`,
      id,
      server,
      name,
      room ?? null,
      hlc,
    );
  },

  'circle removed'(db, { circle }, hlc) {
    db.run(
      `INSERT INTO circles (id, server, name, removed, hlc) VALUES (?, '', '', 1, ?) ON CONFLICT DO UPDATE SET removed = 1`,
      circle,
      hlc,
    );
    db.run('DELETE FROM circle_members WHERE circle = ?', circle);
  },

  'circle member set'(db, { circle, account, standing }, hlc) {
    db.run(
      `INSERT INTO circle_members (circle, account, standing, hlc) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET standing = excluded.standing, hlc = excluded.hlc
       WHERE excluded.hlc > circle_members.hlc`,
      circle,
      account,
      standing,
      hlc,
    );
  },

  'approval set'(db, { account, contact, approved }, hlc) {
    db.run(
      `INSERT INTO approvals (account, contact, approved, hlc) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET approved = excluded.approved, hlc = excluded.hlc WHERE excluded.hlc > approvals.hlc`,
      account,
      contact,
      approved ? 1 : 0,
      hlc,
    );
    db.run('DELETE FROM approval_requests WHERE account = ? AND contact = ? AND hlc < ?', account, contact, hlc);
  },

  'approval asked'(db, { account, contact, direction, atMs, stanza }, hlc) {
    db.run(
      `INSERT INTO approval_requests (account, contact, direction, at_ms, stanza, hlc)
       SELECT :account, :contact, :direction, :atMs, :stanza, :hlc
       WHERE NOT EXISTS (SELECT 1 FROM approvals WHERE account = :account AND contact = :contact AND hlc > :hlc)
       ON CONFLICT DO NOTHING`,
      { account, contact, direction, atMs, stanza, hlc },
    );
  },

  'stanza held'(db, { account, id, from, atMs, stanza }, hlc) {
    db.run(
      `INSERT INTO held_stanzas (account, id, sender, at_ms, stanza, hlc)
       SELECT ?, ?, ?, ?, ?, ? WHERE NOT EXISTS (SELECT 1 FROM cleared_senders WHERE account = ? AND sender = ? AND hlc > ?)
       ON CONFLICT DO NOTHING`,
      account,
      id,
      from,
      atMs,
      stanza,
      hlc,
      account,
      from,
      hlc,
    );
  },

  'sender accepted'(db, { account, from }) {
    db.run('INSERT INTO accepted_senders (account, sender) VALUES (?, ?) ON CONFLICT DO NOTHING', account, from);
  },

  'held stanzas cleared'(db, { account, from, beforeMs }, hlc) {
    if (beforeMs !== undefined) {
      db.run('DELETE FROM held_stanzas WHERE account = ? AND sender = ? AND at_ms < ?', account, from, beforeMs);
      return;
    }
    db.run('DELETE FROM held_stanzas WHERE account = ? AND sender = ? AND hlc < ?', account, from, hlc);
    db.run(
      `INSERT INTO cleared_senders (account, sender, hlc) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET hlc = excluded.hlc WHERE excluded.hlc > cleared_senders.hlc`,
      account,
      from,
      hlc,
    );
  },

  'report kept'(db, { account, id, jid, atMs, reason, text, stanzas }) {
    db.run(
      'INSERT INTO reports (account, id, jid, at_ms, reason, words, stanzas) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
      account,
      id,
      jid,
      atMs,
      reason,
      text,
      JSON.stringify(stanzas),
    );
  },

  'reports forgotten'(db, { account, beforeMs }) {
    db.run('DELETE FROM reports WHERE account = ? AND at_ms < ?', account, beforeMs);
  },

  'act recorded'(db, { id, server, atMs, who, from, what, about }) {
    db.run(
      `INSERT INTO acts (id, server, at_ms, who, came_from, what, about) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
      id,
      server,
      atMs,
      who,
      from,
      what,
      about,
    );
  },

  'acts forgotten'(db, { server, beforeMs }) {
    db.run('DELETE FROM acts WHERE server = ? AND at_ms < ?', server, beforeMs);
  },
} satisfies Partial<Appliers>;
