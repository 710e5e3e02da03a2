/** Accounts of one host: made, logged in to, changed, removed. Every caller (registration, command line, web) comes through here. */
import type { Host } from '../extension.ts';
import { Jid } from '../routing/jid.ts';
import type { Session } from '../routing/session.ts';
import { StanzaError } from '../routing/stanza-error.ts';
import { type Change, change } from '../store/changes.ts';
import type { Account, Credential, Invite, Role } from '../store/model.ts';
import type { Actor } from './acts.ts';
import { commitNewcomer } from './befriending.ts';
import { Decoys } from './decoys.ts';
import { PasswordHashes } from './hashes.ts';
import { assertNotReserved, prepareName, tryPrepareName } from './name.ts';
import { credentialsOf, passwordMatches, preparePassword } from './password.ts';
import { RegistrationThrottle } from './registration-throttle.ts';

export interface NewAccount {
  local: string;
  password: string;
  /** An invitation's own role takes its place. */
  role: Role;
  /** The invitation that is used up by it, in the same commit. */
  inviteCode?: string;
  /** When the invitation was accepted, where that was earlier: it counts as good if it was then (XEP-0445 section 4). */
  inviteAcceptedMs?: number;
  /** Where it comes from over the network. */
  address?: string;
  /** Who makes it for somebody; absent for those who make their own. */
  by?: Actor;
  /** Made by those who run the box, on the command line: may have a name that speaks for the server. */
  byOperator?: boolean;
}

/** What SASL needs to know of a name. */
export interface LoginCredentials {
  credential: Credential;
  /** Who has logged in once the proof is right; absent where nobody may. */
  account: Account | undefined;
  /** The account is there and may not log in: to be told (`account-disabled`) only to who proved the password. */
  disabled: boolean;
}

export class Accounts {
  /** For whoever lets strangers make accounts: streams and web pages share its counts. */
  readonly throttle: RegistrationThrottle;
  readonly hashes: PasswordHashes;
  readonly #host: Host;
  readonly #decoys: Decoys;
  /** One account is made at a time, so that names, uses of an invitation and the first administrator are given out once. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(host: Host) {
    this.#host = host;
    this.#decoys = new Decoys(host);
    this.hashes = new PasswordHashes(host);
    this.throttle = new RegistrationThrottle(host.config.limits, host.clock);
  }

  /** @param local prepared, as a Jid holds it */
  find(local: string): Account | undefined {
    return this.#host.store.accounts.byName(this.#host.server.id, local);
  }

  /** Ordered by name. */
  list(): Account[] {
    return this.#host.store.accounts.list(this.#host.server.id);
  }

