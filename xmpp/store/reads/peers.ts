import type { PeerRuleRow } from '../model.ts';
import type { Sqlite } from '../sqlite.ts';
import type { PeerReads } from '../store.ts';

interface Row {
  domain: string;
  certificate: number | null;
  dialback: number | null;
  stanzas: number | null;
}

export class SqlitePeers implements PeerReads {
  readonly #db: Sqlite;

  constructor(db: Sqlite) {
    this.#db = db;
  }

  rules(): PeerRuleRow[] {
    const rows: Row[] = this.#db.all(
      'SELECT domain, certificate, dialback, stanzas FROM peer_rules WHERE removed = 0 ORDER BY domain',
    );
    return rows.map(({ domain, certificate, dialback, stanzas }) => ({
      domain,
      ...(certificate === null ? {} : { requireCertificate: certificate === 1 }),
      ...(dialback === null ? {} : { dialback: dialback === 1 }),
      ...(stanzas === null ? {} : { stanzasPerSecond: stanzas }),
    }));
  }
}
