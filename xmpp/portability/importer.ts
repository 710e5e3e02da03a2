/**
 * Takes in an export (XEP-0227), piece by piece, as typed changes. Taking in the same file twice is the same as once. An account
 * that is there is left alone unless it is to be merged: then it gets what it lacks, and keeps what it has.
 */
import { credentialsOf } from '../access/password.ts';
import type { Host } from '../extension.ts';
import { Jid } from '../routing/jid.ts';
import { StanzaError } from '../routing/stanza-error.ts';
import { type Change, change } from '../store/changes.ts';
import type { Account, Credential } from '../store/model.ts';
import { CommitError } from '../store/store.ts';
import { type Element, parse } from '../xml.ts';
import type { Piece } from './format.ts';
import { NodeImport } from './node-import.ts';
import { type Destination, readCredential, readPart } from './parts.ts';

export interface ImportOptions {
  /** Adds to accounts that are there. */
  merge: boolean;
}

export interface ImportReport {
  address: string;
  /** False: it was there, and `merge` says what became of it. */
  created: boolean;
  /** Nobody can log in to it before it gets a password. */
  needsPassword: boolean;
  /** How many of each: contacts, messages, items, … */
  taken: Record<string, number>;
  /** What was not taken, a line each; the first hundred. */
  left: string[];
}

const BATCH = 100;
const MAX_LINES = 100;

export class Importer {
  readonly #host: (domain: string) => Host | undefined;
  readonly #options: ImportOptions;
  readonly #reports: ImportReport[] = [];
  #now: AccountImport | undefined;
  #stray: string[] = [];

  /** @param host which serves the domain */
  constructor(host: (domain: string) => Host | undefined, options: ImportOptions) {
    this.#host = host;
    this.#options = options;
  }

  /** One at a time, in the order of the file. @throws CommitError where the disk is full: what was taken stays */
  async take(piece: Piece): Promise<void> {
    if (piece.kind === 'user') this.#now = this.#begin(piece);
    else if (piece.kind === 'part') await this.#now?.take(piece);
    else if (piece.kind === 'end of user') await this.#end();
    else this.#stray.push(piece.what);
  }

  /** For each account of the file, in its order; `stray`: what stood beside them. */
  get result(): { accounts: readonly ImportReport[]; stray: readonly string[] } {
    return { accounts: this.#reports, stray: this.#stray };
  }

  #begin({ host: domain, name, password }: Piece & { kind: 'user' }): AccountImport | undefined {
    const host = this.#host(domain);
    if (host) return new AccountImport(host, Jid.of(name, domain), password, this.#options);
    this.#stray.push(`${name}@${domain}: this box does not serve ${domain}`);
    return undefined;
  }

  async #end(): Promise<void> {
    if (this.#now) this.#reports.push(await this.#now.end());
    this.#now = undefined;
  }
}

class AccountImport {
  readonly #host: Host;
  readonly #jid: Jid;
  readonly #password: string | undefined;
  readonly #merge: boolean;
  readonly #credentials: Credential[] = [];
  readonly #report: ImportReport;
  #account: Account | undefined;
  #refused = false;
  #nodes: NodeImport | undefined;
  #changes: Change[] = [];

  constructor(host: Host, jid: Jid, password: string | undefined, { merge }: ImportOptions) {
    this.#host = host;
    this.#jid = jid;
    this.#password = password;
    this.#merge = merge;
    this.#report = { address: jid.toString(), created: false, needsPassword: false, taken: {}, left: [] };
  }

  async take(piece: Piece & { kind: 'part' }): Promise<void> {
    const element = parse(piece.xml);
    const credential = piece.within === 'user' ? readCredential(element) : undefined;
    // They stand before all else in what we and Prosody write; later ones join the account as well.
    if (credential) this.#credentials.push(credential);
    else await this.#attempt(element, () => this.#put(piece, element));
  }

  async end(): Promise<ImportReport> {
    const account = await this.#ready();
    if (account) {
      const nodes = this.#nodes;
      for (const { node, element } of nodes?.waiting ?? [])
        await this.#attempt(element, async () => nodes?.publish(node, element));
      await this.#flush();
      await this.#addCredentials(account);
    }
    return this.#report;
  }

  async #put(piece: Piece & { kind: 'part' }, element: Element): Promise<void> {
    const account = await this.#ready();
    if (!account) return;
    if (piece.within === 'nodes' || piece.within === 'items') {
      this.#nodes ??= new NodeImport(this.#host, account, this.#report);
      if (piece.within === 'nodes') await this.#nodes.configure(element);
      else await this.#nodes.item(piece.node ?? '', element);
      return;
    }
    const { what, changes } = readPart(this.#destination(account), piece.within, element);
    if (changes.length === 0) return;
    this.#changes.push(...changes);
    this.#report.taken[what] = (this.#report.taken[what] ?? 0) + 1;
    if (this.#changes.length >= BATCH) await this.#flush();
  }

  #destination(account: Account): Destination {
    return { host: this.#host, account, jid: this.#jid, isNew: this.#report.created };
  }

  /** The account, made now where it is not there; undefined where it is and stays as it is. */
  async #ready(): Promise<Account | undefined> {
    if (this.#account || this.#refused) return this.#account;
    const existing = this.#host.accounts.find(this.#jid.local);
    if (existing && !this.#merge) {
      this.#refused = true;
      this.#report.left.push('all of it: the account is there already');
      return undefined;
    }
    this.#report.created = !existing;
    this.#account = existing ?? (await this.#host.accounts.adopt(this.#jid.local, await this.#keys()));
    return this.#account;
  }

  async #keys(): Promise<Credential[]> {
    if (this.#credentials.length > 0 || this.#password === undefined) return this.#credentials;
    return credentialsOf(this.#password, this.#host.random);
  }

  /** Where the account has none. */
  async #addCredentials({ id }: Account): Promise<void> {
    const { store } = this.#host;
    const keys = await this.#keys();
    if (store.accounts.credentials(id).length === 0 && keys.length > 0)
      await store.journal.commit(change('credentials set', { account: id, credentials: keys }));
    this.#report.needsPassword = store.accounts.credentials(id).length === 0;
  }

  async #flush(): Promise<void> {
    const changes = this.#changes;
    this.#changes = [];
    if (changes.length > 0) await this.#host.store.journal.commit(...changes);
  }

  /** What cannot be is left, and said; a full disk ends it all. */
  async #attempt(element: Element, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (error instanceof CommitError || !(error instanceof StanzaError || error instanceof RangeError)) throw error;
      if (this.#report.left.length < MAX_LINES)
        this.#report.left.push(`<${element.name}> of ${element.getNS()}: ${error.message}`);
    }
  }
}
