/**
 * Who may do what on one server: every part of the program that lets somebody do something asks here, and nowhere else.
 * Answers are kept until something changes that they depend on, for every stanza asks.
 */
import type { Host } from '../../extension.ts';
import type { Jid } from '../../routing/jid.ts';
import type { AccessAction, AccessRule, Decision } from '../../store/access-model.ts';
import type { Change, ChangeKind } from '../../store/changes.ts';
import type { Account, Id, Mode } from '../../store/model.ts';
import type { BlocklistStatus } from '../blocklists/followed-list.ts';
import { decide, firstRule, type ReadRule, type Setting, type Verdict } from './decide.ts';
import { isListed, settingsOf } from './settings.ts';
import { type Party, readSubject } from './subject.ts';

/** Who acts: a member, somebody outside by address or domain, or nobody yet but a network address. */
export type Who =
  | { account: Account; address?: string }
  | { jid: Jid; address?: string }
  | { domain: string; address?: string }
  | { address: string };

export interface AccessQuestion {
  action: AccessAction;
  who: Who;
  /** The member whom it concerns: who gets the message, whose presence it is about. */
  member?: Account;
  /** Bare: to whom a member speaks. */
  to?: Jid;
}

/** What an answer depends on. */
const MATTERS: ReadonlySet<ChangeKind> = new Set<ChangeKind>([
  'server set',
  'access rule set',
  'access rule removed',
  'circle set',
  'circle removed',
  'circle member set',
  'approval set',
  'sender accepted',
  'role set',
  'account created',
  'account removed',
  'roster item set',
  'roster item removed',
]);
const MAX_KEPT = 20_000;

/** Actions in which two people meet. */
const MEETING: ReadonlySet<AccessAction> = new Set<AccessAction>(['message-in', 'message-out', 'presence']);
export const isMeeting = (action: AccessAction) => MEETING.has(action);

export class Access {
  readonly #host: Host;
  #kept = new Map<string, Verdict>();
  #rules: readonly ReadRule[] | undefined;
  #settings: readonly Setting[] | undefined;
  readonly #added: Setting[] = [];

  constructor(host: Host) {
    this.#host = host;
  }

  /** For the store's commits (store.ts `onCommitted`). True where answers may be others from now on. */
  forget(changes: readonly Change[]): boolean {
    if (!changes.some(({ kind }) => MATTERS.has(kind))) return false;
    this.#kept = new Map();
    this.#rules = undefined;
    return true;
  }

  /** What is to be said of the lists of spammers that the server follows; blocklists/ sets it. */
  blocklists: () => readonly BlocklistStatus[] = () => [];

  /** For what the file names and the network says (blocklists/). Call `forgetAll` when it matches others than before. */
  addSetting(setting: Setting): void {
    this.#added.push(setting);
    this.#settings = undefined;
  }

  forgetAll(): void {
    this.#kept = new Map();
  }

  decide(question: AccessQuestion): Decision {
    return this.explain(question).decision;
  }

  allows(question: AccessQuestion): boolean {
    return this.decide(question) === 'allow';
  }

