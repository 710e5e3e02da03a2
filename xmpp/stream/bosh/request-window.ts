/** The requests of a session that are not answered yet, in the order of their rids (XEP-0124 sections 11 and 14). */
import type { ServerResponse } from 'node:http';
import type { Clock, Timer } from '../../clock.ts';
import { respond } from './answers.ts';
import { type BoshBody, type BoshCondition, bodyText } from './body.ts';

/** How often a client may ask again before it goes on. */
const MAX_REPEATS = 20;

export interface OpenRequest {
  readonly rid: number;
  readonly key: string | undefined;
  /** Undefined once it was given out. */
  body: BoshBody | undefined;
  /** Undefined where its connection is gone. */
  response: ServerResponse | undefined;
  /** The client waits no longer. */
  due: boolean;
  readonly patience: Timer;
}

export interface WindowOptions {
  /** The first rid. */
  rid: number;
  /** How many a client may have open at once. */
  requests: number;
  waitMs: number;
  clock: Clock;
  /** One of them has become due, or has lost its connection. */
  changed: () => void;
}

export class RequestWindow {
  readonly #options: WindowOptions;
  #open: OpenRequest[] = [];
  /** The rid that is given out next. */
  #next: number;
  #repeats = 0;

  constructor(options: WindowOptions) {
    this.#options = options;
    this.#next = options.rid;
  }

  /** Given out or answered: what has this rid now comes for the second time. */
  isPast(rid: number): boolean {
    return rid < this.#next;
  }

  find(rid: number): OpenRequest | undefined {
    return this.#open.find((request) => request.rid === rid);
  }

  get first(): OpenRequest | undefined {
    return this.#open[0];
  }

  /** How many were given out and wait for an answer. */
  get waiting(): number {
    return this.#open.filter(({ body }) => !body).length;
  }

  get connected(): boolean {
    return this.#open.some(({ response }) => response);
  }

  /** Takes in a new one. Returns what is wrong with it, where something is; only one too many is taken in then. */
  add(rid: number, body: BoshBody, response: ServerResponse): BoshCondition | undefined {
    const { requests, waitMs, clock, changed } = this.#options;
    const spare = body.terminates || body.pause !== undefined ? 1 : 0;
    if (rid >= this.#next + requests + spare) return 'item-not-found';
    const patience = clock.after(waitMs, () => {
      request.due = true;
      changed();
    });
    const request: OpenRequest = { rid, key: body.key, body, response, due: false, patience };
    this.#open.push(request);
    this.#open.sort((one, other) => one.rid - other.rid);
    this.#watch(request, response);
    this.#repeats = 0;
    return this.#open.length > requests + spare ? 'policy-violation' : undefined;
  }

  /** The same request again, before its answer: its first connection is of no use to the client any more. */
  takeOver(request: OpenRequest, response: ServerResponse): void {
    if (request.response) respond(request.response, bodyText({ repeat: true }));
    request.response = response;
    this.#watch(request, response);
  }

  /** Counts a request that came before. True where there were too many of them without a new one. */
  repeatsTooOften(): boolean {
    this.#repeats += 1;
    return this.#repeats > MAX_REPEATS;
  }

  /** The next body in order, where it has come. */
  peek(): BoshBody | undefined {
    return this.find(this.#next)?.body;
  }

  /** What `peek` gave is given out. */
  advance(): void {
    const request = this.find(this.#next);
    if (request) request.body = undefined;
    this.#next += 1;
  }

  /** Takes the first one out, for it to be answered. */
  shift(): OpenRequest | undefined {
    const request = this.#open.shift();
    request?.patience.cancel();
    return request && { ...request };
  }

  /** A request before these never came: the client is to send it, and these, again. */
  askForMissing(): void {
    const stuck = this.#open.filter(({ body, due }) => body && due);
    if (stuck.length === 0) return;
    this.#open = this.#open.filter((request) => !stuck.includes(request));
    for (const { response } of stuck) if (response) respond(response, bodyText({ repeat: true }));
  }

  /** Empties it. Returns the connections, the oldest first. */
  clear(): ServerResponse[] {
    const open = this.#open.splice(0);
    for (const { patience } of open) patience.cancel();
    return open.flatMap(({ response }) => response ?? []);
  }

  #watch(request: OpenRequest, response: ServerResponse): void {
    response.once('close', () => {
      if (request.response !== response || !this.#open.includes(request)) return;
      request.response = undefined;
      this.#options.changed();
    });
  }
}
