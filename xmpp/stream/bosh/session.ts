/**
 * A session of BOSH (XEP-0124): takes requests in the order of their rids, holds one back until there is something to say, and
 * outlives each of its connections. How XMPP goes through it is bosh-transport.ts's.
 */
import type { ServerResponse } from 'node:http';
import type { Clock, Timer } from '../../clock.ts';
import { TokenBucket } from '../token-bucket.ts';
import { isOfStreamNamespace } from '../web/standalone.ts';
import { MAX_UNREAD_BEFORE_LOGIN_BYTES, MAX_UNREAD_BYTES } from '../wire.ts';
import { Answers, type Outgoing, respond } from './answers.ts';
import { type BoshBody, type BoshCondition, bodyText, type SessionTerms } from './body.ts';
import { KeySequence } from './keys.ts';

/** Of one answer, unless one element alone has more. */
const ANSWER_BYTES = 256 * 1024;
const BURST_SECONDS = 10;
/** How often a client may ask again before it goes on. */
const MAX_REPEATS = 20;

export interface BoshEvents {
  /** In order. */
  body(body: BoshBody): void;
  /** Called once, last. */
  closed(): void;
}

interface Request {
  rid: number;
  key: string | undefined;
  /** Undefined once it was given out. */
  body: BoshBody | undefined;
  /** Undefined where its connection is gone. */
  response: ServerResponse | undefined;
  /** The client is waiting no longer. */
  due: boolean;
  patience: Timer;
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
  readonly #bucket: TokenBucket;
  readonly #holds = new Set<string>();
  /** Not answered yet, by rid. */
  #requests: Request[] = [];
  /** The rid that comes next. */
  #next: number;
  #queue: Outgoing[] = [];
  #queueBytes = 0;
  #maxUnreadBytes = MAX_UNREAD_BEFORE_LOGIN_BYTES;
  #events: BoshEvents | undefined;
  #isNew = true;
  #from: string | undefined;
  #flushing = false;
  #state: 'up' | 'over' = 'up';
  /** The client has said its last: the oldest request waits for the end of the session (section 13). */
  #ending = false;
  /** For a client that asks once the session is over. */
  #lastWords: string | undefined;
  #repeats = 0;
  #inactivitySeconds: number;
  #inactivity: Timer | undefined;
  #rateTimer: Timer | undefined;
  /** When the last request came, if that and its answer were empty: in a session that polls, another one has to wait. */
  #emptyAtMs: number | undefined;

