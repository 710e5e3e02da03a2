/** The panel as a page, for this machine only: picture by server-sent events, buttons by a form. */
import { Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import { png } from '../../ui/panel/png.ts';
import { notice } from '../../ui/web/home.ts';
import { textOf } from '../../ui/web/html.ts';
import { panelPage, panelScript } from '../../ui/web/panel.ts';
import { words } from '../../ui/web/words.ts';
import { parseButton, parseHoldMs } from '../panel/press.ts';
import type { WebEnv } from './app.ts';
import { isLocal, isOwnForm } from './guards.ts';
import type { Site } from './site.ts';

/** Browsers on one machine; more are somebody's mistake. */
const WATCHERS = 16;
const HEARTBEAT_MS = 15_000;

export function panelRoutes({ hosts, panel }: Site): Hono<WebEnv> {
  const routes = new Hono<WebEnv>();
  let watchers = 0;
  const domain = () => hosts()[0]?.server.domain ?? '';
  const refusal = () => {
    const { refused, missing } = { refused: words.panel.refused, missing: words.missing };
    return textOf(notice(domain(), refused.title, refused.about, missing.home));
  };

  for (const path of ['/panel', '/panel/*', '/panel.js', '/panel.png'])
    routes.use(path, async (c, next) => (isLocal(c) ? next() : c.html(refusal(), 403)));

  routes.get('/panel', (c) => c.html(textOf(panelPage(domain()))));
  routes.get('/panel.js', (c) => c.body(panelScript, 200, { 'Content-Type': 'text/javascript; charset=utf-8' }));
  routes.get('/panel.png', (c) =>
    c.body(Buffer.from(png(panel.frame())), 200, { 'Content-Type': 'image/png', 'Cache-Control': 'no-store' }),
  );

  routes.get('/panel/events', (c) => {
    if (watchers >= WATCHERS) return c.text('too many watchers', 503);
    return streamSSE(c, async (stream) => {
      watchers += 1;
      let wake = () => {};
      const unwatch = panel.onFrame(() => wake());
      const stopped = new Promise<void>((resolve) =>
        stream.onAbort(() => {
          unwatch();
          watchers -= 1;
          resolve();
        }),
      );
      while (!stream.aborted) {
        const changed = new Promise<void>((resolve) => {
          wake = resolve;
        });
        await stream.writeSSE({ data: Buffer.from(panel.frame()).toString('base64') });
        await Promise.race([changed, stopped, stream.sleep(HEARTBEAT_MS)]);
      }
    });
  });

  routes.post('/panel/press', async (c) => {
    if (!isOwnForm(c)) return c.html(refusal(), 403);
    const form = await c.req.parseBody();
    const button = parseButton(form.button);
    const heldMs = parseHoldMs(form.held ?? '0');
    if (button === undefined || heldMs === undefined)
      return c.text('button: pair, page or power; held: milliseconds', 400);
    panel.press(button, heldMs);
    return c.redirect('/panel', 303);
  });

  return routes;
}