  /**
   * The first account of an empty host is made administrator whatever `role` says, and may have any name, where the owner made it or
   * invited to it: where registration is open, a stranger may be quicker.
   * @throws StanzaError conflict, not-acceptable (name or password no good), item-not-found (invitation no good), forbidden (rules)
   */
  async create(wanted: NewAccount): Promise<Account> {
    const local = prepareName(wanted.local);
    const password = preparePassword(wanted.password);
    this.#admit(local, wanted);
    const credentials = await credentialsOf(password, this.#host.random);
    return this.#inTurn(async () => {
      const { invite, role } = this.#admit(local, wanted);
      const { server, store, clock, hooks } = this.#host;
      const account: Account = {
        id: store.newId(),
        server: server.id,
        local,
        role,
        status: 'active',
        createdMs: clock.nowMs(),
      };
      const changes: Change[] = [change('account created', { account, credentials })];
      changes.push(...this.#act(wanted.by, 'user add', account, ` as ${role}`));
      if (invite) changes.push(change('invite used', { code: invite.code, account: account.id }));
      await commitNewcomer(this.#host, account, invite, changes);
      hooks.run('account created', { account });
      if (invite) hooks.run('invite used', { code: invite.code, account });
      return account;
    });
  }

  /**
   * An account that comes from elsewhere, with the keys that it had there.
   * @throws StanzaError conflict, not-acceptable (no name that an account here can have)
   */
  adopt(name: string, credentials: Credential[]): Promise<Account> {
    const local = prepareName(name);
    return this.#inTurn(async () => {
      const { role } = this.#admit(local, { local, password: '', role: 'member', byOperator: true });
      const { server, store, clock, hooks } = this.#host;
      const createdMs = clock.nowMs();
      const account: Account = { id: store.newId(), server: server.id, local, role, status: 'active', createdMs };
      await store.journal.commit(change('account created', { account, credentials }));
      hooks.run('account created', { account });
      return account;
    });
  }

  /** For SASL. A name that nobody has gets credentials as well, made up but always the same, so that nobody can tell. */
  credentials(name: string, hash: Credential['hash']): LoginCredentials {
    const local = tryPrepareName(name);
    const account = local === undefined ? undefined : this.find(local);
    const credential = account && this.#host.store.accounts.credentials(account.id).find((kept) => kept.hash === hash);
    if (!account || !credential)
      return { credential: this.#decoys.of(local ?? name, hash), account: undefined, disabled: false };
    const disabled = account.status === 'disabled';
    return { credential, account: disabled ? undefined : account, disabled };
  }

  /** Another one with each change of its password or status: what was proved before is proved no more. */
  secretsStamp({ id }: Account): string {
    return this.#host.store.accounts.secretsStamp(id);
  }

  /** For PLAIN; takes the same work whether the account is there or not. Undefined for a disabled one as well. */
  async checkPassword(name: string, password: string): Promise<Account | undefined> {
    const { credential, account } = this.#anyCredentials(name);
    if (!(await passwordMatches(password, credential)) || !account) return undefined;
    await this.hashes.fillIn(account, password, credential).catch((error: unknown) => {
      this.#host.log.warn({ error: String(error) }, 'a login could not fill in a hash that its account lacks');
    });
    return account;
  }

  /** One that was brought along from elsewhere may have keys for one hash alone. */
  #anyCredentials(name: string): LoginCredentials {
    const found = (['SHA-256', 'SHA-512', 'SHA-1'] as const).map((hash) => this.credentials(name, hash));
    return found.find(({ account, disabled }) => account || disabled) ?? this.credentials(name, 'SHA-256');
  }

  /**
   * Sessions stay as they are; tokens are void, and push registrations end but for those of the session that asked.
   * @throws StanzaError not-acceptable
   */
  async setPassword(
    account: Account,
    password: string,
    { by, asker }: { by?: Actor | undefined; asker?: Session } = {},
  ): Promise<void> {
    const credentials = await credentialsOf(preparePassword(password), this.#host.random);
    const set = change('credentials set', { account: account.id, credentials });
    const { clients, store } = this.#host;
    const acts = this.#act(by, 'user passwd', account);
    await clients.alone(account, () => {
      const pushes = clients.pushesEnded(account, ({ resource }) => resource !== asker?.jid.resource);
      return store.journal.commit(set, ...pushes, ...acts);
    });
  }

  async setRole(account: Account, role: Role, by?: Actor): Promise<void> {
    const set = change('role set', { account: account.id, role });
    await this.#host.store.journal.commit(set, ...this.#act(by, 'user role', account, ` is ${role}`));
  }

  /** Ends the sessions of an account that is disabled, and its push registrations; its tokens are void. */
  async setStatus(account: Account, status: Account['status'], by?: Actor): Promise<void> {
    const what = status === 'disabled' ? 'user disable' : 'user enable';
    const { clients, store } = this.#host;
    const changes = [change('account status set', { account: account.id, status }), ...this.#act(by, what, account)];
    await clients.alone(account, () => {
      const pushes = status === 'disabled' ? clients.pushesEnded(account, () => true) : [];
      return store.journal.commit(...changes, ...pushes);
    });
    if (status === 'disabled') this.#endSessions(account, 'The account was disabled.');
  }

  /**
   * Takes the account's sessions down with `not-authorized`, tells its contacts, forgets it.
   * @param asker the session that asked for it: left open, so that it can be answered; whoever calls ends it then
   * @param by absent for a member who goes
   */
  async remove(account: Account, asker?: Session, by?: Actor): Promise<void> {
    const { hooks, store } = this.#host;
    this.#endSessions(account, 'The account was removed.', asker);
    // Contacts are told from the roster, which goes with the account.
    hooks.run('account removed', { account });
    const removed = change('account removed', { account: account.id });
    await store.journal.commit(removed, ...this.#act(by, 'user remove', account));
    hooks.run('account forgotten', { account });
    this.#endSessions(account, 'The account was removed.', asker);
  }

  /** Whether this account may be made now, and as what. */
  #admit(local: string, wanted: NewAccount): { invite: Invite | undefined; role: Role } {
    const { server, store } = this.#host;
    if (!wanted.byOperator) this.#assertAllowed(local, wanted.address);
    const invite =
      wanted.inviteCode === undefined ? undefined : this.#invite(wanted.inviteCode, wanted.inviteAcceptedMs);
    const isOwners = wanted.byOperator || invite !== undefined;
    const first = isOwners && store.accounts.count(server.id) === 0;
    if (!first && !wanted.byOperator) assertNotReserved(local);
    if (invite?.username !== undefined && invite.username !== local)
      throw new StanzaError('not-acceptable', { text: `This invitation is for the name ${invite.username}.` });
    const kept = wanted.byOperator ? undefined : this.#host.invites.reserving(local);
    if (this.find(local) || (kept && kept.code !== invite?.code))
      throw new StanzaError('conflict', { text: 'This name is taken.' });
    return { invite, role: first ? 'administrator' : (invite?.role ?? wanted.role) };
  }

  #assertAllowed(local: string, address: string | undefined): void {
    const { access, server } = this.#host;
    const jid = Jid.of(local, server.domain);
    if (!access.allows({ action: 'register', who: { jid, ...(address !== undefined && { address }) } }))
      throw new StanzaError('forbidden', { text: 'The owner of this server does not let you make an account.' });
  }

  #invite(code: string, acceptedMs = this.#host.clock.nowMs()): Invite {
    const invite = this.#host.invites.findAt(code, acceptedMs);
    if (!invite || invite.usesLeft < 1 || invite.registers === false)
      throw new StanzaError('item-not-found', { text: 'The invitation is unknown, used up or expired.' });
    return invite;
  }

  #act(by: Actor | undefined, what: string, account: Account, facts = ''): Change[] {
    return this.#host.acts.changes(by, what, this.#host.addressOf(account) + facts);
  }

  #endSessions(account: Account, text: string, except?: Session): void {
    for (const session of this.#host.sessions.ofAccount(account))
      if (session !== except) session.outlet.close('not-authorized', text);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }
}