  constructor({ terms, rid, requestsPerSecond, clock, closed }: BoshSessionOptions) {
    this.terms = terms;
    this.#next = rid;
    this.#clock = clock;
    this.#closed = closed;
    this.#answers = new Answers(terms.requests);
    this.#bucket = new TokenBucket(clock, requestsPerSecond, requestsPerSecond * BURST_SECONDS);
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
    const { rid } = body;
    if (rid === undefined) this.#refuse(response, 'bad-request');
    else if (this.#requests.some((request) => request.rid === rid)) this.#takeOver(rid, body, response);
    else if (rid < this.#next) this.#answerAgain(rid, body.key, response);
    else this.#takeNew(rid, body, response);
    this.#flushSoon();
  }

  send(text: string, written?: (written: boolean) => void): void {
    if (this.#state === 'over') {
      written?.(false);
      return;
    }
    this.#queue.push({ text, written });
    this.#queueBytes += text.length;
    if (this.#queueBytes > this.#maxUnreadBytes) this.destroy();
    else this.#flushSoon();
  }

  /** The domain that answers, told with the next answer. */
  tellFrom(domain: string | undefined): void {
    this.#from = domain;
  }

  admit(): void {
    this.#maxUnreadBytes = MAX_UNREAD_BYTES;
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
    const [oldest, ...others] = this.#requests.flatMap(({ response }) => response ?? []);
    // To whom nobody listens, stanzas are not said: they go elsewhere.
    const payloads = this.#queue.map(({ text }) => text).filter((text) => oldest || isOfStreamNamespace(text));
    this.#lastWords = bodyText({ terminate: { condition }, from: this.#takeFrom(), payloads });
    this.#cancelTimers();
    for (const response of others) respond(response, bodyText({}));
    if (!oldest) {
      queueMicrotask(() => this.#close());
      return;
    }
    oldest.once('close', () => this.#close());
    oldest.once('finish', () => {
      for (const { written } of this.#queue.splice(0)) written?.(true);
      this.#close();
    });
    respond(oldest, this.#lastWords);
  }

  /** Without a word. */
  destroy(): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    for (const { response } of this.#requests) response?.destroy();
    this.#cancelTimers();
    queueMicrotask(() => this.#close());
  }

  // ---- requests

  #takeNew(rid: number, body: BoshBody, response: ServerResponse): void {
    const spare = body.terminates || body.pause !== undefined ? 1 : 0;
    const { requests } = this.terms;
    if (rid >= this.#next + requests + spare) {
      this.#refuse(response, 'item-not-found');
      return;
    }
    const patience = this.#clock.after(this.terms.wait * 1000, () => this.#waitedLong(request));
    const request: Request = { rid, key: body.key, body, response, due: false, patience };
    this.#requests.push(request);
    this.#requests.sort((one, other) => one.rid - other.rid);
    this.#watch(request, response);
    if (this.#requests.length > requests + spare) {
      this.end('policy-violation');
      return;
    }
    this.#repeats = 0;
    this.#inactivitySeconds = this.terms.inactivity;
    this.#limitRate();
    this.#giveOut();
  }

  /** The same request again, before its answer: its first connection is of no use to the client any more. */
  #takeOver(rid: number, body: BoshBody, response: ServerResponse): void {
    const request = this.#requests.find((one) => one.rid === rid);
    if (!request || request.key !== body.key || this.#repeatsTooOften()) {
      this.#refuse(response, 'policy-violation');
      return;
    }
    if (request.response) respond(request.response, bodyText({ repeat: true }));
    request.response = response;
    this.#watch(request, response);
  }

  #answerAgain(rid: number, key: string | undefined, response: ServerResponse): void {
    if (this.#repeatsTooOften()) this.#refuse(response, 'policy-violation');
    else if (!this.#answers.again(rid, key, response)) this.#refuse(response, 'item-not-found');
  }

  #repeatsTooOften(): boolean {
    this.#repeats += 1;
    return this.#repeats > MAX_REPEATS;
  }

  /** Whoever broke the rules is told; the session ends. */
  #refuse(response: ServerResponse, condition: BoshCondition): void {
    respond(response, bodyText({ terminate: { condition } }));
    this.end(condition);
  }

  #watch(request: Request, response: ServerResponse): void {
    response.once('close', () => {
      if (request.response !== response) return;
      request.response = undefined;
      this.#flushSoon();
    });
  }

  #waitedLong(request: Request): void {
    request.due = true;
    this.#flushSoon();
  }

  #limitRate(): void {
    const waitMs = this.#bucket.take();
    if (waitMs === 0) return;
    this.hold('requests');
    this.#rateTimer?.cancel();
    this.#rateTimer = this.#clock.after(waitMs, () => this.release('requests'));
  }

  #giveOut(): void {
    while (this.#state === 'up' && this.#holds.size === 0) {
      const request = this.#requests.find(({ rid }) => rid === this.#next);
      const body = request?.body;
      if (!request || !body) break;
      if (!this.#keys.accept(body)) {
        this.end('item-not-found');
        return;
      }
      if (this.#pollsTooOften(body)) {
        this.end('policy-violation');
        return;
      }
      this.#next += 1;
      request.body = undefined;
      this.#ending = body.terminates;
      this.#events?.body(body);
      if (body.pause !== undefined && body.pause <= this.terms.maxpause) this.#pause(body.pause);
    }
    this.#flushSoon();
  }

  /** Section 12. */
  #pollsTooOften(body: BoshBody): boolean {
    const { polling } = this.terms;
    const empty = body.payloads.length === 0 && !body.terminates && !body.restarts && body.pause === undefined;
    const nowMs = this.#clock.nowMs();
    const sinceMs = nowMs - (this.#emptyAtMs ?? Number.NEGATIVE_INFINITY);
    this.#emptyAtMs = empty ? nowMs : undefined;
    return polling !== undefined && empty && sinceMs < polling * 1000;
  }

  /** Section 10: all requests are answered, with nothing. */
  #pause(seconds: number): void {
    this.#inactivitySeconds = seconds;
    while (this.#requests[0] && !this.#requests[0].body) this.#answer([]);
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
      const [first] = this.#requests;
      if (!first || first.body) break;
      const waiting = this.#requests.filter(({ body }) => !body).length;
      if (!first.response) {
        // Nobody takes its answer; one behind it may be there to carry what there is to say.
        if (waiting === 1) break;
        this.#answer([]);
      } else if (this.#queue.length > 0) this.#answer(this.#takeQueue());
      else if (first.due || (waiting > this.terms.hold && !this.#ending)) this.#answer([]);
      else break;
    }
    this.#askForMissing();
    this.#watchInactivity();
  }

  #answer(carries: Outgoing[]): void {
    const request = this.#requests.shift();
    if (!request) return;
    request.patience.cancel();
    const { rid, key, response } = request;
    request.response = undefined;
    const terms = this.#isNew ? { terms: this.terms } : {};
    this.#isNew = false;
    if (carries.length > 0) this.#emptyAtMs = undefined;
    const text = bodyText({ ...terms, from: this.#takeFrom(), payloads: carries.map((one) => one.text) });
    this.#answers.give(response, { rid, key, text, carries });
  }

  #takeFrom(): string | undefined {
    const from = this.#from;
    this.#from = undefined;
    return from;
  }

  #takeQueue(): Outgoing[] {
    let bytes = 0;
    let count = 0;
    for (const { text } of this.#queue) {
      bytes += text.length;
      if (count > 0 && bytes > ANSWER_BYTES) break;
      count += 1;
    }
    const taken = this.#queue.splice(0, count);
    for (const { text } of taken) this.#queueBytes -= text.length;
    return taken;
  }

  /** A request before these never came: the client is to send it, and these, again. */
  #askForMissing(): void {
    const missing = this.#holds.size === 0 && this.#state === 'up';
    const stuck = missing ? this.#requests.filter(({ body, due }) => body && due) : [];
    for (const { response } of stuck) if (response) respond(response, bodyText({ repeat: true }));
    if (stuck.length > 0) this.#requests = this.#requests.filter((request) => !stuck.includes(request));
  }

  #watchInactivity(): void {
    this.#inactivity?.cancel();
    if (this.#state === 'over' || this.#requests.some(({ response }) => response)) return;
    this.#inactivity = this.#clock.after(this.#inactivitySeconds * 1000, () => this.destroy());
  }

  #cancelTimers(): void {
    this.#inactivity?.cancel();
    this.#rateTimer?.cancel();
    for (const { patience } of this.#requests.splice(0)) patience.cancel();
  }

  #close(): void {
    const events = this.#events;
    this.#events = undefined;
    if (!events) return;
    this.#answers.lose();
    for (const { written } of this.#queue.splice(0)) written?.(false);
    events.closed();
    this.#closed();
  }
}
