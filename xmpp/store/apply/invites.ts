import type { Appliers } from './applier.ts';

/** The row of an invite never changes; its uses and its revocation are facts of their own, which no order of arrival undoes. */
export const inviteAppliers = {
  'invite created'(db, invite) {
    db.run(
      `INSERT INTO invites (code, server, role, created_by, created_ms, expires_ms, uses, uses_left, note, username,
         befriends, registers, circle, resets, own)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
      invite.code,
      invite.server,
      invite.role,
      invite.createdBy ?? null,
      invite.createdMs,
      invite.expiresMs,
      invite.uses,
      invite.usesLeft,
      invite.note,
      invite.username ?? null,
      invite.befriends ? 1 : 0,
      invite.registers === false ? 0 : 1,
      invite.circle ?? null,
      invite.resets ?? null,
      invite.own ? 1 : 0,
    );
  },

  'invite used'(db, { code, account }) {
    db.run('INSERT INTO invite_uses (code, account) VALUES (?, ?) ON CONFLICT DO NOTHING', code, account);
  },

  'invite revoked'(db, { code }) {
    db.run('INSERT INTO revoked_invites (code) VALUES (?) ON CONFLICT DO NOTHING', code);
  },
} satisfies Partial<Appliers>;
