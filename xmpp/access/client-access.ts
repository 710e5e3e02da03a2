/** What has access to an account, as its owner is shown it, and taking that away (XEP-0494). */
import { createHash } from 'node:crypto';
import type { Host } from '../extension.ts';
import type { Session } from '../routing/session.ts';
import type { Account, ClientRow } from '../store/model.ts';

/** A client that gave itself an id, or a session that did not. */
export interface Access {
  /** Opaque: what a client calls itself stays between it and the box. */
  id: string;
  row: ClientRow | undefined;
  sessions: Session[];
}

export function accesses(host: Host, account: Account): Access[] {
  const sessions = host.sessions.ofAccount(account);
  const known = host.clients.list(account).map((row) => ({
    id: opaque(account, 'client', row.id),
    row,
    sessions: sessions.filter(({ client }) => client === row.id),
  }));
  const listed = new Set(known.flatMap((access) => access.sessions));
  const others = sessions
    .filter((session) => !listed.has(session))
    .map((session) => ({ id: opaque(account, 'session', session.jid.resource), row: undefined, sessions: [session] }));
  return [...known, ...others];
}

const opaque = (account: Account, kind: string, name: string) =>
  createHash('sha256').update(`${kind}\0${account.id}\0${name}`).digest('base64url').slice(0, 16);

/** Whether it has shown the password, and so can come back with it: only another one keeps it out. */
export const knowsPassword = ({ row }: Access) => !row || row.password;

/** Its tokens and its push services go, and its sessions end. */
export async function revoke(host: Host, account: Account, { row, sessions }: Access): Promise<void> {
  const resources = sessions.map(({ jid }) => jid.resource);
  await host.clients.revoke(account, row?.id, resources);
  for (const { outlet } of sessions) outlet.close('not-authorized', 'The access of this client was revoked.');
}
