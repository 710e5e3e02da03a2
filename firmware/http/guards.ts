/** What stands before every page: headers that keep browsers strict, limits per address, and the door of the local pages. */
import type { Context, MiddlewareHandler } from 'hono';
import { secureHeaders } from 'hono/secure-headers';
import { addressKey } from '../../xmpp/access/address-key.ts';
import { Debts } from '../../xmpp/access/debts.ts';
import type { Clock } from '../../xmpp/clock.ts';
import { isLoopback } from '../../xmpp/stream/addresses.ts';
import { webPeer } from '../../xmpp/stream/web/web-peer.ts';
import type { WebEnv } from './app.ts';

const REQUESTS_PER_SECOND = 10;
const BURST = 100;

/** Nothing from elsewhere, no script or style within a page, no frame around it, no word to other sites. */
export function securityHeaders(): MiddlewareHandler {
  return secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      styleSrc: ["'self'"],
      scriptSrc: ["'self'"],
      imgSrc: ["'self'"],
      connectSrc: ["'self'"],
      formAction: ["'self'"],
      baseUri: ["'none'"],
      frameAncestors: ["'none'"],
    },
    // Within the box, so that browsers say where a form comes from: with 'no-referrer' they send `Origin: null`.
    referrerPolicy: 'same-origin',
    xFrameOptions: 'DENY',
    // Only for secure origins; on plain HTTP browsers complain of them.
    crossOriginOpenerPolicy: false,
    originAgentCluster: false,
    // The box's certificate is often its own; a browser that was told to insist on https could never come back.
    strictTransportSecurity: false,
  });
}

/** Where who asks is, also behind a proxy on this machine. */
export const addressOf = (c: Context<WebEnv>): string => webPeer(c.env.incoming).address;

/** Answers 429 to an address that asks for more than ten pages a second over a while. */
export function perAddress(clock: Clock, busyPage: (c: Context<WebEnv>) => string): MiddlewareHandler<WebEnv> {
  const debts = new Debts(clock, 1000 / REQUESTS_PER_SECOND);
  return async (c, next) => {
    const key = addressKey(addressOf(c));
    if (debts.of(key) >= BURST) return c.html(busyPage(c), 429, { 'Retry-After': '60' });
    debts.add(key);
    return next();
  };
}

/**
 * A form says how long it is, as those of browsers do; what comes in pieces is told to say so (RFC 9110 section 15.5.12). Without
 * either there is no body.
 */
export function bodyLimit(maxBytes: number): MiddlewareHandler<WebEnv> {
  return async (c, next) => {
    if (c.req.header('Transfer-Encoding') !== undefined) return c.text('Length Required', 411);
    if (Number(c.req.header('Content-Length') ?? 0) > maxBytes) return c.text('Payload Too Large', 413);
    return next();
  };
}

/** By one of these nearly every proxy tells whom it stands for. */
const OF_PROXIES = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip'];

/**
 * Whether the request comes from this very machine: by the socket's address, and by a Host header that only names this machine, so
 * that a page elsewhere whose name was made to point at 127.0.0.1 (DNS rebinding) does not count. Nor does a proxy on this machine:
 * most put its own address into Host. One that says nothing of itself speaks HTTP/1.0, as nginx does unless it is told otherwise.
 */
export function isLocal(c: Context<WebEnv>): boolean {
  const { host = '' } = c.env.incoming.headers;
  return isLoopback(addressOf(c)) && !isByProxy(c) && /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i.test(host);
}

export function isByProxy(c: Context<WebEnv>): boolean {
  const { httpVersion, headers } = c.env.incoming;
  return httpVersion === '1.0' || OF_PROXIES.some((name) => headers[name] !== undefined);
}

/** Whether a page of this very origin sent the form, as browsers say of every POST. */
export function isOwnForm(c: Context<WebEnv>): boolean {
  const origin = c.req.header('Origin');
  return origin !== undefined && URL.canParse(origin) && new URL(origin).host === c.req.header('Host')?.toLowerCase();
}
