/** IQs that a peer may send before it has logged in: in-band registration and nothing else so far (XEP-0077, 0445). */
import type { Element } from '../xml.ts';
import type { IqType } from './iq-table.ts';

/** The stream that asks; `memory` is its own and lasts as long as it. */
export interface StrangerStream {
  address: string;
  secure: boolean;
  memory: Map<string, string>;
}

export interface BeforeLoginRequest {
  type: IqType;
  stanza: Element;
  payload: Element;
  stream: StrangerStream;
}

/** As an IqHandler answers. Throw a StanzaError to refuse. */
export type BeforeLoginHandler = (request: BeforeLoginRequest) => Element | undefined | Promise<Element | undefined>;

export class BeforeLoginTable {
  readonly #handlers = new Map<string, BeforeLoginHandler>();

  handle(type: IqType, name: string, namespace: string, handler: BeforeLoginHandler): void {
    this.#handlers.set(`${type}/${namespace}:${name}`, handler);
  }

  find(type: IqType, payload: Element): BeforeLoginHandler | undefined {
    return this.#handlers.get(`${type}/${payload.getNS() ?? ''}:${payload.name}`);
  }
}
