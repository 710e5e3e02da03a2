/**
 * A session of BOSH (XEP-0124): takes requests in the order of their rids, holds one back until there is something to say, and
 * outlives each of its connections. How XMPP goes through it is bosh-transport.ts's.
 */
import type { ServerResponse } from 'node:http';
import type { Clock, Timer } from '../../clock.ts';
import { RateLimit } from '../rate-limit.ts';
import { isOfStreamNamespace } from '../web/standalone.ts';
import { Answers, type Outgoing, respond } from './answers.ts';
import { type BoshBody, type BoshCondition, bodyText, type SessionTerms } from './body.ts';
import { KeySequence } from './keys.ts';
import { Outbox } from './outbox.ts';
import { Polling } from './polling.ts';
import { RequestWindow } from './request-window.ts';

export interface BoshEvents {
  /** In order. */
  body(body: BoshBody): void;
  /** Called once, last. */
  closed(): void;
}

export interface BoshSessionOptions {
  terms: SessionTerms;
  /** Of the first request. */
  rid: number;
  requestsPerSecond: number;
  clock: Clock;
  /** Told once, last. */
  closed: () => void;
}

export class BoshSession {
  readonly terms: SessionTerms;
  /** What an element may have, for the reader of its requests. */
  maxBytes = 0;
  readonly #clock: Clock;
  readonly #closed: () => void;
  readonly #answers: Answers;
  readonly #keys = new KeySequence();
  readonly #rate: RateLimit;
  readonly #polling: Polling;
  readonly #holds = new Set<string>();
  readonly #requests: RequestWindow;
  readonly #outbox = new Outbox();
  #events: BoshEvents | undefined;
  #isNew = true;
  #from: string | undefined;
  #flushing = false;
  #state: 'up' | 'over' = 'up';
  /** The client has said its last: the oldest request waits for the end of the session (section 13). */
  #ending = false;
  /** For a client that asks once the session is over. */
  #lastWords: string | undefined;
  #inactivitySeconds: number;
  #inactivity: Timer | undefined;

