/** Addresses of XMPP (RFC 7622). */
import { prepareDomain } from './domainpart.ts';
import { opaqueString, PrecisError, usernameCaseMapped } from './precis.ts';
import { StanzaError } from './stanza-error.ts';

/** Of each part, section 3.1. */
const MAX_BYTES = 1023;

/** ASCII that no localpart holds, section 3.3.1. */
const EXCLUDED_FROM_LOCAL = /["&'/:<>@]/;

/** Parsing happens several times for each stanza, mostly of the same few addresses. */
const CACHE_ENTRIES = 4096;
/** Longer ones are parsed each time, so that nobody can fill the memory through the cache. */
const CACHE_MAX_LENGTH = 256;

function malformed(part: string, why: string): StanzaError {
  return new StanzaError('jid-malformed', { text: `The ${part} of the address ${why}.` });
}

function checkLength(part: string, text: string): void {
  // No character takes more than three bytes for each unit of UTF-16.
  if (text.length * 3 > MAX_BYTES && Buffer.byteLength(text) > MAX_BYTES)
    throw malformed(part, `is longer than ${MAX_BYTES} bytes`);
}

function prepare(part: string, text: string, profile: (text: string) => string): string {
  if (text.length > MAX_BYTES * 2) throw malformed(part, `is longer than ${MAX_BYTES} bytes`);
  try {
    const prepared = profile(text);
    checkLength(part, prepared);
    return prepared;
  } catch (error) {
    if (error instanceof PrecisError) throw malformed(part, `cannot be used: ${error.message}`);
    throw error;
  }
}

function prepareLocal(text: string): string {
  const local = prepare('localpart', text, usernameCaseMapped);
  if (EXCLUDED_FROM_LOCAL.test(local)) throw malformed('localpart', `holds one of " & ' / : < > @`);
  return local;
}

function prepareDomainpart(text: string): string {
  const domain = prepareDomain(text);
  if (domain === undefined || domain === '') throw malformed('domainpart', 'is no host name and no IP address');
  checkLength('domainpart', domain);
  return domain;
}

/** An immutable address whose parts are prepared, so that equal addresses have equal text. */
export class Jid {
  /** '' when there is none. */
  readonly local: string;
  readonly domain: string;
  /** '' when there is none. */
  readonly resource: string;
  readonly #text: string;
  #bare: Jid | undefined;

  /** The parts are prepared already; `of` and `parse` see to it. */
  private constructor(local: string, domain: string, resource: string) {
    this.local = local;
    this.domain = domain;
    this.resource = resource;
    this.#text = (local === '' ? '' : `${local}@`) + domain + (resource === '' ? '' : `/${resource}`);
  }

  /**
   * Reads an address as it stands in a stanza.
   * @throws StanzaError jid-malformed
   */
  static parse(text: string): Jid {
    const known = recall(text);
    if (known) return known;
    const slash = text.indexOf('/');
    const bare = slash === -1 ? text : text.slice(0, slash);
    const at = bare.indexOf('@');
    const local = at === -1 ? '' : prepareLocal(bare.slice(0, at));
    const domain = prepareDomainpart(bare.slice(at + 1));
    const resource = slash === -1 ? '' : prepare('resourcepart', text.slice(slash + 1), opaqueString);
    const jid = new Jid(local, domain, resource);
    remember(text, jid);
    return jid;
  }

  /**
   * Puts an address together and prepares each part; '' stands for no localpart or resourcepart.
   * @throws StanzaError jid-malformed
   */
  static of(local: string, domain: string, resource = ''): Jid {
    return new Jid(
      local === '' ? '' : prepareLocal(local),
      prepareDomainpart(domain),
      resource === '' ? '' : prepare('resourcepart', resource, opaqueString),
    );
  }

  get isBare(): boolean {
    return this.resource === '';
  }

  /** The address without its resourcepart. */
  get bare(): Jid {
    if (this.isBare) return this;
    this.#bare ??= new Jid(this.local, this.domain, '');
    return this.#bare;
  }

  /**
   * The same address with another resourcepart; '' takes it away.
   * @throws StanzaError jid-malformed
   */
  withResource(resource: string): Jid {
    if (resource === '') return this.bare;
    return new Jid(this.local, this.domain, prepare('resourcepart', resource, opaqueString));
  }

  equals(other: Jid): boolean {
    return this.#text === other.#text;
  }

  toString(): string {
    return this.#text;
  }
}

/** Least recently used go first, by halves: what was not asked for while `recent` filled up is dropped with `older`. */
let recent = new Map<string, Jid>();
let older = new Map<string, Jid>();

function recall(text: string): Jid | undefined {
  const jid = recent.get(text);
  if (jid) return jid;
  const old = older.get(text);
  if (old) remember(text, old);
  return old;
}

function remember(text: string, jid: Jid): void {
  if (text.length > CACHE_MAX_LENGTH) return;
  if (recent.size >= CACHE_ENTRIES / 2) {
    older = recent;
    recent = new Map();
  }
  recent.set(text, jid);
}
