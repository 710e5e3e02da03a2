/**
 * HTTP File Upload's other half (XEP-0363): files in by PUT, out by GET and HEAD, at /upload/ID/NAME. It stands beside the pages
 * rather than among them, since bytes go from socket to disk and back without a copy, at the pace of the slower one. The name is
 * for people only: what is opened is what the store knows under the id.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { addressKey } from '../../xmpp/access/address-key.ts';
import { Debts } from '../../xmpp/access/debts.ts';
import { webPeer } from '../../xmpp/stream/web/web-peer.ts';
import { refuse } from './upload-answer.ts';
import { giveOut } from './upload-get.ts';
import { CROSS_ORIGIN } from './upload-headers.ts';
import type { PutContext } from './upload-put.ts';
import { Intake } from './upload-put.ts';

const PREFIX = '/upload/';
const PATH = /^\/upload\/([A-Za-z0-9_-]{32})\/[^/?#]+$/;
/** A family behind one address that opens an album. */
const REQUESTS_PER_SECOND = 50;
const BURST = 1000;
const METHODS = 'OPTIONS, HEAD, GET, PUT';

export class UploadServer {
  readonly #context: PutContext;
  readonly #intake: Intake;
  readonly #debts: Debts;

  constructor(context: PutContext) {
    this.#context = context;
    this.#intake = new Intake(context);
    this.#debts = new Debts(context.clock, 1000 / REQUESTS_PER_SECOND);
  }

  /** False for what is none of its business. */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    const { url = '' } = request;
    if (!url.startsWith(PREFIX)) return false;
    this.#answer(url, request, response).catch((error: unknown) => {
      // A reader who left in the middle is nothing to speak of.
      if (!response.destroyed) this.#context.log.error({ err: error }, 'an uploaded file could not be served');
      refuse(request, response, 500);
    });
    return true;
  }

  async #answer(url: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { files } = this.#context;
    if (!this.#admit(request)) return refuse(request, response, 429, { 'Retry-After': '20' });
    if (request.method === 'OPTIONS') {
      response.writeHead(204, { ...CROSS_ORIGIN, Allow: METHODS, 'Access-Control-Max-Age': '86400' }).end();
      return;
    }
    const [, id = ''] = PATH.exec(url) ?? [];
    const upload = id === '' ? undefined : files.find(id);
    if (request.method === 'PUT') return this.#intake.take(upload, request, response);
    if (request.method === 'GET' || request.method === 'HEAD') return giveOut(files, upload, request, response);
    return refuse(request, response, 405, { Allow: METHODS });
  }

  #admit(request: IncomingMessage): boolean {
    const key = addressKey(webPeer(request).address);
    if (this.#debts.of(key) >= BURST) return false;
    this.#debts.add(key);
    return true;
  }
}