  constructor({ terms, rid, requestsPerSecond, clock, closed }: BoshSessionOptions) {
    this.terms = terms;
    this.#clock = clock;
    this.#closed = closed;
    this.#answers = new Answers(terms.requests);
    this.#requests = new RequestWindow({
      rid,
      requests: terms.requests,
      waitMs: terms.wait * 1000,
      clock,
      changed: () => this.#flushSoon(),
    });
    this.#rate = new RateLimit({ reading: this, reason: 'requests', perSecond: requestsPerSecond, clock });
    this.#polling = new Polling(clock, terms.polling);
    this.#inactivitySeconds = terms.inactivity;
  }

  start(events: BoshEvents): void {
    this.#events = events;
  }

  /** A request of this session. */
  take(body: BoshBody, response: ServerResponse): void {
    if (this.#state === 'over') {
      respond(response, this.#lastWords ?? bodyText({ terminate: { condition: 'item-not-found' } }));
      return;
    }
    this.#inactivity?.cancel();
    const wrong = this.#takeIn(body, response);
    if (wrong) this.end(wrong);
    this.#flushSoon();
  }

  send(text: string, written?: (written: boolean) => void): void {
    if (this.#state === 'over') {
      written?.(false);
      return;
    }
    if (this.#outbox.add({ text, written })) this.#flushSoon();
    else this.destroy();
  }

  /** The domain that answers, told with the next answer. */
  tellFrom(domain: string | undefined): void {
    this.#from = domain;
  }

  admit(): void {
    this.#outbox.admit();
  }

  hold(reason: string): void {
    this.#holds.add(reason);
  }

  release(reason: string): void {
    if (this.#holds.delete(reason)) this.#giveOut();
  }

  /** Says what is still to be said, with the end of the session, to the oldest request, or to the next one. */
  end(condition?: BoshCondition): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    const [oldest, ...others] = this.#requests.clear();
    // To whom nobody listens, stanzas are not said: they go elsewhere.
    const payloads = this.#outbox.texts.filter((text) => oldest || isOfStreamNamespace(text));
    this.#lastWords = bodyText({ terminate: { condition }, from: this.#takeFrom(), payloads });
    this.#cancelTimers();
    for (const response of others) respond(response, bodyText({}));
    if (!oldest) {
      queueMicrotask(() => this.#close());
      return;
    }
    oldest.once('close', () => this.#close());
    oldest.once('finish', () => {
      this.#outbox.settle(true);
      this.#close();
    });
    respond(oldest, this.#lastWords);
  }

  /** Without a word. */
  destroy(): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    for (const response of this.#requests.clear()) response.destroy();
    this.#cancelTimers();
    queueMicrotask(() => this.#close());
  }

  // ---- requests

  /** What is wrong with a request, where something is. Whoever sent it is told. */
  #takeIn(body: BoshBody, response: ServerResponse): BoshCondition | undefined {
    const { rid } = body;
    if (rid === undefined) return refuse(response, 'bad-request');
    const open = this.#requests.find(rid);
    const past = this.#requests.isPast(rid);
    if ((open || past) && this.#requests.repeatsTooOften()) return refuse(response, 'policy-violation');
    if (open) {
      if (open.key !== body.key) return refuse(response, 'item-not-found');
      this.#requests.takeOver(open, response);
    } else if (past) {
      if (!this.#answers.again(rid, body.key, response)) return refuse(response, 'item-not-found');
    } else {
      const wrong = this.#requests.add(rid, body, response);
      if (wrong) return wrong === 'item-not-found' ? refuse(response, wrong) : wrong;
      this.#inactivitySeconds = this.terms.inactivity;
      this.#rate.count();
      this.#giveOut();
    }
    return undefined;
  }

  #giveOut(): void {
    while (this.#state === 'up' && this.#holds.size === 0) {
      const body = this.#requests.peek();
      if (!body) break;
      if (!this.#keys.accept(body)) {
        this.end('item-not-found');
        return;
      }
      if (this.#polling.isTooSoon(body)) {
        this.end('policy-violation');
        return;
      }
      this.#requests.advance();
      this.#ending = body.terminates;
      this.#events?.body(body);
      if (body.pause !== undefined && body.pause <= this.terms.maxpause) this.#pause(body.pause);
    }
    this.#flushSoon();
  }

  /** Section 10: all requests are answered, with nothing. */
  #pause(seconds: number): void {
    this.#inactivitySeconds = seconds;
    while (this.#requests.first && !this.#requests.first.body) this.#answer([]);
  }

  // ---- answers

  /** In one go with all else that is sent in the same turn. */
  #flushSoon(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    queueMicrotask(() => {
      this.#flushing = false;
      this.#flush();
    });
  }

  #flush(): void {
    while (this.#state === 'up') {
      const { first, waiting } = this.#requests;
      if (!first || first.body) break;
      if (!first.response) {
        // Nobody takes its answer; one behind it may be there to carry what there is to say.
        if (waiting === 1) break;
        this.#answer([]);
      } else if (!this.#outbox.isEmpty) this.#answer(this.#outbox.take());
      else if (first.due || (waiting > this.terms.hold && !this.#ending)) this.#answer([]);
      else break;
    }
    if (this.#holds.size === 0) this.#requests.askForMissing();
    this.#watchInactivity();
  }

  #answer(carries: Outgoing[]): void {
    const request = this.#requests.shift();
    if (!request) return;
    const { rid, key, response } = request;
    const terms = this.#isNew ? { terms: this.terms } : {};
    this.#isNew = false;
    if (carries.length > 0) this.#polling.carried();
    const text = bodyText({ ...terms, from: this.#takeFrom(), payloads: carries.map((one) => one.text) });
    this.#answers.give(response, { rid, key, text, carries });
  }

  #takeFrom(): string | undefined {
    const from = this.#from;
    this.#from = undefined;
    return from;
  }

  #watchInactivity(): void {
    this.#inactivity?.cancel();
    if (this.#state === 'over' || this.#requests.connected) return;
    this.#inactivity = this.#clock.after(this.#inactivitySeconds * 1000, () => this.destroy());
  }

  #cancelTimers(): void {
    this.#inactivity?.cancel();
    this.#rate.stop();
  }

  #close(): void {
    const events = this.#events;
    this.#events = undefined;
    if (!events) return;
    this.#answers.lose();
    this.#outbox.settle(false);
    events.closed();
    this.#closed();
  }
}

function refuse(response: ServerResponse, condition: BoshCondition): BoshCondition {
  respond(response, bodyText({ terminate: { condition } }));
  return condition;
}
