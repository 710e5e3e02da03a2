/** TLS between servers (RFC 7590): both sides show a certificate, and who it names is asked of it when the domain is known. */
import type { X509Certificate } from 'node:crypto';
import { isIP, type Socket } from 'node:net';
import { type ConnectionOptions, connect, createSecureContext, type SecureContext, type TLSSocket } from 'node:tls';
import type { Clock } from '../clock.ts';
import { XMPP_SERVER } from '../stream/door.ts';
import { secure } from '../stream/secure.ts';
import type { TlsIdentity, TlsKeys } from '../stream/tls.ts';
import type { Wire } from '../stream/wire.ts';
import type { Anchors } from './certificate/anchors.ts';
import { problemOfChain } from './certificate/chain.ts';
import { PeerCertificate } from './certificate/peer-certificate.ts';
import { PeerFailure } from './failure.ts';
import { asciiOf } from './resolver/resolver.ts';

const MAX_CHAIN = 10;

export interface SecuredPeer {
  certificate: PeerCertificate;
  /** `TLSv1.3` */
  protocol: string;
}

export class PeerTls {
  readonly #keys: TlsKeys;
  readonly #anchors: Anchors;
  readonly #clock: Clock;
  /** For each identity of the box that is or was in use. */
  readonly #contexts = new WeakMap<TlsIdentity, SecureContext>();

  constructor(keys: TlsKeys, anchors: Anchors, clock: Clock) {
    this.#keys = keys;
    this.#anchors = anchors;
    this.#clock = clock;
  }

  /** The listening side of STARTTLS. Rejects where the handshake fails; the connection is gone then. */
  async accept(wire: Wire): Promise<SecuredPeer> {
    const identityFor = (name: string | undefined) => this.#keys.identityFor(name);
    const socket = await wire.upgrade(
      async (plain) => (await secure(plain, { identityFor, requestCertificate: true })).socket,
    );
    return this.judge(socket);
  }

  /** Who dialled us, by TLS that is up. */
  judge(socket: TLSSocket): SecuredPeer {
    const chain = chainOf(socket);
    const problem = chain.length === 0 ? undefined : problemOfChain(chain, this.#anchors, this.#clock.nowMs());
    return { certificate: new PeerCertificate(chain[0], problem), protocol: socket.getProtocol() ?? '' };
  }

  /** The dialling side, showing what is ours for `local`. @throws PeerFailure; the connection is gone then */
  async dial(wire: Wire, local: string, domain: string, directTls: boolean): Promise<SecuredPeer> {
    const name = asciiOf(domain);
    const options = {
      secureContext: this.#context(local),
      rejectUnauthorized: false,
      checkServerIdentity: () => undefined,
      ...(isIP(name.replace(/^\[|\]$/g, '')) === 0 ? { servername: name } : {}),
      ...(directTls ? { ALPNProtocols: [XMPP_SERVER] } : {}),
    };
    const socket = await wire.upgrade((plain) => shakeHands(plain, options));
    const [leaf] = chainOf(socket);
    const problem = socket.authorized ? undefined : wordsOf(String(socket.authorizationError), leaf);
    return { certificate: new PeerCertificate(leaf, problem), protocol: socket.getProtocol() ?? '' };
  }

  /** The box's certificate, and whom it believes. */
  #context(local: string): SecureContext {
    const identity = this.#keys.identityFor(local);
    let context = this.#contexts.get(identity);
    if (!context) {
      const { certificate: cert, key } = identity.pem;
      const { pems } = this.#anchors;
      context = createSecureContext({ cert, key, minVersion: 'TLSv1.2', ...(pems ? { ca: pems } : {}) });
      this.#contexts.set(identity, context);
    }
    return context;
  }
}

/** @throws PeerFailure */
function shakeHands(plain: Socket, options: ConnectionOptions): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ ...options, socket: plain });
    const gone = (error?: unknown) => {
      plain.destroy();
      const why = error === undefined ? '' : `: ${handshakeWords(error as HandshakeError)}`;
      reject(new PeerFailure(`the TLS handshake failed${why}`, { kind: 'unconnected' }));
    };
    socket.once('secureConnect', () => resolve(socket));
    socket.on('error', gone);
    socket.once('close', () => gone());
    plain.on('error', gone);
  });
}

/** The peer's certificate, then what it sent along. */
function chainOf(socket: TLSSocket): X509Certificate[] {
  const chain: X509Certificate[] = [];
  let next: X509Certificate | undefined = socket.getPeerX509Certificate();
  while (next && chain.length < MAX_CHAIN) {
    chain.push(next);
    next = next.issuerCertificate;
  }
  return chain;
}

/** `reason`: OpenSSL's own words, without its numbers. */
interface HandshakeError extends Error {
  reason?: string;
}

function handshakeWords({ reason = '', message }: HandshakeError): string {
  if (/unsupported protocol|alert protocol version/.test(reason))
    return 'it knows old versions of TLS only, which are broken';
  if (/wrong version number|packet length too long|unknown protocol/.test(reason)) return 'what it speaks is no TLS';
  return reason === '' ? message : reason;
}

/** OpenSSL's reasons that a person meets. */
function wordsOf(code: string, leaf: X509Certificate | undefined): string {
  switch (code) {
    case 'CERT_HAS_EXPIRED':
      return `it expired${leaf ? ` on ${new Date(leaf.validTo).toISOString().slice(0, 10)}` : ''}`;
    case 'CERT_NOT_YET_VALID':
      return 'it is not valid yet';
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
      return 'the server signed it itself';
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
      return 'nobody that is believed here signed it';
    case 'INVALID_PURPOSE':
      return 'it is not meant for servers';
    default:
      return code.toLowerCase().replaceAll('_', ' ');
  }
}
