/**
 * A port at which strangers come in: whom a proxy stands for, who has had enough, TLS, and which protocol it is that they speak.
 * Several protocols share one port by ALPN (XEP-0368); who negotiates none is told by the first byte.
 */
import { createServer, type Server, type Socket } from 'node:net';
import type { Clock, Timer } from '../clock.ts';
import type { Log } from '../log.ts';
import { plainAddress } from './addresses.ts';
import { listen } from './listen.ts';
import type { Newcomers } from './newcomers.ts';
import { addressBehind, type TrustedProxies } from './proxies.ts';
import { secure, type WireTls } from './secure.ts';
import type { TlsKeys } from './tls.ts';

export const XMPP_CLIENT = 'xmpp-client';
export const XMPP_SERVER = 'xmpp-server';
export const HTTP = 'http/1.1';

const BACKLOG = 2_048;
const MAX_CONNECTIONS = 5_000;
/**
 * For the PROXY header, the handshake and, where it tells the protocol, the first byte: so long a silence, so many times. When very
 * many come at once, it is the box that takes its time.
 */
const SILENCE_MS = 10_000;
const SILENCES = 3;
/** Every stream of XML begins with it, and no request of HTTP. */
const XML_BEGINS = '<'.charCodeAt(0);

/** What all doors of a box share. */
export interface Doors {
  clock: Clock;
  log: Log;
  tls: TlsKeys;
  newcomers: Newcomers;
  proxies: TrustedProxies;
  /** Whom a proxy may stand for at all; by default anybody. */
  isClient?: (address: string) => boolean;
}

/** A connection that has come in. Nobody listens to its socket yet, which may be paused with the first bytes in its buffer. */
export interface Entrant {
  socket: Socket;
  /** The client's own, also behind a trusted proxy. */
  address: string;
  /** Undefined without TLS at the door. */
  tls: WireTls | undefined;
  /** One of the door's ALPN protocols; empty without TLS. */
  protocol: string;
  /** To be called once it has logged in or said what it wants: until then it may have to give way to others. */
  admitted(): void;
}

export interface DoorOptions {
  /** For logs: `c2s`, `https`. */
  name: string;
  /** `::` takes IPv4 as well. */
  address: string;
  /** 0 lets the system choose one. */
  port: number;
  /**
   * TLS from the first byte, for these ALPN protocols. Who offers none gets the first of them, but among several a stream of XML is
   * a client's. Undefined: no TLS here.
   */
  alpn?: readonly string[] | undefined;
  /** With TLS: asks for the peer's certificate, whatever it is worth. Browsers would ask their user for one. */
  requestCertificate?: boolean;
  /** Counts one more connection of an address until the function that it returns is called; undefined where there are too many. */
  count?(address: string): (() => void) | undefined;
  /** The last word to a connection over that count; it is closed at once where nobody takes it. Only without TLS. */
  refuse?: ((socket: Socket, address: string) => void) | undefined;
  take(entrant: Entrant): void;
}

export class Door {
  readonly #doors: Doors;
  readonly #options: DoorOptions;
  readonly #arriving = new Set<Socket>();
  #server: Server | undefined;

  constructor(doors: Doors, options: DoorOptions) {
    this.#doors = doors;
    this.#options = options;
  }

  /** Resolves with the port that it listens on. Rejects where the address cannot be had. */
  async start(): Promise<number> {
    const { address, port, name } = this.#options;
    const server = createServer((socket) => void this.#arrive(socket));
    server.maxConnections = MAX_CONNECTIONS;
    const opened = await listen(server, { name, address, port, backlog: BACKLOG, log: this.#doors.log });
    this.#server = server;
    return opened;
  }

  /** Takes nobody more. Those that it gave on go on. */
  stop(): void {
    this.#server?.close();
    this.#server = undefined;
    for (const socket of this.#arriving) socket.destroy();
  }

  async #arrive(socket: Socket): Promise<void> {
    const { log, proxies, isClient } = this.#doors;
    socket.on('error', () => socket.destroy());
    this.#arriving.add(socket);
    const patience = this.#patienceWith(socket);
    const peer = plainAddress(socket.remoteAddress ?? '');
    try {
      const address = proxies.has(peer) ? await addressBehind(socket) : peer;
      if (isClient?.(address) === false) throw new Error(`${address} is nobody who comes this way`);
      await this.#comeIn(socket, address);
    } catch (error) {
      socket.destroy();
      log.debug({ listener: this.#options.name, address: peer, reason: (error as Error).message }, 'nobody came in');
    } finally {
      patience.cancel();
      this.#arriving.delete(socket);
    }
  }

  /** Closes it where it says nothing, or not enough, for too long. */
  #patienceWith(socket: Socket): Timer {
    const wait = (left: number, heard: number): Timer =>
      this.#doors.clock.after(SILENCE_MS, () => {
        if (left === 0 || socket.bytesRead === heard) socket.destroy();
        else timer = wait(left - 1, socket.bytesRead);
      });
    let timer = wait(SILENCES - 1, 0);
    return { cancel: () => timer.cancel() };
  }

  /** Limits by address come before anything else. */
  async #comeIn(socket: Socket, address: string): Promise<void> {
    const { count, refuse, take, alpn } = this.#options;
    const leave = count?.(address);
    if (count && !leave) {
      if (refuse) refuse(socket, address);
      else socket.destroy();
      return;
    }
    socket.once('close', () => leave?.());
    const admitted = this.#doors.newcomers.enter(address, () => socket.destroy());
    if (!admitted) {
      socket.destroy();
      return;
    }
    socket.once('close', admitted);
    const entrant = alpn
      ? { ...(await this.#secure(socket, alpn)), address, admitted }
      : { socket, tls: undefined, protocol: '', address, admitted };
    if (this.#server) take(entrant);
    else socket.destroy();
  }

  async #secure(plain: Socket, alpn: readonly string[]): Promise<Pick<Entrant, 'socket' | 'tls' | 'protocol'>> {
    const { tls: keys } = this.#doors;
    const {
      socket,
      tls,
      alpn: agreed,
    } = await secure(plain, {
      identityFor: (servername) => keys.identityFor(servername),
      alpn,
      requestCertificate: this.#options.requestCertificate,
    });
    return { socket, tls, protocol: agreed ?? (await protocolOf(socket, alpn)) };
  }
}

async function protocolOf(socket: Socket, [first = '', ...others]: readonly string[]): Promise<string> {
  if (others.length === 0) return first;
  return (await firstByte(socket)) === XML_BEGINS ? XMPP_CLIENT : first;
}

/** It stays in the socket's buffer; the socket is paused then. */
function firstByte(socket: Socket): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const gone = () => reject(new Error('it ended before its first byte'));
    socket.once('close', gone).once('data', (chunk: Buffer) => {
      socket.off('close', gone).pause();
      socket.unshift(chunk);
      resolve(chunk[0]);
    });
  });
}
