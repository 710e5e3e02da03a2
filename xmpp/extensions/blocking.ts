/** XEP-0191: Blocking Command, with the "polite" kind of blocking of its section 4: subscriptions stay as they are. */
import { forgetReports, forwardReports, NS_REPORTING, readReports, reportChanges } from '../access/reports.ts';
import type { Extension, Host } from '../extension.ts';
import { Jid } from '../routing/jid.ts';
import type { Session } from '../routing/session.ts';
import { mayBeAnswered } from '../routing/stanza.ts';
import { StanzaError } from '../routing/stanza-error.ts';
import { type Change, change } from '../store/changes.ts';
import type { Account } from '../store/model.ts';
import { clone, type Element, xml } from '../xml.ts';

const NS = 'urn:xmpp:blocking';
const NS_ERRORS = 'urn:xmpp:blocking:errors';
const MAX_BLOCKED = 1000;

export const blocking: Extension = {
  name: 'blocking',
  xep: [
    { number: '0191', title: 'Blocking Command', version: '1.3', status: 'complete' },
    { number: '0377', title: 'Blocking Command Reports', version: '0.4.1', status: 'complete' },
  ],
  features: { server: [NS, NS_REPORTING] },

  attach(host) {
    const isBlocked = (account: Account, jid: Jid) =>
      !isOwn(host, account, jid) && matches(host, new Set(host.store.extras.blocked(account.id)), jid);

    host.iq.handle('get', 'account', 'blocklist', NS, 'owner', ({ account, session }) => {
      if (!account) throw new StanzaError('forbidden');
      if (session) session.blocklist = true;
      return xml('blocklist', { xmlns: NS }, ...items(host.store.extras.blocked(account.id)));
    });

    host.iq.handle('set', 'account', 'block', NS, 'owner', async ({ account, payload }) => {
      if (!account) throw new StanzaError('forbidden');
      const jids = itemsOf(payload);
      if (jids.length === 0) throw new StanzaError('bad-request', { text: 'There is no address to block.' });
      if (jids.some((jid) => isOwn(host, account, jid)))
        throw new StanzaError('not-allowed', { text: 'Your own account and server cannot be blocked.' });
      const before = new Set(host.store.extras.blocked(account.id));
      const added = jids.map(String).filter((jid) => !before.has(jid));
      if (before.size + added.length > MAX_BLOCKED)
        throw new StanzaError('resource-constraint', { text: `${MAX_BLOCKED} addresses can be blocked.` });
      const reported = readReports(host, account, payload);
      const blocked = added.map((jid) => change('blocked set', { account: account.id, jid }));
      await commit(host, [...blocked, ...reportChanges(reported)]);
      forwardReports(host, reported);
      push(host, account, xml('block', { xmlns: NS }, ...items(jids.map(String))));
      const now = new Set(added);
      for (const contact of audience(host, account, added))
        if (matches(host, now, contact) && !matches(host, before, contact)) disappear(host, account, contact);
      return undefined;
    });

    host.iq.handle('set', 'account', 'unblock', NS, 'owner', async ({ account, payload }) => {
      if (!account) throw new StanzaError('forbidden');
      const jids = itemsOf(payload).map(String);
      const before = new Set(host.store.extras.blocked(account.id));
      const changes =
        jids.length === 0
          ? [change('blocked removed', { account: account.id })]
          : jids.map((jid) => change('blocked removed', { account: account.id, jid }));
      await commit(host, changes);
      push(host, account, xml('unblock', { xmlns: NS }, ...items(jids)));
      const after = new Set(host.store.extras.blocked(account.id));
      for (const contact of audience(host, account, before))
        if (matches(host, before, contact) && !matches(host, after, contact)) appear(host, account, contact);
      return undefined;
    });

    host.hooks.on('stanza from session', (event) => {
      if (!event.to || !isBlocked(event.session.account, event.to)) return;
      if (mayBeAnswered(event.stanza)) throw blockedError();
      event.drop = true;
    });

    host.hooks.on('stanza to account', (event) => {
      const { account, stanza, from } = event;
      if (!isBlocked(account, from)) return;
      if (stanza.name !== 'presence' && mayBeAnswered(stanza)) throw new StanzaError('service-unavailable');
      event.drop = true;
    });

    host.hooks.on('night', ({ work }) => work.push(() => forgetReports(host)));

    host.hooks.on('presence to contact', (event) => {
      if (isBlocked(event.account, event.contact)) event.drop = true;
    });
  },
};

