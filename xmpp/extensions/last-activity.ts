/** XEP-0012: Last Activity: how long the server is up, and how long ago a contact went away. */
import type { Extension } from '../extension.ts';
import type { Session } from '../routing/session.ts';
import { StanzaError } from '../routing/stanza-error.ts';
import { change } from '../store/changes.ts';
import { xml } from '../xml.ts';

const NS = 'jabber:iq:last';
/** Of the status that is kept with it. */
const MAX_STATUS = 1000;

export const lastActivity: Extension = {
  name: 'last-activity',
  xep: [
    {
      number: '0012',
      title: 'Last Activity',
      version: '2.0',
      status: 'complete',
      note: 'A stranger is refused with service-unavailable, as if there were no such account (RFC 6121 section 8.5.1).',
    },
  ],
  features: { server: [NS], account: [NS] },

  attach(host) {
    const startedMs = host.clock.nowMs();
    const statuses = new WeakMap<Session, string>();
    const secondsSince = (ms: number) => Math.max(0, Math.floor((host.clock.nowMs() - ms) / 1000));

    host.iq.handle('get', 'server', 'query', NS, 'anyone', () =>
      xml('query', { xmlns: NS, seconds: secondsSince(startedMs) }),
    );

    host.iq.handle('get', 'account', 'query', NS, 'contact', ({ account }) => {
      if (!account) throw new StanzaError('service-unavailable');
      if (host.sessions.ofAccount(account).length > 0) return xml('query', { xmlns: NS, seconds: 0 });
      const seen = host.store.accounts.lastSeen(account.id);
      if (!seen) throw new StanzaError('item-not-found', { text: 'This account was never online.' });
      return xml('query', { xmlns: NS, seconds: secondsSince(seen.atMs) }, seen.status || undefined);
    });

    // A client would answer anyone; presence is for those who may see it (section 4). A stranger is not told whose account is there.
    host.hooks.on('stanza to account', ({ account, stanza, from, to }) => {
      if (to.isBare || stanza.attrs.type !== 'get' || !stanza.getChild('query', NS)) return;
      if (!host.roster.sees(account, from.bare)) throw new StanzaError('service-unavailable');
    });

    host.hooks.on('stanza from session', ({ session, stanza, to }) => {
      if (to || stanza.name !== 'presence' || stanza.attrs.type !== 'unavailable') return;
      statuses.set(session, [...(stanza.getChildText('status') ?? '')].slice(0, MAX_STATUS).join(''));
    });

    host.hooks.on('session ended', ({ session }) => {
      const { account } = session;
      if (host.sessions.ofAccount(account).length > 0) return;
      const seen = { account: account.id, atMs: host.clock.nowMs(), status: statuses.get(session) ?? '' };
      host.store.journal.commit(change('last seen set', seen)).catch((error: unknown) => {
        host.log.warn({ error: String(error), account: account.id }, 'when a member was last seen could not be kept');
      });
    });
  },
};
