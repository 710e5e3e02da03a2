/** XEP-0494: Client Access Management. A member sees what has access to its account, and takes it away. */
import { type Access, accesses, knowsPassword, revoke } from '../access/client-access.ts';
import { dateTime } from '../clock.ts';
import type { Extension } from '../extension.ts';
import { StanzaError } from '../routing/stanza-error.ts';
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
      if (!knowsPassword(access)) return undefined;
      // Section 3.2: this is not all that there is to do.
      throw new StanzaError('service-unavailable', {
        text: 'Its token is void and its session is over, but it knows the password: only a new one keeps it out.',
        application: xml('password-reset-required', { xmlns: NS }),
      });
    });
  },
};

function clientElement(access: Access): Element {
  const { id, row, sessions } = access;
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
    xml('auth', {}, knowsPassword(access) ? xml('password') : null, row && row.tokens.length > 0 ? xml('fast') : null),
    xml('permission', { status: 'unrestricted' }),
    xml('user-agent', {}, ...said),
  );
}
