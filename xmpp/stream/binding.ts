/**
 * From a login to a session: a new one with a resource of its own (RFC 6120 section 7, XEP-0386), or one that was broken off and
 * goes on (XEP-0198 section 5). What SASL2 has the client ask for along with its login is done here too.
 */
import type { Host } from '../extension.ts';
import type { Jid } from '../routing/jid.ts';
import { Session } from '../routing/session.ts';
import { errorReply } from '../routing/stanza.ts';
import { StanzaError } from '../routing/stanza-error.ts';
import type { Account } from '../store/model.ts';
import { type Element, firstChild } from '../xml.ts';
import { assertRoom, bindResult, boundJid, NS_BIND } from './bind.ts';
import type { StreamContext } from './context.ts';
import { refuseEarly } from './login.ts';
import { enableManagement } from './management/enable.ts';
import { failed, NS_SM } from './management/stanzas.ts';
import { type Carrier, PlainOutlet, type StreamOutlet } from './outlet.ts';
import { bound, taggedJid } from './sasl2/bind2.ts';
import type { Sasl2Login } from './sasl2/negotiation.ts';
import { noteClient, success } from './sasl2/success.ts';
import { serialize } from './serialize.ts';
import { StreamError } from './stream-error.ts';

/** The stream as binding sees it. */
export interface BindingStream {
  readonly context: StreamContext;
  readonly carrier: Carrier;
  /** The domain that the client named. */
  readonly domain: string;
  /** It takes no more: it is closing, or gone. */
  readonly over: boolean;
  /** @throws StreamError host-gone */
  host(): Host;
  /** The stream has a session from here on. */
  carry(host: Host, outlet: StreamOutlet): void;
  /** @param managed the session has stream management already */
  sendFeatures(host: Host, managed: boolean): void;
}

export class Binding {
  readonly #stream: BindingStream;
  readonly #account: Account;
  readonly #stamp: string;

  /** @param stamp of the secrets that the login proved (Accounts.secretsStamp) */
  constructor(stream: BindingStream, account: Account, stamp: string) {
    this.#stream = stream;
    this.#account = account;
    this.#stamp = stamp;
  }

  /** What comes between login and session. @throws StreamError */
  async handle(element: Element): Promise<void> {
    const host = this.#presentHost();
    if (element.is('resume', NS_SM)) {
      const answer = await this.#resume(host, element, (resumed) => this.#send(resumed));
      if (answer) this.#send(answer);
      return;
    }
    if (element.attrs.xmlns === NS_SM) return this.#send(failed('unexpected-request'));
    const payload = firstChild(element);
    if (!payload?.is('bind', NS_BIND) || element.attrs.type !== 'set') refuseEarly(element);
    try {
      this.#bind(host, element, payload);
    } catch (error) {
      if (!(error instanceof StanzaError)) throw error;
      this.#send(errorReply(element, error));
    }
  }

  /** Does what the client asked for with its login, in the order of XEP-0386 section 3.2, and says `<success/>`. @throws StreamError */
  async complete(login: Sasl2Login): Promise<void> {
    const token = await noteClient(this.#presentHost(), login);
    if (this.#stream.over) return;
    const host = this.#presentHost();
    const { resume, bind } = login.request;
    const answers: (Element | undefined)[] = [];
    if (resume) {
      const say = (resumed: Element, session: Session) => {
        session.client ??= login.request.userAgent.id;
        this.#send(success(login, session.jid, [resumed, token]));
      };
      answers.push(await this.#resume(host, resume, say));
      if (!answers[0] || this.#stream.over) return;
    }
    if (bind) return this.#bind2(host, login, bind, [...answers, token]);
    this.#send(success(login, `${this.#account.local}@${this.#stream.domain}`, [...answers, token]));
    this.#stream.sendFeatures(host, false);
  }

  /**
   * The account may have been disabled or removed since it logged in, and its name given to somebody else; or have another password,
   * and who knew the old one is to get no token any more.
   */
  #presentHost(): Host {
    const host = this.#stream.host();
    const present = host.accounts.find(this.#account.local);
    const stands = present?.id === this.#account.id && present.status === 'active';
    if (!stands || host.accounts.secretsStamp(present) !== this.#stamp) throw new StreamError('not-authorized');
    return host;
  }

  #bind(host: Host, request: Element, payload: Element): void {
    const { context, domain } = this.#stream;
    const jid = boundJid(host, this.#account, domain, payload, context.random);
    const { session, outlet } = this.#newSession(host, jid);
    this.#send(bindResult(request.attrs.id, jid));
    this.#enter(host, session, outlet);
  }

  #bind2(host: Host, login: Sasl2Login, request: Element, answers: (Element | undefined)[]): void {
    const { context, carrier, domain } = this.#stream;
    const client = login.request.userAgent.id;
    const jid = taggedJid(this.#account, domain, request, client, context.random);
    // What the client has left behind: it is here now.
    if (client !== undefined) host.clients.endSessions(this.#account, client, 'conflict', 'the same client came anew');
    checkRoom(host, this.#account, jid);
    const { session, outlet } = this.#newSession(host, jid);
    session.client = client;
    const enable = request.getChild('enable', NS_SM);
    const managed = enable && enableManagement(context, host, session, carrier, enable);
    const settings = bound(host.hooks, session, request, managed?.enabled);
    this.#send(success(login, jid, [...answers, settings]));
    this.#enter(host, session, managed?.outlet ?? outlet, () => this.#stream.sendFeatures(host, managed !== undefined));
  }

  #newSession(host: Host, jid: Jid): { session: Session; outlet: StreamOutlet } {
    const { context, carrier } = this.#stream;
    const outlet: StreamOutlet = new PlainOutlet(context, host, carrier, () => session);
    const session = new Session(this.#account, jid, context.clock.nowMs(), outlet);
    return { session, outlet };
  }

  /** @param announce what is still to be said before anyone else can reach the session */
  #enter(host: Host, session: Session, outlet: StreamOutlet, announce?: () => void): void {
    this.#stream.carry(host, outlet);
    announce?.();
    host.sessions.add(session);
    host.log.info({ jid: session.jid.toString(), address: this.#stream.carrier.address }, 'a session was bound');
  }

  /** Undefined where the session goes on, else `<failed/>`. */
  async #resume(
    host: Host,
    element: Element,
    say: (resumed: Element, session: Session) => void,
  ): Promise<Element | undefined> {
    const { context, carrier } = this.#stream;
    const { resumables } = context.streams;
    const id = element.attrs.previd ?? '';
    const outlet = resumables.find(id, this.#account.id);
    const goesOn = await outlet?.resume(element, carrier, (resumed) => say(resumed, outlet.session));
    if (!outlet || !goesOn) return failed('item-not-found', resumables.handledBefore(id, this.#account.id));
    this.#stream.carry(host, outlet);
    if (this.#stream.over) outlet.streamEnded(carrier, false);
    else host.log.info({ jid: outlet.session.jid.toString(), address: carrier.address }, 'a session was resumed');
    return undefined;
  }

  #send(element: Element): void {
    this.#stream.carrier.write(serialize(element));
  }
}

/** Bind 2 has no error of its own. */
function checkRoom(host: Host, account: Account, jid: Jid): void {
  try {
    assertRoom(host, account, jid);
  } catch (error) {
    throw error instanceof StanzaError ? new StreamError('resource-constraint', error.text) : error;
  }
}
