import type { Appliers } from './applier.ts';

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
