/**
 * The portal: where an administrator of a server looks after it with a browser. What is done here is done by ad-hoc commands, the
 * same as in the menus of apps (command-pages.ts); the pages beside them only show, and have buttons that begin one.
 */
import { timingSafeEqual } from 'node:crypto';
import { Hono } from 'hono';
import { type Html, textOf } from '../../../ui/web/html.ts';
import { circlesPage } from '../../../ui/web/portal/circles.ts';
import { type PortalFrame, pathOf, type Section } from '../../../ui/web/portal/frame.ts';
import { invitationsPage } from '../../../ui/web/portal/invitations.ts';
import { logPage } from '../../../ui/web/portal/log.ts';
import { onlyEncryptedPage } from '../../../ui/web/portal/login.ts';
import { memberPage, membersPage } from '../../../ui/web/portal/members.ts';
import { morePage } from '../../../ui/web/portal/more.ts';
import { overviewPage } from '../../../ui/web/portal/overview.ts';
import { reportsPage } from '../../../ui/web/portal/reports.ts';
import { rulesPage } from '../../../ui/web/portal/rules.ts';
import { serversPage } from '../../../ui/web/portal/servers.ts';
import { waitingPage } from '../../../ui/web/portal/waiting.ts';
import { words } from '../../../ui/web/portal/words.ts';
import type { WebEnv } from '../app.ts';
import { askedHost } from '../asked-host.ts';
import { bodyLimit } from '../guards.ts';
import type { Site } from '../site.ts';
import { CommandPages } from './command-pages.ts';
import { frameOf } from './frame-of.ts';
import { encryptedUrl, isOwnPost, mayLogInFrom, type Page, placeOf, ROOT, readToken, takeToken } from './gate.ts';
import { LogIn } from './log-in.ts';
import { memberOf, membersOf } from './member-views.ts';
import { grouped } from './nodes.ts';
import { type PortalSession, PortalSessions } from './sessions.ts';
import { circlesOf, invitationsOf, logOf, overviewOf, reportsOf, rulesOf, serversOf, waitingOf } from './views.ts';

/** A form here may list the members of a circle, or whom the server has nothing to do with. */
const BODY_BYTES = 64 * 1024;
/** Of somebody whom nobody knows yet. */
const LOGIN_BYTES = 8 * 1024;

/** Somebody who is logged in asks for a page, or sent a form. */
type Show = (c: Page, session: PortalSession) => Response | Promise<Response>;
type Act = (c: Page, session: PortalSession, form: URLSearchParams) => Response | Promise<Response>;

export function portalRoutes(site: Site): Hono<WebEnv> {
  const routes = new Hono<WebEnv>();
  const sessions = new PortalSessions(site.clock);
  const logIn = new LogIn(site, sessions);
  const commands = new CommandPages();

  routes.use(`${ROOT}/*`, async (c, next) => {
    await next();
    c.header('Cache-Control', 'no-store');
  });
  routes.use(`${ROOT}/*`, async (c, next) => {
    const place = placeOf(c);
    const { domain } = askedHost(site, c).server;
    if (!mayLogInFrom(c, place))
      return c.html(textOf(onlyEncryptedPage(domain, encryptedUrl(c, place, site.ports.https))), 403);
    if (c.req.method === 'POST' && !isOwnPost(c)) return logIn.show(c, { problem: words.login.foreign, status: 403 });
    return next();
  });
  routes.use(`${ROOT}/login`, bodyLimit(LOGIN_BYTES));
  routes.use(`${ROOT}/*`, bodyLimit(BODY_BYTES));

  const sessionOf = (c: Page) => {
    const place = placeOf(c);
    return sessions.find(askedHost(site, c), readToken(c, place), place);
  };
  const forget = (c: Page) => {
    const place = placeOf(c);
    if (readToken(c, place) === undefined) return undefined;
    takeToken(c, place);
    return words.login.over;
  };
  const shown = (show: Show) => (c: Page) => {
    const session = sessionOf(c);
    return session ? show(c, session) : logIn.show(c, { problem: forget(c), status: 403 });
  };
  const done = (act: Act) => async (c: Page) => {
    const session = sessionOf(c);
    if (!session) return logIn.show(c, { problem: forget(c), status: 403 });
    const form = new URLSearchParams(await c.req.text());
    if (!isSame(form.get('csrf') ?? '', session.csrf))
      return logIn.show(c, { problem: words.login.foreign, status: 403 });
    return act(c, session, form);
  };
  const section = (here: Section, draw: (frame: PortalFrame, session: PortalSession, c: Page) => Html) =>
    routes.get(
      pathOf(here),
      shown((c, session) => c.html(textOf(draw(frameOf(session, here), session, c)))),
    );

  routes.get(ROOT, (c) => {
    const session = sessionOf(c);
    if (!session) return logIn.show(c, { problem: forget(c) });
    return c.html(textOf(overviewPage(frameOf(session, 'overview'), overviewOf(site, session))));
  });
  routes.post(`${ROOT}/login`, (c) => logIn.take(c, sessionOf(c)));
  routes.post(
    `${ROOT}/logout`,
    done((c, session) => logIn.end(c, session)),
  );
  section('waiting', (frame, session) => waitingPage(frame, waitingOf(session)));
  section('members', (frame, session, c) => membersPage(frame, membersOf(session, c.req.query('q') ?? '')));
  routes.get(
    `${pathOf('members')}/:local`,
    shown((c, session) => {
      const member = memberOf(session, c.req.param('local') ?? '');
      if (!member) return c.notFound();
      const frame = frameOf(session, 'members', `${pathOf('members')}/${encodeURIComponent(member.local)}`);
      return c.html(textOf(memberPage(frame, member)));
    }),
  );
  section('invitations', (frame, session) => invitationsPage(frame, invitationsOf(session)));
  section('circles', (frame, session) => circlesPage(frame, circlesOf(session)));
  section('rules', (frame, session) => rulesPage(frame, rulesOf(session)));
  section('reports', (frame, session) => reportsPage(frame, reportsOf(session)));
  section('servers', (frame, session) => serversPage(frame, serversOf(site, session)));
  section('log', (frame, session, c) => logPage(frame, logOf(session, c.req.query('before'))));
  section('more', (frame, session) => morePage(frame, { groups: grouped(session.desk.list()) }));
  routes.post(
    `${ROOT}/do`,
    done((c, session, form) => commands.begin(c, session, form)),
  );
  routes.post(
    `${ROOT}/step`,
    done((c, session, form) => commands.step(c, session, form)),
  );
  return routes;
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
