/** From a code to an account: /j (typed), /j/CODE (scanned, upper case as QR codes have it, or followed), and the form on it. */
import { type Context, Hono } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { homePage } from '../../ui/web/home.ts';
import { textOf } from '../../ui/web/html.ts';
import { type LandingView, landingPage } from '../../ui/web/landing.ts';
import { welcomePage } from '../../ui/web/welcome.ts';
import { words } from '../../ui/web/words.ts';
import { prepareName } from '../../xmpp/access/name.ts';
import { preparePassword } from '../../xmpp/access/password.ts';
import type { Host } from '../../xmpp/extension.ts';
import { StanzaError } from '../../xmpp/routing/stanza-error.ts';
import type { Account, Invite } from '../../xmpp/store/model.ts';
import { CommitError } from '../../xmpp/store/store.ts';
import { PAGE_INVITATION_MS } from '../pairing.ts';
import { invitationUrl } from '../reachability.ts';
import type { WebEnv } from './app.ts';
import { askedHost, otherAddresses } from './asked-host.ts';
import { addressOf } from './guards.ts';
import { showReset, takeReset } from './reset.ts';
import type { Site } from './site.ts';

/**
 * Remembers the invitation behind a code that dies with its window: phones drop pages from memory while an app is fetched, and
 * load them anew.
 */
const COOKIE = 'casp3r_invitation';

type Page = Context<WebEnv>;
type Problem = NonNullable<LandingView['problem']>;

