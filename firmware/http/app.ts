/** All that the box answers over HTTP, as one hono application; the sockets are web-server.ts's. */
import type { HttpBindings } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { homePage, missingPage, notice } from '../../ui/web/home.ts';
import { type Html, textOf } from '../../ui/web/html.ts';
import { icon } from '../../ui/web/layout.ts';
import { style } from '../../ui/web/style.ts';
import { words } from '../../ui/web/words.ts';
import { askedHost, otherAddresses } from './asked-host.ts';
import { downloadRoutes } from './downloads.ts';
import { bodyLimit, perAddress, securityHeaders } from './guards.ts';
import { hostMetaRoutes } from './host-meta.ts';
import { importRoutes } from './imports.ts';
import { invitationRoutes } from './invitation.ts';
import { panelRoutes } from './panel.ts';
import { portalRoutes } from './portal/portal.ts';
import type { Site } from './site.ts';

export type WebEnv = { Bindings: HttpBindings };

/** A form of this box is a name, a password and a code. */
const BODY_BYTES = 8 * 1024;

export function createApp(site: Site): Hono<WebEnv> {
  const app = new Hono<WebEnv>();
  const domain = (c: Context<WebEnv>) => askedHost(site, c).server.domain;
  const page = (view: Html) => textOf(view);

  app.use(securityHeaders());
  app.use(perAddress(site.clock, (c) => page(notice(domain(c), words.busy.title, words.busy.about, words.busy.again))));
  // Has a limit of its own.
  app.route('/', portalRoutes(site));
  app.use(bodyLimit(BODY_BYTES));

  app.get('/', (c) => c.html(page(homePage({ domain: domain(c), also: otherAddresses(site, askedHost(site, c)) }))));
  app.get('/style.css', (c) =>
    c.body(style, 200, { 'Content-Type': 'text/css; charset=utf-8', 'Cache-Control': 'max-age=3600' }),
  );
  app.get('/icon.svg', (c) =>
    c.body(icon(), 200, { 'Content-Type': 'image/svg+xml', 'Cache-Control': 'max-age=86400' }),
  );
  app.route('/', invitationRoutes(site));
  app.route('/', panelRoutes(site));
  app.route('/', downloadRoutes(site));
  app.route('/', importRoutes(site));
  app.route('/', hostMetaRoutes(site));

  app.notFound((c) => c.html(page(missingPage(domain(c))), 404));
  app.onError((error, c) => {
    if (error instanceof HTTPException) return error.getResponse();
    site.log.error({ err: error, path: c.req.path }, 'a page failed');
    return c.html(page(notice(domain(c), words.fault.title, words.fault.about, words.missing.home)), 500);
  });
  return app;
}
