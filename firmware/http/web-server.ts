/** The sockets of the web pages. @hono/node-server's one home; every socket stays in our hands, for other protocols to share the port by ALPN. */
import { readFileSync } from 'node:fs';
import {
  createServer as createHttp,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttps, type Server as HttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { getRequestListener } from '@hono/node-server';
import type { Hono } from 'hono';
import type { Log } from '../../xmpp/log.ts';
import type { ListenerState } from '../../xmpp/server.ts';
import type { CertificateFiles } from '../certificate-files.ts';
import { BoxError, reasonOf } from '../errors.ts';
import type { WebEnv } from './app.ts';
import type { UploadServer } from './upload.ts';

/** Small pages for few people: whoever needs more than this is no browser of theirs. Streams have limits of their own. */
const LIMITS: ServerOptions = {
  maxHeaderSize: 8192,
  headersTimeout: 10_000,
  // A file may take its time; pages have PAGE_MS.
  requestTimeout: 0,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 5_000,
};
/** For the whole of a request for a page to come in. */
const PAGE_MS = 20_000;
const MAX_HEADERS = 64;
const MAX_CONNECTIONS = 1024;

export interface WebServerOptions {
  address: string;
  /** 0: none. */
  http: number;
  https: number;
  tls: CertificateFiles;
  app: Hono<WebEnv>;
  /** `plain`: on the http port as well. */
  uploads: { server: UploadServer; plain: boolean };
  /** XMPP over HTTP: `handle` says whether a request is for it. */
  streams?: {
    handle(request: IncomingMessage, response: ServerResponse): boolean;
    upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  };
  log: Log;
}

export class WebServer {
  readonly #options: WebServerOptions;
  readonly #open: { server: Server | HttpsServer; state: ListenerState }[] = [];
  #https: HttpsServer | undefined;

  constructor(options: WebServerOptions) {
    this.#options = options;
  }

  /** @throws BoxError port-unusable */
  async start(): Promise<void> {
    const { http, https, app, tls, uploads, streams } = this.#options;
    const pages = getRequestListener((request, env) => app.fetch(request, env as WebEnv['Bindings']), {
      overrideGlobalObjects: false,
    });
    const answer = (withUploads: boolean) => (request: IncomingMessage, response: ServerResponse) => {
      if (withUploads && uploads.server.handle(request, response)) return;
      if (streams?.handle(request, response)) return;
      const patience = setTimeout(() => {
        if (!request.complete) request.destroy();
      }, PAGE_MS).unref();
      response.once('close', () => clearTimeout(patience));
      void pages(request, response);
    };
    if (http !== 0) await this.#listen('http', http, createHttp(LIMITS, answer(uploads.plain)));
    if (https === 0) return;
    this.#https = createHttps(
      { ...LIMITS, ...readKeys(tls), minVersion: 'TLSv1.2', ALPNProtocols: ['http/1.1'] },
      answer(true),
    );
    await this.#listen('https', https, this.#https);
  }

  async stop(): Promise<void> {
    const closing = this.#open.splice(0).map(
      ({ server }) =>
        new Promise<void>((resolve) => {
          server.close(() => resolve());
          // Pages that wait for events never end by themselves.
          server.closeAllConnections();
        }),
    );
    await Promise.all(closing);
  }

  get listeners(): readonly ListenerState[] {
    return this.#open.map(({ state }) => state);
  }

  /** New handshakes show the files' present certificate. */
  reloadCertificate(): void {
    this.#https?.setSecureContext(readKeys(this.#options.tls));
  }

  async #listen(name: string, port: number, server: Server | HttpsServer): Promise<void> {
    const { address, log, streams } = this.#options;
    if (streams) server.on('upgrade', (request, socket, head) => streams.upgrade(request, socket, head));
    server.maxHeadersCount = MAX_HEADERS;
    server.maxConnections = MAX_CONNECTIONS;
    await listen(server, address, port)
      .catch((error: unknown) => {
        // A kernel without IPv6 does not know the address that takes both.
        if (address !== '::' || (error as NodeJS.ErrnoException).code !== 'EAFNOSUPPORT') throw error;
        return listen(server, '0.0.0.0', port);
      })
      .catch((error: unknown) => {
        throw new BoxError('port-unusable', { name, port, reason: reasonOf(error) });
      });
    server.on('error', (error) => log.error({ err: error, listener: name }, 'a listener failed'));
    const { port: actual } = server.address() as AddressInfo;
    this.#open.push({ server, state: { name, address, port: actual } });
    log.info({ listener: name, address, port: actual }, 'listening');
  }
}

function listen(server: Server | HttpsServer, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function readKeys({ certificate, key }: CertificateFiles): { cert: Buffer; key: Buffer } {
  return { cert: readFileSync(certificate), key: readFileSync(key) };
}
