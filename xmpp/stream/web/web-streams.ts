/** Streams that come over HTTP: as WebSockets (RFC 7395) and in bodies of BOSH (XEP-0206). Whoever serves HTTP hands them in. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { isLoopback } from '../addresses.ts';
import { BoshServer } from '../bosh/bosh-server.ts';
import { ClientStream } from '../client-stream.ts';
import type { StreamContext } from '../context.ts';
import type { Transport } from '../transport.ts';
import { MessageSocketServer } from '../websocket/message-socket.ts';
import { WebSocketTransport } from '../websocket/websocket-transport.ts';
import { type Refusal, refuseUpgrade } from './refusal.ts';
import { type WebPeer, webPeer } from './web-peer.ts';

export const WEBSOCKET_PATH = '/xmpp-websocket';
export const BOSH_PATH = '/http-bind';

const NOT_SECURE: Refusal = {
  status: 403,
  text: 'Logins do not travel in the clear: use https, or a reverse proxy on this machine that sends X-Forwarded-Proto.',
};

export class WebStreams {
  readonly #context: StreamContext;
  readonly #sockets: MessageSocketServer;
  readonly #bosh: BoshServer;
  readonly #streams = new Set<ClientStream>();
  #stopped = false;

  constructor(context: StreamContext) {
    this.#context = context;
    const { stanzaBytes, bytesBeforeLogin } = context.config.limits;
    const most = stanzaBytes === 0 || bytesBeforeLogin === 0 ? 0 : Math.max(stanzaBytes, bytesBeforeLogin);
    this.#sockets = new MessageSocketServer(context.clock, most);
    this.#bosh = new BoshServer(context, (transport) => this.#begin(transport));
  }

  /** Takes over a connection that asks to become a WebSocket; what is none of XMPP's gets an HTTP error. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    const peer = webPeer(request);
    const refusal = this.#refusal(request, peer);
    if (refusal) {
      refuseUpgrade(socket, refusal);
      return;
    }
    const { streams, config, doors } = this.#context;
    const leave = streams.addresses.enter(peer.address, config.limits.streamsPerAddress);
    const admitted = leave && doors.newcomers.enter(peer.address, () => socket.destroy());
    socket.once('close', () => {
      leave?.();
      admitted?.();
    });
    if (!admitted) {
      refuseUpgrade(socket, { status: 429, text: 'Too many streams from your address.' });
      return;
    }
    this.#sockets.accept(request, socket, head, (opened) =>
      this.#begin(new WebSocketTransport(opened, peer, admitted)),
    );
  }

  /** False for what is none of its business. */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    const path = pathOf(request);
    if (path === BOSH_PATH) {
      const peer = webPeer(request);
      this.#bosh.handle(request, response, peer, this.#mayLogIn(peer) ? undefined : NOT_SECURE);
    } else if (path === WEBSOCKET_PATH) {
      response.writeHead(426, { Upgrade: 'websocket', Connection: 'Upgrade', 'Content-Type': 'text/plain' });
      response.end('XMPP over WebSocket (RFC 7395) is spoken here.\n');
    } else return false;
    return true;
  }

  /** Ends its streams with `system-shutdown` and takes no more. Resolves when they are gone, after few seconds at most. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#bosh.stop();
    await this.#context.streams.end([...this.#streams], 'system-shutdown');
  }

  #refusal(request: IncomingMessage, peer: WebPeer): Refusal | undefined {
    if (pathOf(request) !== WEBSOCKET_PATH) return { status: 404, text: `WebSockets are at ${WEBSOCKET_PATH}.` };
    if (!this.#sockets.offersXmpp(request)) return { status: 400, text: 'Offer the subprotocol "xmpp" (RFC 7395).' };
    if (!this.#mayLogIn(peer)) return NOT_SECURE;
    return this.#stopped ? { status: 503, text: 'The server is stopping.' } : undefined;
  }

  #mayLogIn({ secure, address }: WebPeer): boolean {
    return secure || (this.#context.config.allowPlainLoopback && isLoopback(address));
  }

  #begin(transport: Transport): void {
    const stream = new ClientStream(this.#context, transport);
    this.#streams.add(stream);
    void stream.ended.then(() => this.#streams.delete(stream));
    stream.start();
  }
}

const pathOf = ({ url = '' }: IncomingMessage) => url.split('?')[0];