export function invitationRoutes(site: Site): Hono<WebEnv> {
  const { clock } = site;
  const routes = new Hono<WebEnv>();
  const paths = ['/j/:code', '/J/:code'];

  routes.get('/j', (c) =>
    c.redirect(`/j/${encodeURIComponent((c.req.query('code') ?? '').replace(/[\s-]/g, ''))}`, 303),
  );

  routes.on('GET', paths, async (c) => {
    const invite = await findInvite(c);
    if (invite instanceof Response) return invite;
    const host = hostOf(invite);
    return invite.resets === undefined ? landing(c, host, invite) : showReset(c, host, invite);
  });

  routes.on('POST', paths, async (c) => {
    const invite = await findInvite(c);
    if (invite instanceof Response) return invite;
    const host = hostOf(invite);
    const form = await c.req.parseBody();
    const field = (name: string) => (typeof form[name] === 'string' ? form[name] : '');
    if (invite.resets !== undefined) return takeReset(c, host, invite, field('password'));
    const made = await makeAccount(host, field('name').trim(), field('password'), invite, addressOf(c));
    if ('problem' in made) return landing(c, host, invite, { ...made.problem, name: field('name') });
    return welcome(c, host, made.account);
  });

  /** The invitation of the address, or the page that says that there is none. Wrong codes are counted, and soon not looked at. */
  async function findInvite(c: Page): Promise<Invite | Response> {
    const code = c.req.param('code') ?? '';
    const hosts = site.hosts();
    // One count for the box: whichever name was asked for, the codes of all its servers are looked through.
    const { throttle } = (hosts[0] ?? askedHost(site, c)).accounts;
    if (!throttle.mayTryCode(addressOf(c))) return refuse(c, words.home.slowDown, 429);
    const invite = (await site.pairing.invitationFor(code)) ?? findAmong(hosts, code);
    if (invite) return invite;
    // One that was good once was not guessed.
    if (hosts.some(({ invites }) => invites.findAt(code, Number.NEGATIVE_INFINITY))) {
      const kept = findAmong(hosts, getCookie(c, COOKIE) ?? '');
      if (kept) return kept;
    } else {
      throttle.wrongCode(addressOf(c));
      site.pairing.wrongCode();
    }
    return refuse(c, words.home.wrong, 404);
  }

  function refuse(c: Page, problem: string, status: 404 | 429): Response | Promise<Response> {
    return c.html(textOf(homePage({ domain: askedHost(site, c).server.domain, problem })), status, {
      'Cache-Control': 'no-store',
    });
  }

  /** Where it makes an account. */
  function hostOf({ server: id }: Invite): Host {
    const host = site.hosts().find(({ server }) => server.id === id);
    if (!host) throw new Error('an invitation to no server');
    return host;
  }

  function landing(c: Page, host: Host, invite: Invite, problem?: Problem): Response | Promise<Response> {
    const uri = host.invites.uri(invite);
    if (invite.code !== c.req.param('code'))
      setCookie(c, COOKIE, invite.code, {
        maxAge: PAGE_INVITATION_MS / 1000,
        httpOnly: true,
        sameSite: 'Lax',
        path: '/',
      });
    const view: LandingView = {
      domain: host.server.domain,
      also: otherAddresses(site, host),
      uri,
      ...inviterOf(host, invite),
      makesAccount: invite.registers !== false,
      ...(invite.username !== undefined && { name: invite.username }),
      action: `/j/${invite.code}`,
      expiresInMs: invite.expiresMs - clock.nowMs(),
      userAgent: c.req.header('User-Agent') ?? '',
      encryptedUrl: encryptedUrl(c, invite),
      ...(problem && { problem }),
    };
    // Conversations' scanner follows this header to the invitation itself.
    return c.html(textOf(landingPage(view)), problem ? 422 : 200, {
      Link: `<${uri}>; rel="alternate"`,
      'Cache-Control': 'no-store',
    });
  }

  function inviterOf(host: Host, { createdBy, befriends }: Invite): { inviter?: string } {
    const inviter = befriends ? host.store.accounts.byId(createdBy ?? '') : undefined;
    return inviter ? { inviter: host.addressOf(inviter) } : {};
  }

  function encryptedUrl(c: Page, { code }: Invite): string | undefined {
    const encrypted = 'encrypted' in c.env.incoming.socket;
    if (encrypted || site.ports.https === 0) return undefined;
    return invitationUrl({ host: site.reachableHost(), http: 0, https: site.ports.https }, code);
  }

  function welcome(c: Page, host: Host, { local, role }: Account): Response | Promise<Response> {
    const view = {
      domain: host.server.domain,
      also: otherAddresses(site, host),
      name: local,
      administrator: role === 'administrator',
      portal: askedHost(site, c) === host,
      server: site.reachableHost(),
      c2s: site.ports.c2s,
      c2sTls: site.ports.c2sTls,
      fingerprint: site.fingerprint(),
      userAgent: c.req.header('User-Agent') ?? '',
    };
    return c.html(textOf(welcomePage(view)), 200, { 'Cache-Control': 'no-store' });
  }

  async function makeAccount(
    host: Host,
    name: string,
    password: string,
    invite: Invite,
    address: string,
  ): Promise<{ account: Account } | { problem: Omit<Problem, 'name'> }> {
    const wrong = complaint('name', () => prepareName(name)) ?? complaint('password', () => preparePassword(password));
    if (name === '') return { problem: { field: 'name', text: words.problems.nameMissing } };
    if (wrong) return { problem: wrong };
    try {
      const { role, code: inviteCode } = invite;
      const account = await host.accounts.create({ local: name, password, role, inviteCode, address });
      return { account };
    } catch (error) {
      return { problem: problemOf(error) };
    }
  }

  return routes;
}

/** Codes are unlike each other in the whole box. */
function findAmong(hosts: readonly Host[], code: string): Invite | undefined {
  for (const { invites } of hosts) {
    const found = invites.find(code);
    if (found) return found;
  }
  return undefined;
}

function complaint(field: Problem['field'], prepare: () => void): Omit<Problem, 'name'> | undefined {
  try {
    prepare();
    return undefined;
  } catch (error) {
    if (error instanceof StanzaError) return { field, text: error.message };
    throw error;
  }
}

/** In the words of the page. @throws what is no answer to the person */
function problemOf(error: unknown): Omit<Problem, 'name'> {
  if (error instanceof CommitError) return { field: 'form', text: words.problems.diskFull };
  if (!(error instanceof StanzaError)) throw error;
  if (error.condition === 'conflict') return { field: 'name', text: words.problems.nameTaken };
  if (error.condition === 'forbidden') return { field: 'form', text: error.message };
  if (error.condition === 'item-not-found') return { field: 'form', text: words.problems.codeGone };
  return { field: 'name', text: error.message };
}
