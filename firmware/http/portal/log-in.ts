/** Logging in to the portal and out of it: the checks, waits and rules are those of a stream (xmpp/stream/sasl/password-login.ts). */
import { domainToUnicode } from 'node:url';
import { textOf } from '../../../ui/web/html.ts';
import { loginPage } from '../../../ui/web/portal/login.ts';
import { words } from '../../../ui/web/portal/words.ts';
import type { Host } from '../../../xmpp/extension.ts';
import type { LoginRefusal } from '../../../xmpp/stream/sasl/password-login.ts';
import { askedHost } from '../asked-host.ts';
import type { Site } from '../site.ts';
import { encryptedUrl, giveToken, type Page, placeOf, ROOT, takeToken } from './gate.ts';
import { mayLookAfter, type PortalSession, type PortalSessions } from './sessions.ts';

interface Shown {
  problem?: string | undefined;
  /** As it was typed. */
  address?: string;
  status?: 200 | 403 | 422 | 429;
}

/** Of a name and of a password: what is longer is nobody's. */
const MAX_TYPED = 1000;

export class LogIn {
  readonly #site: Site;
  readonly #sessions: PortalSessions;

  constructor(site: Site, sessions: PortalSessions) {
    this.#site = site;
    this.#sessions = sessions;
  }

  show(c: Page, { problem, address = '', status = 200 }: Shown = {}): Response | Promise<Response> {
    const { domain } = askedHost(this.#site, c).server;
    const url = encryptedUrl(c, placeOf(c), this.#site.ports.https);
    return c.html(textOf(loginPage({ domain, address, problem, encryptedUrl: url })), status);
  }

  /** @param before who was logged in with this browser until now */
  async take(c: Page, before: PortalSession | undefined): Promise<Response> {
    const host = askedHost(this.#site, c);
    const place = placeOf(c);
    const form = new URLSearchParams(await c.req.text());
    const address = (form.get('address') ?? '').trim().slice(0, MAX_TYPED);
    const password = (form.get('password') ?? '').slice(0, MAX_TYPED);
    const local = localOf(host, address);
    if (local === undefined)
      return this.show(c, { problem: words.login.elsewhere(host.server.domain), address, status: 422 });
    const login = await this.#site.portal.logins.check(host, place.address, local, password);
    if ('refused' in login) {
      const status = login.refused === 'too many' ? 429 : 403;
      return this.show(c, { problem: refusalWords(login), address, status });
    }
    const { account, stamp } = login;
    if (!mayLookAfter(host, account, place))
      return this.show(c, { problem: words.login.notYours, address, status: 403 });
    if (before) this.#sessions.end(before);
    const session = this.#sessions.begin(host, account, stamp, place);
    host.acts.record(session.actor, 'portal login', '');
    giveToken(c, place, session.token);
    return c.redirect(ROOT, 303);
  }

  end(c: Page, session: PortalSession): Response {
    this.#sessions.end(session);
    session.host.acts.record(session.actor, 'portal logout', '');
    takeToken(c, placeOf(c));
    return c.redirect(ROOT, 303);
  }
}

/** Undefined for an address of another server. */
function localOf(host: Host, address: string): string | undefined {
  const at = address.lastIndexOf('@');
  if (at === -1) return address;
  const domain = address.slice(at + 1).toLowerCase();
  return host.serves(domain) || host.serves(domainToUnicode(domain)) ? address.slice(0, at) : undefined;
}

function refusalWords(login: LoginRefusal): string {
  if (login.refused === 'by the owner') return login.text;
  return login.refused === 'wrong' ? words.login.wrong : words.login.tooMany;
}
