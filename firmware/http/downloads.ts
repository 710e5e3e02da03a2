/** Files that are made as they are fetched: once, by whoever has the address, within minutes. */
import { Hono } from 'hono';
import type { Clock, Random } from '../../xmpp/clock.ts';
import type { ServerConfig } from '../../xmpp/config.ts';
import type { WebEnv } from './app.ts';

const LIFETIME_MS = 10 * 60_000;
/** Waiting at once; the oldest gives way. */
const MAX_WAITING = 50;
const TOKEN_BYTES = 24;

interface Waiting {
  fileName: string;
  make: () => Iterable<string>;
  untilMs: number;
}

export class Downloads implements NonNullable<ServerConfig['downloads']> {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #urlOf: (token: string) => string | undefined;
  readonly #waiting = new Map<string, Waiting>();

  /** @param urlOf undefined where no encrypted page is served */
  constructor(clock: Clock, random: Random, urlOf: (token: string) => string | undefined) {
    this.#clock = clock;
    this.#random = random;
    this.#urlOf = urlOf;
  }

  offer(fileName: string, make: () => Iterable<string>): { url: string; untilMs: number } | undefined {
    const token = this.#random(TOKEN_BYTES).toString('base64url');
    const url = this.#urlOf(token);
    if (url === undefined) return undefined;
    const [oldest] = this.#waiting.keys();
    if (this.#waiting.size >= MAX_WAITING && oldest !== undefined) this.#waiting.delete(oldest);
    const untilMs = this.#clock.nowMs() + LIFETIME_MS;
    this.#waiting.set(token, { fileName, make, untilMs });
    return { url, untilMs };
  }

  take(token: string): Waiting | undefined {
    const found = this.#waiting.get(token);
    this.#waiting.delete(token);
    return found && found.untilMs > this.#clock.nowMs() ? found : undefined;
  }
}

export function downloadRoutes({ downloads }: { downloads: Downloads }): Hono<WebEnv> {
  const routes = new Hono<WebEnv>();
  routes.get('/export/:token', (c) => {
    // Somebody who only looks whether it is there does not use it up.
    const found = c.req.method === 'GET' ? downloads.take(c.req.param('token')) : undefined;
    if (!found) return c.notFound();
    return c.body(streamOf(found.make()), 200, {
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
