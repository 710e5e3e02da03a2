/** Accounts of one host: made, logged in to, changed, removed. Every caller (registration, command line, web) comes through here. */
import type { Account, Credential, Role } from '../store/model.ts';

export interface NewAccount {
  local: string;
  password: string;
  role: Role;
  /** The invitation that is used up by it, in the same commit. */
  inviteCode?: string;
}

export interface Accounts {
  find(local: string): Account | undefined;
  list(): Account[];
  /** The first account of an empty host is made administrator whatever `role` says. @throws StanzaError conflict, not-acceptable (name or password no good), item-not-found (invite no good). */
  create(account: NewAccount): Promise<Account>;
  /** For SASL. Unknown and disabled accounts get credentials as well, made up but always the same, so that nobody can tell. */
  credentials(local: string, hash: Credential['hash']): { credential: Credential; account: Account | undefined };
  /** For PLAIN; takes the same work whether the account is there or not. */
  checkPassword(local: string, password: string): Promise<Account | undefined>;
  setPassword(account: Account, password: string): Promise<void>;
  setRole(account: Account, role: Role): Promise<void>;
  setStatus(account: Account, status: Account['status']): Promise<void>;
  /** Takes the account's sessions down with `not-authorized`, tells its contacts, forgets it. */
  remove(account: Account): Promise<void>;
}
