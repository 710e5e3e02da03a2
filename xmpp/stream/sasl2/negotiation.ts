/** The Extensible SASL Profile (XEP-0388): one exchange, then the tasks that the client took on, then a login. */
import type { Host } from '../../extension.ts';
import type { Jid } from '../../routing/jid.ts';
import type { Account } from '../../store/model.ts';
import { type Element, xml } from '../../xml.ts';
import type { Admit, Proven, SaslExchange } from '../sasl/exchange.ts';
import { SaslFailure } from '../sasl/failure.ts';
import { HashedToken, tokenMechanisms } from '../sasl/ht.ts';
import type { ChannelBindings } from '../sasl/mechanism.ts';
import { base64 } from '../sasl/text.ts';
import { StreamError } from '../stream-error.ts';
import { type Authenticate, readAuthenticate } from './authenticate.ts';
import { NS_SASL2 } from './namespaces.ts';
import { type UpgradeTask, upgradeTasks } from './upgrade.ts';

export interface Sasl2Options {
  host: Host;
  exchange: SaslExchange;
  bindings: ChannelBindings;
  /** Whom the client said that it is when it opened the stream. */
  from: Jid | undefined;
}

/** Somebody has logged in; what the client wants to follow is to be done, and `<success/>` to be said. */
export interface Sasl2Login {
  account: Account;
  /** As in Proven. */
  stamp: string;
  request: Authenticate;
  /** The mechanism for which it is to be given a token, where it asked for one that is offered. */
  token: string | undefined;
  /** What the mechanism says along with success, where nothing was said since. */
  data: Buffer | undefined;
}

export type Sasl2Step = { reply: Element } | { login: Sasl2Login };

/** What came before a `<next/>`, and what is still to be done. */
interface Tasks {
  login: Sasl2Login;
  left: UpgradeTask[];
  /** The client chose the first. */
  begun: boolean;
}

export class Sasl2Negotiation {
  readonly #options: Sasl2Options;
  #request: Authenticate | undefined;
  #tasks: Tasks | undefined;

  constructor(options: Sasl2Options) {
    this.#options = options;
  }

  /** Nothing but its own elements may come meanwhile (section 2.4). */
  get running(): boolean {
    return this.#request !== undefined;
  }

  /** @throws StreamError policy-violation after too many failures, and for what may not come now */
  async handle(element: Element): Promise<Sasl2Step> {
    const begins = element.name === 'authenticate';
    if (begins === this.running || element.attrs.xmlns !== NS_SASL2)
      throw new StreamError('policy-violation', 'this may not come at this point of the login');
    try {
      const step = begins ? await this.#begin(element) : await this.#goOn(element);
      if ('login' in step) this.#over();
      return step;
    } catch (error) {
      this.#over();
      return { reply: this.#options.exchange.failed(error).toElement(NS_SASL2) };
    }
  }

  #over(): void {
    this.#request = undefined;
    this.#tasks = undefined;
  }

  async #begin(element: Element): Promise<Sasl2Step> {
    const request = readAuthenticate(element);
    this.#request = request;
    if (request.fast) this.#beginWithToken(request, request.fast);
    else this.#options.exchange.begin(request.mechanism, request.userAgent.id);
    if (request.initialResponse === undefined) return { reply: xml('challenge', { xmlns: NS_SASL2 }) };
    return this.#respond(request, request.initialResponse);
  }

  #beginWithToken({ mechanism, userAgent }: Authenticate, use: NonNullable<Authenticate['fast']>): void {
    const { host, exchange, bindings } = this.#options;
    const client = userAgent.id;
    if (!tokenMechanisms(bindings).includes(mechanism)) throw new SaslFailure('invalid-mechanism');
    if (client === undefined) throw new SaslFailure('malformed-request', 'a token needs the id of its <user-agent/>');
    const { accounts, clients } = host;
    const make = (admit: Admit) => new HashedToken({ mechanism, bindings, client, use, accounts, clients, admit });
    exchange.beginWith(make, client);
  }

  async #goOn(element: Element): Promise<Sasl2Step> {
    if (element.name === 'abort') throw new SaslFailure('aborted');
    const { exchange } = this.#options;
    if (this.#tasks) return this.#work(this.#tasks, element);
    if (element.name === 'response' && this.#request && exchange.running) {
      return this.#respond(this.#request, element.getText());
    }
    throw new StreamError('policy-violation', 'only <response/> and <abort/> may come during a login');
  }

  async #respond(request: Authenticate, text: string): Promise<Sasl2Step> {
    const step = await this.#options.exchange.respond(base64(text, 'incorrect-encoding'));
    if ('challenge' in step) return { reply: xml('challenge', { xmlns: NS_SASL2 }, step.challenge.toString('base64')) };
    this.#checkFrom(step);
    const token = tokenMechanisms(this.#options.bindings).find((name) => name === request.requestToken);
    const login = { account: step.account, stamp: step.stamp, request, token, data: step.data };
    // A token must not become a password: who has only that may not set keys.
    const left = request.fast ? [] : upgradeTasks(this.#options.host, step.account, request.upgrades);
    if (left.length === 0) return { login };
    this.#tasks = { login, left, begun: false };
    return { reply: continueWith(left, step.data) };
  }

  /** Section 2.3: whom it acts as, where it says so, is whom it opened the stream as. */
  #checkFrom({ authzid, account }: Proven): void {
    const { from } = this.#options;
    if (authzid !== undefined && from !== undefined && from.local !== account.local) {
      throw new SaslFailure('invalid-authzid');
    }
  }

  async #work(tasks: Tasks, element: Element): Promise<Sasl2Step> {
    const [task, ...rest] = tasks.left;
    if (!task) throw new SaslFailure('malformed-request');
    if (!tasks.begun) {
      if (element.name !== 'next' || element.attrs.task !== task.name) throw new SaslFailure('malformed-request');
      tasks.begun = true;
      return { reply: xml('task-data', { xmlns: NS_SASL2 }, task.ask()) };
    }
    if (element.name !== 'task-data') throw new SaslFailure('malformed-request');
    await task.take(element);
    const login = { ...tasks.login, data: undefined };
    if (rest.length === 0) return { login };
    this.#tasks = { login, left: rest, begun: false };
    return { reply: continueWith(rest, undefined) };
  }
}

function continueWith(tasks: readonly UpgradeTask[], data: Buffer | undefined): Element {
  const names = tasks.slice(0, 1).map(({ name }) => xml('task', {}, name));
  return xml(
    'continue',
    { xmlns: NS_SASL2 },
    data && xml('additional-data', {}, data.toString('base64')),
    xml('tasks', {}, ...names),
  );
}
