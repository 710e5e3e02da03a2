/** The two hosts of a box with the service that changes servers, and what the database holds of a domain. */
import { onTestFinished } from 'vitest';
import { systemRandom } from '../../../xmpp/clock.ts';
import { extensions } from '../../../xmpp/extensions.ts';
import { Hosts } from '../../../xmpp/hosts.ts';
import { ServerService } from '../../../xmpp/servers/server-service.ts';
import { openForReading } from '../../../xmpp/store/files.ts';
import { silentLog } from '../extensions/harness.ts';
import { type Box, openBox } from '../im/box.ts';

export interface Servers {
  box: Box;
  service: ServerService;
  /** `table.column` of all texts that `holds`, of rows that are not tombstones, and the texts of each. */
  texts(holds: (text: string) => boolean): Map<string, string[]>;
  /** `table.column` of all columns of text. */
  columns(): string[];
}

const ALIVE: Readonly<Record<string, string>> = {
  roster_items: 'removed = 0',
  subscription_requests: 'removed = 0',
  blocked: 'removed = 0',
  node_items: 'removed = 0',
  nodes: 'removed = 0',
  room_affiliations: "affiliation <> 'none'",
  room_hat_wearers: 'worn = 1',
  node_affiliations: "affiliation <> 'none'",
  node_subscriptions: "state <> 'none'",
};

export async function openServers(): Promise<Servers> {
  const { box, folder, close } = await openBox(extensions);
  const db = openForReading(folder);
  onTestFinished(async () => {
    db.close();
    await close();
  });
  const hosts = new Hosts((id) => (id === box.near.server.id ? box.near : box.other));
  for (const { server } of [box.near, box.other]) hosts.add(server.id);
  const { store, clock } = box;
  const service = new ServerService({
    hosts,
    isBeside: () => false,
    store,
    clock,
    random: systemRandom,
    log: silentLog,
  });
  const tables = db
    .all<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'search_words%'")
    .map(({ name }) => name);
  const columns = tables.flatMap((table) =>
    db
      .all<{ name: string }>("SELECT name FROM pragma_table_info(?) WHERE type = 'TEXT'", table)
      .map(({ name }) => ({ table, name })),
  );
  return {
    box,
    service,
    columns: () => columns.map(({ table, name }) => `${table}.${name}`),
    texts: (holds) => {
      const found = columns.map(({ table, name }): [string, string[]] => {
        const rows = db.all<{ text: string | null }>(
          `SELECT ${name} AS text FROM ${table} WHERE ${ALIVE[table] ?? 'true'}`,
        );
        return [`${table}.${name}`, rows.flatMap(({ text }) => (text !== null && holds(text) ? [text] : []))];
      });
      return new Map(found.filter(([, texts]) => texts.length > 0));
    },
  };
}
