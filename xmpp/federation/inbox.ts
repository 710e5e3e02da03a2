/** What comes over a link while its opening is negotiated, one thing after the other; later all of it goes to one receiver. */
import type { StreamHeader } from '../stream/parser.ts';
import { NS_STREAM } from '../stream/parser.ts';
import type { StreamError } from '../stream/stream-error.ts';
import type { Element } from '../xml.ts';
import { PeerFailure } from './failure.ts';
import type { LinkEvents } from './link.ts';

type Arrival =
  | { kind: 'header'; header: StreamHeader }
  | { kind: 'element'; element: Element }
  | { kind: 'over'; why: string };

export interface Receiver {
  element(element: Element): void;
  end(): void;
  failed(error: unknown): void;
  closed(): void;
}

/** A peer that sends more than this without being asked is not negotiating. */
const MAX_WAITING = 50;

export class Inbox {
  #arrivals: Arrival[] = [];
  #wanted: ((arrival: Arrival) => void) | undefined;
  #receiver: Receiver | undefined;
  #late: ((receiver: Receiver) => void)[] = [];

  readonly events: LinkEvents = {
    header: (header) => this.#put({ kind: 'header', header }),
    element: (element) => {
      if (this.#receiver) this.#receiver.element(element);
      else this.#put({ kind: 'element', element });
    },
    end: () => this.#over('it closed the stream', (receiver) => receiver.end()),
    failed: (error) => this.#over(`what it says is no XMPP (${error})`, (receiver) => receiver.failed(error)),
    closed: () => this.#over('the connection was lost', (receiver) => receiver.closed()),
  };

  get empty(): boolean {
    return this.#arrivals.length === 0;
  }

  /** The answer to our header. @throws PeerFailure */
  async header(): Promise<StreamHeader> {
    const arrival = await this.#next();
    if (arrival.kind === 'header') return arrival.header;
    throw unexpected(arrival);
  }

  /** @throws PeerFailure with what the peer said where it ended the stream */
  async element(): Promise<Element> {
    const arrival = await this.#next();
    if (arrival.kind === 'element' && !isStreamError(arrival.element)) return arrival.element;
    throw unexpected(arrival);
  }

  /** What has come and not been asked for goes there first. */
  giveTo(receiver: Receiver): void {
    const arrivals = this.#arrivals.splice(0);
    for (const arrival of arrivals) if (arrival.kind === 'element') receiver.element(arrival.element);
    this.#receiver = receiver;
    for (const tell of this.#late.splice(0)) tell(receiver);
  }

  #put(arrival: Arrival): void {
    const wanted = this.#wanted;
    this.#wanted = undefined;
    if (wanted) wanted(arrival);
    else if (this.#arrivals.length < MAX_WAITING) this.#arrivals.push(arrival);
  }

  #over(why: string, tell: (receiver: Receiver) => void): void {
    if (this.#receiver) tell(this.#receiver);
    else {
      this.#late.push(tell);
      this.#put({ kind: 'over', why });
    }
  }

  #next(): Promise<Arrival> {
    const arrival = this.#arrivals.shift();
    if (arrival) return Promise.resolve(arrival);
    return new Promise((resolve) => {
      this.#wanted = resolve;
    });
  }
}

const isStreamError = (element: Element) => element.attrs.xmlns === NS_STREAM && element.name === 'error';

function unexpected(arrival: Arrival): PeerFailure {
  if (arrival.kind === 'over') return new PeerFailure(arrival.why);
  if (arrival.kind === 'header') return new PeerFailure('it opened its stream twice');
  if (!isStreamError(arrival.element)) return new PeerFailure(`it said <${arrival.element.name}/> in the wrong place`);
  return failureOf(arrival.element);
}

/** What a stream error says. */
export function failureOf(streamError: Element): PeerFailure {
  const children = streamError.getChildElements();
  const condition = children[0]?.name ?? 'error';
  const text = children.find(({ name }) => name === 'text')?.getText();
  const said = `it ended the stream: ${condition}${text ? ` (${text.slice(0, 200)})` : ''}`;
  const known = condition as StreamError['condition'];
  return new PeerFailure(said, { kind: KINDS[known] ?? 'lost', lasting: LASTING.has(known) });
}

const KINDS: Partial<Record<StreamError['condition'], PeerFailure['kind']>> = {
  'host-gone': 'unresolved',
  'host-unknown': 'unresolved',
  'invalid-from': 'refused',
  'not-authorized': 'refused',
  'policy-violation': 'refused',
};

/** What another try in a minute would not change. */
const LASTING: ReadonlySet<StreamError['condition']> = new Set([
  'host-gone',
  'host-unknown',
  'invalid-from',
  'not-authorized',
  'policy-violation',
  'unsupported-version',
]);
