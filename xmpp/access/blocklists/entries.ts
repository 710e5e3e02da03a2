/**
 * What is on one list. Its items are called by the SHA-256 of a bare address or a domain, in hexadecimal digits, so that the list names
 * nobody (`muc_bans_sha256` of xmppbl.org), or by the domain or the address as it is (`spam_source_domains`).
 */
import { createHash } from 'node:crypto';
import { Jid } from '../../routing/jid.ts';
import type { Element } from '../../xml.ts';
import { NS_REPORTING } from '../reports.ts';
import type { Party } from '../rules/subject.ts';

/** Of one list: more than any has today, and a bound for what a list can make the box hold. */
export const MAX_ENTRIES = 100_000;
const MAX_ID = 256;
const MAX_WHY = 200;
/** Reasons in words of one list; most entries have none, or share theirs. */
const MAX_WHYS = 1_000;

const HASH = /^[0-9a-f]{64}$/i;
const DOMAIN = /^[a-z0-9-]+(\.[a-z0-9-]+)+$/;
const URN = 'urn:xmpp:reporting:';

export class Entries {
  readonly #whys = new Map<string, string>();
  readonly #byId = new Map<string, string>();

  get size(): number {
    return this.#byId.size;
  }

  /** Why it is listed, '' where nobody says; undefined where it is not. */
  why(id: string): string | undefined {
    return this.#byId.get(id);
  }

  /** False where that changes nothing, or where the list is full. */
  set(id: string, why: string): boolean {
    const kept = this.#intern(why);
    const before = this.#byId.get(id);
    if (before === kept || (before === undefined && this.size >= MAX_ENTRIES)) return false;
    this.#byId.set(id, kept);
    return true;
  }

  delete(id: string): boolean {
    return this.#byId.delete(id);
  }

  equals(other: Entries): boolean {
    if (this.size !== other.size) return false;
    for (const [id, why] of this.#byId) if (other.why(id) !== why) return false;
    return true;
  }

  /** A line for each: the id, then the reason. */
  toString(): string {
    return [...this.#byId].map(([id, why]) => (why === '' ? id : `${id} ${why}`)).join('\n');
  }

  static parse(text: string): Entries {
    const entries = new Entries();
    for (const line of text === '' ? [] : text.split('\n')) {
      const space = line.indexOf(' ');
      if (space === -1) entries.set(line, '');
      else entries.set(line.slice(0, space), line.slice(space + 1));
    }
    return entries;
  }

  #intern(why: string): string {
    const kept = this.#whys.get(why);
    if (kept !== undefined || why === '') return kept ?? '';
    if (this.#whys.size >= MAX_WHYS) return '';
    this.#whys.set(why, why);
    return why;
  }
}

/** By what ids somebody may be listed. */
export function idsOf({ jid, domain }: Party): string[] {
  return [jid, domain].flatMap((name) =>
    name === undefined ? [] : [createHash('sha256').update(name).digest('hex'), name],
  );
}

/** As it is compared; undefined for what is neither a hash nor a domain nor a bare address (a range of network addresses, say). */
export function readId(id: string | undefined): string | undefined {
  if (id === undefined || id === '' || id.length > MAX_ID) return undefined;
  if (HASH.test(id)) return id.toLowerCase();
  if (DOMAIN.test(id)) return id;
  try {
    const jid = Jid.parse(id);
    return jid.isBare ? jid.toString() : undefined;
  } catch {
    return undefined;
  }
}

/** The words of the report (XEP-0377 section 4) that an item holds, or its reason. */
export function readWhy(item: Element): string {
  const report = item.getChild('report', NS_REPORTING);
  const { reason = '' } = report?.attrs ?? {};
  const said = report?.getChildText('text') || (reason.startsWith(URN) ? reason.slice(URN.length) : reason);
  return said.replace(/\s+/g, ' ').trim().slice(0, MAX_WHY);
}
