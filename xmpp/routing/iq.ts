/** IQs that the host answers itself, and the answers to its own (RFC 6120 section 8.2.3). */
import type { Timer } from '../clock.ts';
import type { XmppHost } from '../host.ts';
import type { Account } from '../store/model.ts';
import { type Element, firstChild } from '../xml.ts';
import type { IqAccess, IqRequest, IqType } from './iq-table.ts';
import type { Jid } from './jid.ts';
import type { Origin } from './router.ts';
import { iqResult } from './stanza.ts';
import { ERROR_TYPES, type StanzaCondition, StanzaError } from './stanza-error.ts';

/** @throws StanzaError bad-request for what RFC 6120 section 8.2.3 rules out. */
export function assertIq(stanza: Element): void {
  const { type, id } = stanza.attrs;
  if (id === undefined || id === '') throw new StanzaError('bad-request', { text: 'An IQ needs an id.' });
  if (type === 'result' || type === 'error') return;
  if (type !== 'get' && type !== 'set')
    throw new StanzaError('bad-request', { text: 'An IQ is of type get, set, result or error.' });
  if (stanza.getChildElements().length !== 1)
    throw new StanzaError('bad-request', { text: 'An IQ request holds exactly one element.' });
}

/** Gives a result or an error to the query of this host that waits for it. */
export function routeIqReply(host: XmppHost, stanza: Element, from: Jid): boolean {
  const { type } = stanza.attrs;
  return (type === 'result' || type === 'error') && host.iqs.answered(stanza, from);
}

interface Waiting {
  to: string;
  timer: Timer;
  resolve: (payload: Element | undefined) => void;
  reject: (error: StanzaError) => void;
}

export class Iqs {
  readonly #host: XmppHost;
  readonly #waiting = new Map<string, Waiting>();

  constructor(host: XmppHost) {
    this.#host = host;
  }

  async toServer(stanza: Element, to: Jid, origin: Origin): Promise<void> {
    const { type } = stanza.attrs;
    if (type !== 'get' && type !== 'set') {
      this.answered(stanza, origin.from);
      return;
    }
    const asker = this.#memberAt(origin.from);
    await this.#answer(type, 'server', stanza, to, origin, asker);
  }

  async toAccount(account: Account, stanza: Element, to: Jid, origin: Origin): Promise<void> {
    const { type } = stanza.attrs;
    if (type === 'get' || type === 'set') await this.#answer(type, 'account', stanza, to, origin, account);
  }

  async #answer(
    type: IqType,
    target: 'server' | 'account',
    stanza: Element,
    to: Jid,
    origin: Origin,
    account: Account | undefined,
  ): Promise<void> {
    const payload = firstChild(stanza);
    const entry = payload && this.#host.iq.find(type, target, payload);
    if (!payload || !entry) throw new StanzaError('service-unavailable');
    const request: IqRequest = { type, stanza, payload, from: origin.from, to, session: origin.session, account };
    this.#assertAccess(entry.access, target, request);
    const answer = iqResult(stanza, await entry.handler(request));
    if (origin.session) origin.session.send(answer);
    else this.#host.send(answer);
  }

  /** A stranger learns no more than that of an account which is not there (RFC 6121 section 8.5.1). */
  #assertAccess(access: IqAccess, target: 'server' | 'account', { from, account }: IqRequest): void {
    if (access === 'anyone') return;
    if (!account) throw new StanzaError('forbidden');
    if (target === 'server' || this.#host.isSelf(account, from)) return;
    const contact = this.#host.roster.sees(account, from.bare);
    if (contact && access === 'contact') return;
    throw new StanzaError(contact ? 'forbidden' : 'service-unavailable');
  }

  #memberAt(from: Jid): Account | undefined {
    return from.local !== '' && this.#host.serves(from.domain) ? this.#host.accounts.find(from.local) : undefined;
  }

  /** Sends a request of the host's own; see Host.query. */
  query(iq: Element, timeoutMs: number): Promise<Element | undefined> {
    const id = `q-${this.#host.store.newId()}`;
    iq.attrs.id = id;
    return new Promise((resolve, reject) => {
      const timer = this.#host.clock.after(timeoutMs, () => {
        this.#waiting.delete(id);
        reject(new StanzaError('remote-server-timeout'));
      });
      this.#waiting.set(id, { to: iq.attrs.to ?? '', timer, resolve, reject });
      this.#host.send(iq);
    });
  }

  /** True where the stanza answered a query of ours; it must come from whom we asked. */
  answered(stanza: Element, from: Jid): boolean {
    const id = stanza.attrs.id ?? '';
    const waiting = this.#waiting.get(id);
    if (!waiting || waiting.to !== from.toString()) return false;
    this.#waiting.delete(id);
    waiting.timer.cancel();
    if (stanza.attrs.type === 'result') waiting.resolve(firstChild(stanza));
    else waiting.reject(errorOf(stanza));
    return true;
  }
}

/** Condition, type and address are the peer's word: kept as they are where they are defined ones. */
function errorOf(stanza: Element): StanzaError {
  const error = stanza.getChild('error');
  const first = error?.getChildElements()[0];
  const condition = (first?.name ?? 'undefined-condition') as StanzaCondition;
  const address = condition === 'gone' || condition === 'redirect' ? first?.getText().trim() : undefined;
  const type = ERROR_TYPES.find((known) => known === error?.attrs.type);
  return new StanzaError(condition, { ...(type && { type }), ...(address && { address }) });
}
