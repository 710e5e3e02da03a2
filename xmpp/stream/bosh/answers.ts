/** What was answered last, for clients whose connection broke before they had it (XEP-0124 section 14.3). */
import type { ServerResponse } from 'node:http';
import { CROSS_ORIGIN } from '../web/cross-origin.ts';

/** `written` as in Transport.write. */
export interface Outgoing {
  text: string;
  written: ((written: boolean) => void) | undefined;
}

interface Answered {
  rid: number;
  key: string | undefined;
  text: string;
  /** What it carries, as long as nobody knows whether the client has it. */
  carries: Outgoing[];
}

export class Answers {
  readonly #kept: Answered[] = [];
  readonly #most: number;

  /** @param most how many are kept: as many requests as the client may have out at once */
  constructor(most: number) {
    this.#most = most;
  }

  /** Sends an answer and keeps it. Without a response it is only kept. */
  give(response: ServerResponse | undefined, answered: Answered): void {
    this.#kept.push(answered);
    // A client that goes on so far has had it: it could not have sent so many requests otherwise.
    if (this.#kept.length > this.#most) settle(this.#kept.shift());
    if (response) send(response, answered);
  }

  /** Sends one of them again. False where it is not kept, or somebody asks who does not know the key that went with it. */
  again(rid: number, key: string | undefined, response: ServerResponse): boolean {
    const answered = this.#kept.find((one) => one.rid === rid && one.key === key);
    if (answered) send(response, answered);
    return answered !== undefined;
  }

  /** The session is over: what may not have arrived never will. */
  lose(): void {
    for (const { carries } of this.#kept) for (const { written } of carries.splice(0)) written?.(false);
  }
}

function send(response: ServerResponse, answered: Answered): void {
  response.once('finish', () => settle(answered));
  respond(response, answered.text);
}

function settle(answered: Answered | undefined): void {
  for (const { written } of answered?.carries.splice(0) ?? []) written?.(true);
}

/** The answer to one request. */
export function respond(response: ServerResponse, text: string): void {
  response.writeHead(200, {
    ...CROSS_ORIGIN,
    'Content-Type': 'text/xml; charset=utf-8',
    'Content-Length': Buffer.byteLength(text),
  });
  response.end(text);
}
