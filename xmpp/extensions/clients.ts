/** XEP-0494: Client Access Management. A member sees what has access to its account, and takes it away. */
import { createHash } from 'node:crypto';
import { dateTime } from '../clock.ts';
import type { Extension, Host } from '../extension.ts';
import type { Session } from '../routing/session.ts';
import { StanzaError } from '../routing/stanza-error.ts';
import type { Account, ClientRow } from '../store/model.ts';
import { type Element, xml } from '../xml.ts';

const NS = 'urn:xmpp:cam:0';

export const clients: Extension = {
  name: 'clients',
  xep: [
    {
      number: '0494',
      title: 'Client Access Management',
      version: '0.1.0',
      status: 'partial',
      note: 'No grants. Clients are forgotten 60 days after they were last seen; that cannot be set.',
    },
  ],
  features: { account: [NS] },

  attach(host) {
    host.iq.handle('get', 'account', 'list', NS, 'owner', ({ account }) => {
      if (!account) throw new StanzaError('forbidden');
      return xml('clients', { xmlns: NS }, ...accesses(host, account).map(clientElement));
    });
    host.iq.handle('set', 'account', 'revoke', NS, 'owner', async ({ account, payload }) => {
      if (!account) throw new StanzaError('forbidden');
      const access = accesses(host, account).find(({ id }) => id === payload.attrs.id);
      if (!access) throw new StanzaError('item-not-found', { text: 'No client has this id.' });
      await revoke(host, account, access);
      return undefined;
    });
  },
};

/** A client that gave itself an id, or a session that did not. */
interface Access {
  /** Opaque: what a client calls itself stays between it and the box. */
  id: string;
  row: ClientRow | undefined;
  sessions: Session[];
}

function accesses(host: Host, account: Account): Access[] {
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

function clientElement({ id, row, sessions }: Access): Element {
  const boundMs = sessions[0]?.boundMs ?? 0;
  const said = [
    row?.software ? xml('software', {}, row.software) : null,
    row?.device ? xml('device', {}, row.device) : null,
  ];
  return xml(
    'client',
    { id, connected: String(sessions.length > 0), type: 'session' },
    xml('first-seen', {}, dateTime(row?.firstMs ?? boundMs)),
    xml('last-seen', {}, dateTime(row?.lastMs ?? boundMs)),
    xml('auth', {}, !row || row.password ? xml('password') : null, row && row.tokens.length > 0 ? xml('fast') : null),
    xml('permission', { status: 'unrestricted' }),
    xml('user-agent', {}, ...said),
  );
}

/**
 * Its tokens die and its sessions end. Who has known the password could come back with it, so the answer says that this is not
 * all that there is to do (section 3.2).
 */
async function revoke(host: Host, account: Account, { row, sessions }: Access): Promise<void> {
  if (row) await host.clients.revoke(account, row.id);
  else for (const { outlet } of sessions) outlet.close('not-authorized', 'The access of this client was revoked.');
  if (row && !row.password) return;
  throw new StanzaError('service-unavailable', {
    text: 'Its token is void and its session is over, but it knows the password: only a new one keeps it out.',
    application: xml('password-reset-required', { xmlns: NS }),
  });
}
