/** The door of the portal: whom it lets see a log-in form, whose forms it takes, and the cookie that says who is in. */
import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { isHome, isInner } from '../../../xmpp/address-ranges.ts';
import { isLoopback } from '../../../xmpp/stream/addresses.ts';
import { webPeer } from '../../../xmpp/stream/web/web-peer.ts';
import type { WebEnv } from '../app.ts';
import { isByProxy, isOwnForm } from '../guards.ts';
import type { Place } from './sessions.ts';

export type Page = Context<WebEnv>;

export const ROOT = '/portal';

export const placeOf = (c: Page): Place => webPeer(c.env.incoming);

/**
 * Passwords travel in the clear within the home or this machine at most, as those of new accounts do. For whom a proxy on this machine
 * speaks that does not tell (web-peer.ts) is not known: then it may be anybody.
 */
export function mayLogInFrom(c: Page, { address, secure }: Place): boolean {
  return secure || isHome(address) || (isInner(address) && !(isLoopback(address) && isByProxy(c)));
}

/** The same page, encrypted; undefined where it is, or where there is none. */
export function encryptedUrl(c: Page, { secure }: Place, httpsPort: number): string | undefined {
  const url = `http://${c.req.header('Host')}`;
  if (secure || httpsPort === 0 || !URL.canParse(url)) return undefined;
  return `https://${new URL(url).hostname}${httpsPort === 443 ? '' : `:${httpsPort}`}${ROOT}`;
}

/** Sent by a page of this very origin. Browsers say `Sec-Fetch-Site` where nobody can have made it up on the way. */
export function isOwnPost(c: Page): boolean {
  const site = c.req.header('Sec-Fetch-Site');
  return site === undefined ? isOwnForm(c) : site === 'same-origin';
}

/** The one of an encrypted page can be neither read nor replaced by a page that is not. */
const cookieName = ({ secure }: Place) => (secure ? '__Secure-casp3r_portal' : 'casp3r_portal');

export const readToken = (c: Page, place: Place): string | undefined => getCookie(c, cookieName(place));

/** Until the browser is closed; the session may end before. */
export function giveToken(c: Page, place: Place, token: string): void {
  setCookie(c, cookieName(place), token, attributes(place));
}

export function takeToken(c: Page, place: Place): void {
  deleteCookie(c, cookieName(place), attributes(place));
}

const attributes = ({ secure }: Place) => ({ httpOnly: true, sameSite: 'Strict', path: ROOT, secure }) as const;