/** The order of section 6, from the narrowest to the widest. A member of the box is the same one by each of its server's domains. */
function matches(host: Host, blocked: ReadonlySet<string>, jid: Jid): boolean {
  if (blocked.size === 0) return false;
  const { local, resource } = jid;
  const { domain, fallbacks } = host.server;
  const domains = host.serves(jid.domain)
    ? [domain, ...fallbacks]
    : [...new Set([jid.domain, host.knownAs(jid).domain])];
  return domains.some((at) => {
    const bare = local === '' ? at : `${local}@${at}`;
    const names = [`${bare}/${resource}`, bare, `${at}/${resource}`, at];
    return names.some((name) => blocked.has(name));
  });
}

/** An account is never cut off from its own resources (section 5) nor from its server. */
function isOwn(host: Host, account: Account, jid: Jid): boolean {
  return host.serves(jid.domain) && (jid.local === '' || jid.local === account.local);
}

/** @throws StanzaError bad-request, jid-malformed */
function itemsOf(payload: Element): Jid[] {
  const jids = payload.getChildren('item', NS).map(({ attrs }) => {
    if (attrs.jid === undefined) throw new StanzaError('bad-request', { text: 'An item names no address.' });
    return Jid.parse(attrs.jid);
  });
  return [...new Map(jids.map((jid) => [jid.toString(), jid])).values()];
}

const items = (jids: string[]) => jids.map((jid) => xml('item', { jid }));

async function commit(host: Host, changes: Change[]): Promise<void> {
  if (changes.length > 0) await host.store.journal.commit(...changes);
}

/** To all resources that asked for the list (sections 3.2 and 3.3). */
function push(host: Host, account: Account, payload: Element): void {
  for (const session of host.sessions.ofAccount(account)) {
    if (!session.blocklist) continue;
    const to = session.jid.toString();
    session.send(
      xml(
        'iq',
        { type: 'set', id: `block-${host.store.newId()}`, from: session.jid.bare.toString(), to },
        clone(payload),
      ),
    );
  }
}

/** Who may know the account's presence: contacts by subscription, others because a session sent it to them, and those named. */
function audience(host: Host, account: Account, named: Iterable<string>): Jid[] {
  const contacts = host.roster
    .items(account)
    .filter(({ subscription }) => subscription === 'from' || subscription === 'both');
  const directed = host.sessions.ofAccount(account).flatMap((session) => [...session.directed]);
  return [...new Set([...contacts.map(({ contact }) => contact), ...directed, ...named])].map((jid) => Jid.parse(jid));
}

function disappear(host: Host, account: Account, contact: Jid): void {
  const to = contact.toString();
  for (const session of host.sessions.ofAccount(account)) {
    const knew = session.directed.delete(to) || (session.available && host.roster.sees(account, contact));
    if (knew) host.send(xml('presence', { type: 'unavailable', from: publicAddress(host, session), to }));
  }
}

function appear(host: Host, account: Account, contact: Jid): void {
  if (!host.roster.sees(account, contact)) return;
  for (const session of host.sessions.ofAccount(account)) {
    if (!session.presence) continue;
    const presence = clone(session.presence);
    presence.attrs.from = publicAddress(host, session);
    presence.attrs.to = contact.toString();
    host.send(presence);
  }
}

/** As contacts know it: at the primary domain, whichever one the client logged in to. */
const publicAddress = (host: Host, { account, jid }: Session) => `${host.addressOf(account)}/${jid.resource}`;

/** Section 3.2; the type is that of its example. */
const blockedError = () =>
  new StanzaError('not-acceptable', { type: 'cancel', application: xml('blocked', { xmlns: NS_ERRORS }) });
