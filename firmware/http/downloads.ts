/** Files that are made as they are fetched: once, by whoever has the address, within minutes. */
import { Hono } from 'hono';
import type { Clock, Random } from '../../xmpp/clock.ts';
import type { ServerConfig } from '../../xmpp/config.ts';
import type { WebEnv } from './app.ts';
import { type OneTimeLink, OneTimeLinks } from './one-time-links.ts';

interface Download {
  fileName: string;
  /** Undefined where it is not to be had any more. */
  make: () => Iterable<string> | undefined;
}

export class Downloads implements NonNullable<ServerConfig['downloads']> {
  readonly #links: OneTimeLinks<Download>;

  /** @param urlOf undefined where no encrypted page is served */
  constructor(clock: Clock, random: Random, urlOf: (token: string) => string | undefined) {
    this.#links = new OneTimeLinks(clock, random, urlOf);
  }

  offer(fileName: string, make: Download['make']): OneTimeLink | undefined {
    return this.#links.offer({ fileName, make });
  }

  take(token: string): Download | undefined {
    return this.#links.take(token);
  }
}

export function downloadRoutes({ downloads }: { downloads: Downloads }): Hono<WebEnv> {
  const routes = new Hono<WebEnv>();
  routes.get('/export/:token', (c) => {
    // Somebody who only looks whether it is there does not use it up.
    const found = c.req.method === 'GET' ? downloads.take(c.req.param('token')) : undefined;
    const lines = found?.make();
    if (!found || !lines) return c.notFound();
    return c.body(streamOf(lines), 200, {
      'Content-Type': 'application/xml; charset=utf-8',
      'Content-Disposition': `attachment; filename*=UTF-8''${encodeURIComponent(found.fileName)}`,
      'Cache-Control': 'no-store',
    });
  });
  return routes;
}

/** As fast as it is taken, no faster. */
function streamOf(lines: Iterable<string>): ReadableStream<Uint8Array> {
  const all = lines[Symbol.iterator]();
  const encoder = new TextEncoder();
  return new ReadableStream({
    pull(controller) {
      const { value, done } = all.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
  });
}
