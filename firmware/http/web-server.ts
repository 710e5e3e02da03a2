/** The ports of the web pages, which the https port shares with XMPP by ALPN. @hono/node-server's one home. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { getRequestListener } from '@hono/node-server';
import type { Hono } from 'hono';
import type { ListenerState } from '../../xmpp/listeners.ts';
import type { Log } from '../../xmpp/log.ts';
import { AddressCounter } from '../../xmpp/stream/addresses.ts';
import { Door, type Doors, type Entrant, HTTP } from '../../xmpp/stream/door.ts';
import { BoxError, reasonOf } from '../errors.ts';
import type { WebEnv } from './app.ts';
import { HttpConnections } from './http-connections.ts';
import type { Imports } from './imports.ts';
import type { UploadServer } from './upload.ts';

/** For the whole of a request for a page to come in. A file may take its time. */
const PAGE_MS = 20_000;

export interface WebServerOptions {
  address: string;
  /** 0: none. */
  http: number;
  https: number;
  /** What the ports share with those of the XMPP server; its certificate as well. */
  doors: Doors;
  app: Hono<WebEnv>;
  /** `plain`: on the http port as well. */
  uploads: { server: UploadServer; plain: boolean };
  /** On the https port only. */
  imports: Pick<Imports, 'handle'>;
  /** XMPP over HTTP: `handle` says whether a request is for it. */
  streams: {
    handle(request: IncomingMessage, response: ServerResponse): boolean;
    upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  };
  /** The protocols beside HTTP that the https port takes by ALPN, and who takes such a connection over. */
  secured: { protocols: readonly string[]; take(entrant: Entrant): void };
  log: Log;
}

export class WebServer {
  readonly #options: WebServerOptions;
  readonly #addresses = new AddressCounter();
  readonly #open: { door: Door; connections: HttpConnections; state: ListenerState }[] = [];

  constructor(options: WebServerOptions) {
    this.#options = options;
  }

  /** @throws BoxError port-unusable */
  async start(): Promise<void> {
    const { http, https, app, uploads, imports, streams, secured } = this.#options;
    const pages = getRequestListener((request, env) => app.fetch(request, env as WebEnv['Bindings']), {
      overrideGlobalObjects: false,
    });
    const answer =
      (withUploads: boolean, encrypted: boolean) => (request: IncomingMessage, response: ServerResponse) => {
        if (withUploads && uploads.server.handle(request, response)) return;
        if (encrypted && imports.handle(request, response)) return;
        if (streams.handle(request, response)) return;
        const patience = setTimeout(() => {
          if (!request.complete) request.destroy();
        }, PAGE_MS).unref();
        response.once('close', () => clearTimeout(patience));
        void pages(request, response);
      };
    if (http !== 0) await this.#listen('http', http, answer(uploads.plain, false), undefined);
    if (https !== 0) await this.#listen('https', https, answer(true, true), [HTTP, ...secured.protocols]);
  }

  /** Connections that were given over to others go on. */
  async stop(): Promise<void> {
    for (const { door, connections } of this.#open.splice(0)) {
      door.stop();
      // Pages that wait for events never end by themselves.
      connections.stop();
    }
  }

  get listeners(): readonly ListenerState[] {
    return this.#open.map(({ state }) => state);
  }

  async #listen(
    name: string,
    port: number,
    request: (request: IncomingMessage, response: ServerResponse) => void,
    alpn: readonly string[] | undefined,
  ): Promise<void> {
    const { address, doors, log, streams, secured } = this.#options;
    const connections = new HttpConnections(doors.clock, this.#addresses, {
      request,
      upgrade: (...asked) => streams.upgrade(...asked),
    });
    const take = (entrant: Entrant) =>
      entrant.tls && entrant.protocol !== HTTP ? secured.take(entrant) : connections.take(entrant);
    const door = new Door(doors, { name, address, port, alpn, take });
    const actual = await door.start().catch((error: unknown) => {
      throw new BoxError('port-unusable', { name, port, reason: reasonOf(error) });
    });
    this.#open.push({ door, connections, state: { name, address, port: actual } });
    log.info({ listener: name, address, port: actual }, 'listening');
  }
}
