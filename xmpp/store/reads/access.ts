import type {
  AccessRule,
  Act,
  Approval,
  ApprovalRequest,
  BlocklistEntry,
  Circle,
  CircleMember,
  HeldSender,
  HeldStanza,
  KeptBlocklist,
  Report,
} from '../access-model.ts';
import { ReadCache } from '../cache.ts';
import type { Change } from '../changes.ts';
import type { Id } from '../model.ts';
import type { Sqlite } from '../sqlite.ts';
import type { AccessReads } from '../store.ts';

type RuleRow = Omit<AccessRule, 'bytes'> & { bytes: number | null };
type CircleRow = Omit<Circle, 'room'> & { room: string | null };

export class SqliteAccess implements AccessReads {
  readonly #db: Sqlite;
  readonly #rules = new ReadCache<readonly AccessRule[]>(100);
  readonly #circlesOf = new ReadCache<readonly CircleMember[]>(1000);

  constructor(db: Sqlite) {
    this.#db = db;
  }

  rules(server: Id): AccessRule[] {
    return [...this.#rules.get(server, () => this.#readRules(server))];
  }

  circles(server: Id): Circle[] {
    return this.#db
      .all<CircleRow>(
        'SELECT id, server, name, room FROM circles WHERE server = ? AND removed = 0 ORDER BY name, id',
        server,
      )
      .map(({ room, ...circle }) => (room === null ? circle : { ...circle, room }));
  }

  members(circle: Id): CircleMember[] {
    return this.#db.all<CircleMember>(
      `SELECT circle, account, standing FROM circle_members WHERE circle = ? AND standing <> 'none' ORDER BY account`,
      circle,
    );
  }

  circlesOf(account: Id): CircleMember[] {
    return [...this.#circlesOf.get(account, () => this.#readCirclesOf(account))];
  }

  approved(account: Id): string[] {
    return this.#db
      .all<{ contact: string }>(
        'SELECT contact FROM approvals WHERE account = ? AND approved = 1 ORDER BY contact',
        account,
      )
      .map(({ contact }) => contact);
  }

  approvals(account: Id): Approval[] {
    return this.#db
      .all<Omit<Approval, 'approved'> & { approved: number }>(
        'SELECT account, contact, approved FROM approvals WHERE account = ? ORDER BY contact',
        account,
      )
      .map((row) => ({ ...row, approved: row.approved === 1 }));
  }

  refused(account: Id, contact: string): boolean {
    const row = this.#db.get<{ approved: number }>(
      'SELECT approved FROM approvals WHERE account = ? AND contact = ?',
      account,
      contact,
    );
    return row?.approved === 0;
  }

