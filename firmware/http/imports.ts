/** Pages that take one file of a member's, once, within minutes: `GET /import/TOKEN` shows the form, `PUT` brings the file. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Hono } from 'hono';
import { textOf } from '../../ui/web/html.ts';
import { importPage, importScript } from '../../ui/web/import.ts';
import { words } from '../../ui/web/words.ts';
import type { Clock, Random } from '../../xmpp/clock.ts';
import type { ImportReport, ServerConfig } from '../../xmpp/config.ts';
import type { Log } from '../../xmpp/log.ts';
import { CommitError } from '../../xmpp/store/store.ts';
import { reasonOf } from '../errors.ts';
import type { WebEnv } from './app.ts';
import { type OneTimeLink, OneTimeLinks } from './one-time-links.ts';
import { refuse } from './upload-answer.ts';

const MAX_BYTES = 2 ** 30;
/** Without a byte. */
const IDLE_MS = 30_000;
/** For the whole file. */
const WHOLE_MS = 30 * 60_000;
/** Files that are being taken in at once. */
const MAX_RUNNING = 2;
const PATH = /^\/import\/([A-Za-z0-9_-]{32})$/;

type Take = Parameters<NonNullable<ServerConfig['imports']>['offer']>[1];

interface Wanted {
  address: string;
  take: Take;
}

export class Imports implements NonNullable<ServerConfig['imports']> {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #links: OneTimeLinks<Wanted>;
  #running = 0;

  /** @param urlOf undefined where no encrypted page is served */
  constructor(clock: Clock, random: Random, log: Log, urlOf: (token: string) => string | undefined) {
    this.#clock = clock;
    this.#log = log;
    this.#links = new OneTimeLinks(clock, random, urlOf);
  }

  offer(address: string, take: Take): OneTimeLink | undefined {
    return this.#links.offer({ address, take });
  }

  find(token: string): Wanted | undefined {
    return this.#links.find(token);
  }

  /** The file itself, which goes from the socket into the account as it comes. False for what is none of its business. */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    const [, token] = PATH.exec(request.url ?? '') ?? [];
    if (request.method !== 'PUT' || token === undefined) return false;
    void this.#put(token, request, response);
    return true;
  }

  async #put(token: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const found = this.find(token);
    if (!found) return refuse(request, response, 404);
    if (Number(request.headers['content-length'] ?? 0) > MAX_BYTES) return refuse(request, response, 413);
    if (this.#running >= MAX_RUNNING) return refuse(request, response, 503, { 'Retry-After': '30' });
    this.#links.take(token);
    this.#running += 1;
    request.setTimeout(IDLE_MS, () => request.destroy());
    const patience = this.#clock.after(WHOLE_MS, () => request.destroy());
    try {
      answer(response, 200, told(await found.take(bounded(request))));
    } catch (error) {
      const isFull = error instanceof CommitError;
      this.#log.info({ reason: reasonOf(error) }, 'an import ended early');
      answer(response, isFull ? 507 : 422, isFull ? words.import.diskFull : words.import.ended(reasonOf(error)));
    } finally {
      patience.cancel();
      this.#running -= 1;
    }
  }
}

async function* bounded(request: IncomingMessage): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) throw new Error(words.import.tooLarge);
    yield chunk;
  }
}

function answer(response: ServerResponse, status: number, text: string): void {
  if (response.destroyed) return;
  response
    .writeHead(status, {
      'Content-Type': 'text/plain; charset=utf-8',
      'X-Content-Type-Options': 'nosniff',
      'Cache-Control': 'no-store',
      Connection: 'close',
    })
    .end(`${text}\n`);
}

function told({ taken, left }: ImportReport): string {
  const counts = Object.entries(taken).map(([what, count]) => `${what}: ${count}`);
  const lines = [words.import.taken(counts.join(', ')), words.import.contacts];
  if (left.length > 0) lines.push('', words.import.left, ...left.map((line) => `- ${line}`));
  return lines.join('\n');
}

export function importRoutes({ imports }: { imports: Imports }): Hono<WebEnv> {
  const routes = new Hono<WebEnv>();
  routes.get('/import.js', (c) => c.body(importScript, 200, { 'Content-Type': 'text/javascript; charset=utf-8' }));
  routes.get('/import/:token', (c) => {
    const found = imports.find(c.req.param('token'));
    if (!found) return c.notFound();
    const page = importPage(found.address);
    return c.html(textOf(page), 200, { 'Cache-Control': 'no-store' });
  });
  return routes;
}
