/** What each page of the portal shows of a server, read from the host as it is at this moment. */
import type { CirclesView } from '../../../ui/web/portal/circles.ts';
import type { InvitationsView, InvitationView } from '../../../ui/web/portal/invitations.ts';
import type { LogView } from '../../../ui/web/portal/log.ts';
import type { OverviewView } from '../../../ui/web/portal/overview.ts';
import type { ReportsView } from '../../../ui/web/portal/reports.ts';
import type { RulesView } from '../../../ui/web/portal/rules.ts';
import type { ServersView } from '../../../ui/web/portal/servers.ts';
import type { WaitingView } from '../../../ui/web/portal/waiting.ts';
import { waitingOn } from '../../../xmpp/access/approval-requests.ts';
import { REGISTRATION_WORDS, ruleWords } from '../../../xmpp/access/rules/words.ts';
import type { Host } from '../../../xmpp/extension.ts';
import type { PeerState } from '../../../xmpp/federation/status.ts';
import { Jid } from '../../../xmpp/routing/jid.ts';
import type { Invite } from '../../../xmpp/store/model.ts';
import { PEER_COLUMNS, peerWords } from '../../federation-words.ts';
import { otherAddresses } from '../asked-host.ts';
import type { Site } from '../site.ts';
import { NODES } from './nodes.ts';
import type { PortalSession } from './sessions.ts';

const ACTS_ON_OVERVIEW = 5;
const ACTS_ON_PAGE = 50;
const MAX_REPORTS = 200;

export function overviewOf(site: Site, session: PortalSession): OverviewView {
  const { host, account } = session;
  const { id, mode, domain } = host.server;
  const federation = site.portal.federates() ? inShort(peersOf(site, host)) : undefined;
  const others = otherAddresses(site, host);
  return {
    mode,
    strangers: host.quarantine.waitingForAll().length,
    requests: waitingOn(host, account, true).length,
    members: host.store.accounts.count(id),
    online: host.sessions.accountsOnline,
    invitations: openInvites(host).length,
    reports: host.store.access.reports(id).length,
    federation,
    addresses: [
      { name: domain, kind: 'primary' },
      ...others.map((name) => ({ name, kind: name.endsWith('.onion') ? ('onion' as const) : ('fallback' as const) })),
    ],
    acts: host.acts.list(ACTS_ON_OVERVIEW),
    nodes: { mode: NODES.mode, invite: NODES.invite },
  };
}

export function waitingOf({ host, account }: PortalSession): WaitingView {
  return {
    strangers: host.quarantine.waitingForAll().map(({ account: member, from, stanzas, sinceMs }) => ({
      key: `${member.id} ${from}`,
      ...{ from, stanzas, sinceMs },
      member: host.addressOf(member),
    })),
    requests: waitingOn(host, account, true).map(({ limited, request: { account: id, contact, direction, atMs } }) => ({
      key: `${id} ${contact}`,
      ...{ contact, direction, atMs },
      member: host.addressOf(limited),
    })),
    nodes: { held: NODES.held, requests: NODES.requests, approvals: NODES.approvals },
  };
}

export const waitingCount = ({ host, account }: PortalSession): number =>
  host.quarantine.waitingForAll().length + waitingOn(host, account, true).length;

export function invitationsOf({ host, desk }: PortalSession): InvitationsView {
  const offered = new Set(desk.list().map(({ node }) => node));
  const ifOffered = (node: string) => (offered.has(node) ? node : undefined);
  return {
    open: openInvites(host).map((invite) => invitationOf(host, invite)),
    nodes: { make: ifOffered(NODES.invite), friend: ifOffered(NODES.inviteFriend), revoke: NODES.revokeInvite },
  };
}

const openInvites = ({ invites }: Host): Invite[] => invites.list().filter(({ code }) => invites.find(code));