  /** The decision, and what decided. */
  explain(question: AccessQuestion): Verdict {
    // Network addresses are many and ask seldom.
    if ('address' in question.who && question.who.address !== undefined) return this.#decide(question);
    const key = keyOf(question);
    const kept = this.#kept.get(key);
    if (kept) return kept;
    const verdict = this.#decide(question);
    if (this.#kept.size >= MAX_KEPT) this.#kept = new Map();
    this.#kept.set(key, verdict);
    return verdict;
  }

  /** What `mode` would say where it were in force. */
  explainIn(mode: Mode, question: AccessQuestion): Verdict {
    return this.#decide(question, mode);
  }

  /** What it would say of somebody of whom no more is known than this. */
  foresee(mode: Mode, action: AccessAction, who: Party): Verdict {
    return decide(mode, this.#readRules(), { action, who }, this.#readSettings());
  }

  /** What it says of somebody outside whom nobody here has met. */
  ofStranger(action: AccessAction, { bare, domain }: Jid): Decision {
    return this.foresee(this.#host.server.mode, action, {
      jid: bare.toString(),
      domain,
      known: this.#isListed(domain),
    }).decision;
  }

  /** One of the two is a limited member who may not talk with the other, whatever room they are in together. */
  keepsApart(one: Jid, other: Jid): boolean {
    const [a, b] = [this.#memberAt(one), this.#memberAt(other)];
    const addressed = (account: Account | undefined, jid: Jid) =>
      account ? this.#host.addressOf(account) : jid.bare.toString();
    return (
      (a !== undefined && this.#keepsFrom(a, addressed(b, other), b)) ||
      (b !== undefined && this.#keepsFrom(b, addressed(a, one), a))
    );
  }

  /** Bytes that all files of a member may have, where a rule says so. */
  uploadBytes(account: Account): number | undefined {
    const { by } = this.explain({ action: 'upload', who: { account } });
    return 'rule' in by ? by.rule.bytes : undefined;
  }

  get rules(): readonly AccessRule[] {
    return this.#readRules().map(({ rule }) => rule);
  }

  #decide(question: AccessQuestion, mode: Mode = this.#host.server.mode): Verdict {
    const { action } = question;
    const asked = { action, who: this.#party(question), apart: this.#areApart(question) };
    const verdict = decide(mode, this.#readRules(), asked, this.#readSettings());
    return verdict.decision === 'allow' ? (this.#outOfReach(question) ?? verdict) : verdict;
  }

  /** A rule of the owner's says that this very person cannot be reached: where it is their whole server, its link refuses. */
  #outOfReach({ action, who, to }: AccessQuestion): Verdict | undefined {
    if (action !== 'message-out' || !('account' in who) || !to || this.#host.serves(to.domain)) return undefined;
    const ruleOn = (party: Party) => firstRule(this.#readRules(), { action: 'federate-out', who: party });
    const person = this.#outsideParty(to, who.account);
    const server = this.#party({ action: 'federate-out', who: { domain: to.domain } });
    const rule = ruleOn({ ...person, known: person.known === true || server.known === true });
    const isDenied = rule?.decision === 'deny' && ruleOn(server)?.decision !== 'deny';
    return isDenied ? { decision: 'deny', by: { rule } } : undefined;
  }

  #readRules(): readonly ReadRule[] {
    const { store, server } = this.#host;
    this.#rules ??= store.access.rules(server.id).map((rule) => ({ rule, subject: readSubject(rule.subject) }));
    return this.#rules;
  }

  #readSettings(): readonly Setting[] {
    this.#settings ??= [...settingsOf(this.#host.config.federation), ...this.#added];
    return this.#settings;
  }

  #party({ who, member }: AccessQuestion): Party {
    const { address } = who;
    const party: Party = address === undefined ? {} : { address };
    if ('account' in who) {
      const from = this.#now(who.account);
      const accepted = member !== undefined && this.#knows(member, this.#host.addressOf(from));
      return { ...party, ...this.#memberParty(from), accepted };
    }
    if ('jid' in who) return { ...party, ...this.#outsideParty(who.jid, member) };
    if (!('domain' in who)) return party;
    return { ...party, domain: who.domain, known: this.#isListed(who.domain) || this.#hasContactAt(who.domain) };
  }

  #memberParty(account: Account): Party {
    const { store, server } = this.#host;
    const names = new Map(store.access.circles(server.id).map(({ id, name }) => [id, name.toLowerCase()]));
    const circles = store.access.circlesOf(account.id).flatMap(({ circle }) => names.get(circle) ?? []);
    return { jid: this.#host.addressOf(account), domain: server.domain, role: account.role, circles };
  }

  #outsideParty(jid: Jid, member: Account | undefined): Party {
    const { store, server } = this.#host;
    const bare = jid.bare.toString();
    const accepted = member !== undefined && this.#knows(member, bare);
    const known = member ? accepted : store.access.isContact(server.id, bare);
    return { jid: bare, domain: jid.domain, known: known || this.#isListed(jid.domain), accepted };
  }

  #knows(member: Account, bare: string): boolean {
    const { store } = this.#host;
    return store.roster.item(member.id, bare) !== undefined || store.access.accepts(member.id, bare);
  }

  /** The owner named the domain in casp3r.toml. */
  #isListed(domain: string): boolean {
    return isListed(this.#host.config.federation.allow, domain);
  }

  /** The services of a domain (its rooms, say) stand right below it. */
  #hasContactAt(domain: string): boolean {
    const { store, server } = this.#host;
    const above = domain.slice(domain.indexOf('.') + 1);
    const isThere = (name: string) => store.access.hasContactAt(server.id, name);
    return isThere(domain) || (above.includes('.') && isThere(above));
  }

  /** One of the two is limited, and they share no circle, and nobody approved. */
  #areApart({ action, who, member, to }: AccessQuestion): boolean {
    if (!isMeeting(action)) return false;
    const from = 'account' in who ? this.#now(who.account) : undefined;
    const other = member ? this.#now(member) : this.#memberAt(to);
    const there = other ? this.#host.addressOf(other) : to?.bare.toString();
    const here = from ? this.#host.addressOf(from) : 'jid' in who ? who.jid.bare.toString() : undefined;
    return (
      (from !== undefined && there !== undefined && this.#keepsFrom(from, there, other)) ||
      (other !== undefined && here !== undefined && this.#keepsFrom(other, here, from))
    );
  }

  #keepsFrom(limited: Account, jid: string, other: Account | undefined): boolean {
    if (limited.role !== 'limited' || limited.id === other?.id) return false;
    const { access } = this.#host.store;
    // Whoever looks after the box can always be asked.
    if (other?.role === 'administrator') return false;
    const own: ReadonlySet<Id> = new Set(access.circlesOf(limited.id).map(({ circle }) => circle));
    if (other && access.circlesOf(other.id).some(({ circle }) => own.has(circle))) return false;
    return !access.approved(limited.id).includes(jid);
  }

  /** A session knows its account as it was at its login. */
  #now(account: Account): Account {
    return this.#host.store.accounts.byId(account.id) ?? account;
  }

  #memberAt(jid: Jid | undefined): Account | undefined {
    return jid && this.#host.serves(jid.domain) ? this.#host.accounts.find(jid.local) : undefined;
  }
}

function keyOf({ action, who, member, to }: AccessQuestion): string {
  const name =
    'account' in who
      ? who.account.id
      : 'jid' in who
        ? who.jid.bare.toString()
        : 'domain' in who
          ? `@${who.domain}`
          : '';
  return `${action}\n${name}\n${member?.id ?? ''}\n${to?.bare.toString() ?? ''}`;
}
