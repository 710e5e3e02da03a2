/** The server's side of a TLS handshake, for STARTTLS and for TLS from the first byte alike. */
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { TlsIdentity } from './tls.ts';

/** What is known of a connection's TLS once it is up. */
export interface WireTls {
  identity: TlsIdentity;
  protocol: string;
  /** The data of the channel binding `tls-exporter` (RFC 9266); undefined below TLS 1.3. */
  exporter: Buffer | undefined;
}

export interface Secured {
  socket: TLSSocket;
  tls: WireTls;
  /** What ALPN (RFC 7301) agreed on; undefined where the client offered none. */
  alpn: string | undefined;
}

export interface SecureOptions {
  /** The identity to show to who asks for this name (SNI), or for none. */
  identityFor(servername: string | undefined): TlsIdentity;
  /** In our order of preference; a client that offers only others gets the alert no_application_protocol. */
  alpn?: readonly string[];
  /** Asks for the peer's certificate, whatever it is worth: who looks at the socket judges it. */
  requestCertificate?: boolean | undefined;
}

/**
 * Bytes that `plain` has read already are part of the handshake. Sets no time for it: where `plain` is destroyed meanwhile it ends.
 * @throws Error where the handshake fails; the connection is gone then
 */
export async function secure(
  plain: Socket,
  { identityFor, alpn, requestCertificate }: SecureOptions,
): Promise<Secured> {
  plain.on('error', () => plain.destroy());
  let identity = identityFor(undefined);
  const socket = new TLSSocket(plain, {
    isServer: true,
    secureContext: identity.context,
    SNICallback: (servername, done) => {
      identity = identityFor(servername);
      done(null, identity.context);
    },
    ...(alpn === undefined ? {} : { ALPNProtocols: [...alpn] }),
    ...(requestCertificate ? { requestCert: true, rejectUnauthorized: false } : {}),
  });
  try {
    await new Promise<void>((resolve, reject) => {
      const gone = () => reject(new Error('the TLS handshake failed'));
      socket.once('secure', resolve);
      socket.on('error', gone);
      socket.once('close', gone);
      plain.once('close', gone);
    });
  } catch (error) {
    socket.destroy();
    plain.destroy();
    throw error;
  }
  socket.disableRenegotiation();
  const protocol = socket.getProtocol() ?? '';
  // Below TLS 1.3 the exporter binds only with an extended master secret (RFC 9266 section 4.2), which Node does not tell of.
  const exporter =
    protocol === 'TLSv1.3' ? socket.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0)) : undefined;
  return { socket, tls: { identity, protocol, exporter }, alpn: socket.alpnProtocol || undefined };
}
