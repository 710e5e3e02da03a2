/** Invitations (XEP-0379, 0401, 0445): single codes that let someone make an account. */
import type { Account, Invite, Role } from '../store/model.ts';

export interface NewInvite {
  role?: Role;
  /** Default 1. */
  uses?: number;
  /** Default 7 days. */
  lifetimeMs?: number;
  note?: string;
  createdBy?: Account;
  /** Eight characters that a person can type; otherwise a long token. */
  typed?: boolean;
}

export interface Invites {
  create(invite?: NewInvite): Promise<Invite>;
  /** A usable invitation by what a person typed or a client sent: case, spaces and hyphens do not matter. */
  find(code: string): Invite | undefined;
  list(): Invite[];
  revoke(code: string): Promise<boolean>;
  /** `xmpp:DOMAIN?register;preauth=CODE` (XEP-0401 section 3.3). */
  uri(invite: Invite): string;
}