function invitationOf(host: Host, invite: Invite): InvitationView {
  const { code, expiresMs, uses, usesLeft, role, note, username, createdBy, circle, resets, registers } = invite;
  const addressOf = (id: string | undefined) => {
    const account = host.store.accounts.byId(id ?? '');
    return account && host.addressOf(account);
  };
  return {
    ...{ code, expiresMs, uses, usesLeft, role, note },
    page: host.config.invitationUrl(code),
    uri: host.invites.uri(invite),
    circle: circle === undefined ? undefined : host.circles.byId(circle)?.name,
    name: username,
    from: addressOf(createdBy),
    resets: addressOf(resets),
    makesAccount: registers !== false,
  };
}

export function circlesOf({ host }: PortalSession): CirclesView {
  return {
    circles: host.circles.list().map((circle) => {
      const members = host.circles.members(circle);
      const leading = members.filter(({ standing }) => standing === 'administrator');
      return {
        id: circle.id,
        name: circle.name,
        room: circle.room !== undefined,
        members: members.map(({ account }) => account.local),
        administrators: leading.map(({ account }) => account.local),
      };
    }),
    nodes: { make: NODES.makeCircle, change: NODES.changeCircle, end: NODES.endCircle },
  };
}

export function rulesOf({ host }: PortalSession): RulesView {
  return {
    mode: host.server.mode,
    registration: REGISTRATION_WORDS[host.server.registration],
    rules: host.access.rules.map((rule) => {
      const { id, why, setBy, setMs } = rule;
      return { id, why, setBy, setMs, words: ruleWords(rule) };
    }),
    nodes: {
      mode: NODES.mode,
      registration: NODES.registration,
      add: NODES.addRule,
      remove: NODES.removeRule,
      explain: NODES.explain,
      black: NODES.blacklist,
      white: NODES.whitelist,
    },
  };
}

export function reportsOf({ host }: PortalSession): ReportsView {
  const reports = host.store.access.reports(host.server.id).slice(0, MAX_REPORTS);
  return {
    reports: reports.map(({ account, jid, atMs, reason, text }) => {
      const by = host.store.accounts.byId(account);
      const { domain, bare } = Jid.parse(jid);
      return {
        ...{ domain, atMs, reason, text },
        jid: bare.toString(),
        by: by ? host.addressOf(by) : '',
        outside: !host.serves(domain),
      };
    }),
    node: NODES.addRule,
  };
}

export function serversOf(site: Site, { host }: PortalSession): ServersView {
  const nowMs = site.clock.nowMs();
  return {
    enabled: site.portal.federates(),
    columns: PEER_COLUMNS,
    peers: peersOf(site, host).map((peer) => peerWords(peer, nowMs)),
  };
}

/**
 * Of this server alone. What only failed does not say for which server of the box that was: it is shown where a member has a contact
 * there.
 */
function peersOf({ portal, hosts }: Site, { server, store }: Host): PeerState[] {
  const domains = [server.domain, ...server.fallbacks];
  const isOurs = ({ local, domain }: PeerState) =>
    local === ''
      ? hosts().length === 1 || store.access.hasContactAt(server.id, domain)
      : domains.some((own) => local === own || local.endsWith(`.${own}`));
  return portal.peers().filter(isOurs);
}

function inShort(peers: readonly PeerState[]): { connected: number; troubled: number } {
  const connected = new Set(peers.filter(({ state }) => state === 'connected').map(({ domain }) => domain));
  const troubled = new Set(
    peers.filter(({ domain, lastError }) => lastError && !connected.has(domain)).map((peer) => peer.domain),
  );
  return { connected: connected.size, troubled: troubled.size };
}

export function logOf({ host }: PortalSession, before: string | undefined): LogView {
  const found = host.acts.list(ACTS_ON_PAGE + 1, before);
  const acts = found.slice(0, ACTS_ON_PAGE);
  return { acts, later: before !== undefined, before: found.length > acts.length ? acts.at(-1)?.id : undefined };
}