  approvalRequests(server: Id): ApprovalRequest[] {
    return this.#db.all<ApprovalRequest>(
      `SELECT account, contact, direction, at_ms AS atMs, stanza FROM approval_requests
       JOIN accounts ON accounts.id = account WHERE server = ? ORDER BY at_ms, account, contact`,
      server,
    );
  }

  reports(server: Id): Report[] {
    return this.#db
      .all<Omit<Report, 'stanzas'> & { stanzas: string }>(
        `SELECT account, reports.id AS id, jid, at_ms AS atMs, reason, words AS text, stanzas FROM reports
         JOIN accounts ON accounts.id = account WHERE server = ? ORDER BY reports.id DESC`,
        server,
      )
      .map(({ stanzas, ...report }) => ({ ...report, stanzas: JSON.parse(stanzas) as string[] }));
  }

  accepts(account: Id, from: string): boolean {
    return this.#db.get('SELECT 1 FROM accepted_senders WHERE account = ? AND sender = ?', account, from) !== undefined;
  }

  accepted(account: Id): string[] {
    return this.#db
      .all<{ sender: string }>('SELECT sender FROM accepted_senders WHERE account = ? ORDER BY sender', account)
      .map(({ sender }) => sender);
  }

  held(account: Id): HeldStanza[] {
    return this.#db.all<HeldStanza>(
      'SELECT account, id, sender AS "from", at_ms AS atMs, stanza FROM held_stanzas WHERE account = ? ORDER BY id',
      account,
    );
  }

  senders(server: Id): HeldSender[] {
    return this.#db.all<HeldSender>(
      `SELECT account, sender AS "from", count(*) AS stanzas, min(held_stanzas.at_ms) AS sinceMs
       FROM held_stanzas JOIN accounts ON accounts.id = account WHERE server = ?
       GROUP BY account, sender ORDER BY min(held_stanzas.id)`,
      server,
    );
  }

  hasContactAt(server: Id, domain: string): boolean {
    const found = this.#db.get(
      `SELECT 1 FROM roster_items JOIN accounts ON accounts.id = roster_items.account
       WHERE accounts.server = ? AND removed = 0 AND (contact = ? OR contact LIKE '%@' || ? ESCAPE '\\') LIMIT 1`,
      server,
      domain,
      domain.replace(/[\\%_]/g, '\\$&'),
    );
    return found !== undefined;
  }

  isContact(server: Id, jid: string): boolean {
    const found = this.#db.get(
      `SELECT 1 FROM roster_items JOIN accounts ON accounts.id = roster_items.account
       WHERE accounts.server = ? AND removed = 0 AND contact = ? LIMIT 1`,
      server,
      jid,
    );
    return found !== undefined;
  }

  contacts(server: Id): string[] {
    return this.#db
      .all<{ contact: string }>(
        `SELECT DISTINCT contact FROM roster_items JOIN accounts ON accounts.id = roster_items.account
         WHERE accounts.server = ? AND removed = 0 ORDER BY contact`,
        server,
      )
      .map(({ contact }) => contact);
  }

  blocklists(server: Id): KeptBlocklist[] {
    return this.#db
      .all<Omit<KeptBlocklist, 'since'>>(
        'SELECT service, node, read_ms AS readMs, entries FROM blocklists WHERE server = ? AND removed = 0 ORDER BY service, node',
        server,
      )
      .map((list) => ({ ...list, since: this.#entriesSince(server, list) }));
  }

  acts(server: Id, limit: number, before?: Id): Act[] {
    return this.#db.all<Act>(
      `SELECT id, server, at_ms AS atMs, who, came_from AS "from", what, about
       FROM acts WHERE server = ? AND id < coalesce(?, '~') ORDER BY id DESC LIMIT ?`,
      server,
      before ?? null,
      limit,
    );
  }

  actsBeyond(server: Id, keep: number): number | undefined {
    return this.#db.get<{ atMs: number }>(
      'SELECT at_ms AS atMs FROM acts WHERE server = ? ORDER BY id DESC LIMIT 1 OFFSET ?',
      server,
      keep,
    )?.atMs;
  }

  /** Drops from the caches what this change made stale. */
  forget(change: Change): void {
    switch (change.kind) {
      case 'access rule set':
      case 'access rule removed':
        this.#rules.forget(change.data.server);
        break;
      case 'circle member set':
      case 'account removed':
        this.#circlesOf.forget(change.data.account);
        break;
      case 'circle removed':
        this.#circlesOf.clear();
        break;
      default:
    }
  }

  #readRules(server: Id): AccessRule[] {
    const rows = this.#db.all<RuleRow>(
      `SELECT id, server, position, subject, action, decision, bytes, set_by AS setBy, set_ms AS setMs, why
       FROM access_rules WHERE server = ? AND removed = 0 ORDER BY position, id`,
      server,
    );
    return rows.map(({ bytes, ...rule }) => Object.freeze(bytes === null ? rule : { ...rule, bytes }));
  }

  #entriesSince(server: Id, { service, node }: Pick<KeptBlocklist, 'service' | 'node'>): BlocklistEntry[] {
    return this.#db
      .all<Omit<BlocklistEntry, 'listed'> & { listed: number }>(
        'SELECT entry, why, listed FROM blocklist_entries WHERE server = ? AND service = ? AND node = ? ORDER BY entry',
        server,
        service,
        node,
      )
      .map(({ listed, ...entry }) => ({ ...entry, listed: listed === 1 }));
  }

  /** A circle that was removed on another box before its members came. */
  #readCirclesOf(account: Id): CircleMember[] {
    return this.#db.all<CircleMember>(
      `SELECT circle, account, standing FROM circle_members JOIN circles ON circles.id = circle
       WHERE account = ? AND standing <> 'none' AND circles.removed = 0 ORDER BY circle`,
      account,
    );
  }
}
