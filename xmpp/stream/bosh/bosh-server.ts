/** BOSH over HTTP (XEP-0124): requests are read within limits, sessions found by their `sid`, or begun. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { addressKey } from '../../access/address-key.ts';
import { Debts } from '../../access/debts.ts';
import type { StreamContext } from '../context.ts';
import { readOpening } from '../opening.ts';
import { StreamError } from '../stream-error.ts';
import type { Transport } from '../transport.ts';
import { CROSS_ORIGIN, PREFLIGHT } from '../web/cross-origin.ts';
import { readRequest } from '../web/read-request.ts';
import type { Refusal } from '../web/refusal.ts';
import type { WebPeer } from '../web/web-peer.ts';
import { respond } from './answers.ts';
import { type BoshBody, type BoshCondition, bodyText, readBody, type SessionTerms } from './body.ts';
import { BoshTransport } from './bosh-transport.ts';
import { BoshSession } from './session.ts';

const SID_BYTES = 24;
/** The most that a client may ask for; seconds, requests. */
const MAX_WAIT = 60;
const MAX_HOLD = 1;
const INACTIVITY = 30;
const POLLING = 5;
const MAX_PAUSE = 120;

/** Of one address, whose sessions it is: a family of chatty clients behind one router needs few of them. */
const REQUESTS_PER_SECOND = 100;
const BURST = 1000;

interface Served {
  session: BoshSession;
  secure: boolean;
}

export class BoshServer {
  readonly #context: StreamContext;
  readonly #begin: (transport: Transport) => void;
  readonly #served = new Map<string, Served>();
  readonly #debts: Debts;
  #stopped = false;

  /** @param begin starts a stream */
  constructor(context: StreamContext, begin: (transport: Transport) => void) {
    this.#context = context;
    this.#begin = begin;
    this.#debts = new Debts(context.clock, 1000 / REQUESTS_PER_SECOND);
  }

  /** @param refusal why this peer may not begin or go on, where that is so */
  handle(request: IncomingMessage, response: ServerResponse, peer: WebPeer, refusal: Refusal | undefined): void {
    if (this.#asksTooMuch(peer)) say(response, { status: 429, text: 'Too many requests from your address.' });
    else if (request.method === 'OPTIONS') response.writeHead(204, PREFLIGHT).end();
    else if (request.method !== 'POST')
      say(response, { status: 405, text: 'XMPP over BOSH (XEP-0206) is spoken here.' });
    else if (refusal) say(response, refusal);
    else {
      this.#answer(request, response, peer).catch((error: unknown) => {
        this.#context.log.error({ error: String(error) }, 'a request of BOSH failed');
        response.destroy();
      });
    }
  }

  #asksTooMuch({ address }: WebPeer): boolean {
    const key = addressKey(address);
    if (this.#debts.of(key) >= BURST) return true;
    this.#debts.add(key);
    return false;
  }

  async #answer(request: IncomingMessage, response: ServerResponse, peer: WebPeer): Promise<void> {
    const { bytesBeforeLogin, depth, attributes } = this.#context.config.limits;
    let session: BoshSession | undefined;
    let limit = bytesBeforeLogin;
    const bytes = await readRequest(request, bytesBeforeLogin, (begun) => {
      session = this.#sessionOf(begun);
      limit = session?.maxBytes ?? bytesBeforeLogin;
      return limit;
    });
    if (bytes === 'too long') {
      session?.end('policy-violation');
      say(response, { status: 413, text: 'Too long for one request.' });
      return;
    }
    if (!bytes) return;
    try {
      this.#take(readBody(bytes, { bytes: limit, depth, attributes }), response, peer);
    } catch (error) {
      if (!(error instanceof StreamError)) throw error;
      refuse(response, conditionOf(error));
    }
  }

  /** Whose request this is, by its first bytes: who has logged in may send more than a stranger. */
  #sessionOf(begun: Buffer): BoshSession | undefined {
    const [tag = ''] = /^[^>]*>/.exec(begun.toString('latin1')) ?? [];
    const sid = /\ssid=(?:'([^']*)'|"([^"]*)")/.exec(tag);
    return this.#served.get(sid?.[1] ?? sid?.[2] ?? '')?.session;
  }

  #take(body: BoshBody, response: ServerResponse, peer: WebPeer): void {
    if (body.sid === undefined) {
      this.#open(body, response, peer);
      return;
    }
    const served = this.#served.get(body.sid);
    if (!served) refuse(response, 'item-not-found');
    else if (served.secure && !peer.secure) response.destroy();
    else served.session.take(body, response);
  }

  /** Begins no session more. */
  stop(): void {
    this.#stopped = true;
  }

  /** @throws StreamError */
  #open(body: BoshBody, response: ServerResponse, peer: WebPeer): void {
    const { streams, config, clock, random, host, doors } = this.#context;
    const { rid, to, from, lang, version = '1.0' } = body;
    if (rid === undefined) throw new StreamError('bad-format', 'no rid');
    readOpening({ to, from, lang, version }, (domain) => host(domain));
    if (this.#stopped) {
      refuse(response, 'system-shutdown');
      return;
    }
    const leave = streams.addresses.enter(peer.address, config.limits.streamsPerAddress);
    // Its connections come and go, and are newcomers no more once they have asked: the session is one until its login.
    const admitted = leave && doors.newcomers.enter(peer.address, () => session.destroy());
    if (!admitted) {
      leave?.();
      refuse(response, 'policy-violation');
      return;
    }
    const sid = random(SID_BYTES).toString('base64url');
    const requestsPerSecond = config.limits.stanzasPerSecond;
    const closed = () => {
      leave();
      admitted();
      // Whoever comes late is told why it is over.
      clock.after(INACTIVITY * 1000, () => this.#served.delete(sid));
    };
    const session = new BoshSession({ terms: termsFor(sid, body), rid, requestsPerSecond, clock, closed });
    this.#served.set(sid, { session, secure: peer.secure });
    this.#begin(new BoshTransport(session, peer, admitted));
    session.take(body, response);
  }
}

function termsFor(sid: string, { wait = MAX_WAIT, hold = MAX_HOLD }: BoshBody): SessionTerms {
  const terms = { sid, wait: Math.min(wait, MAX_WAIT), hold: Math.min(hold, MAX_HOLD), maxpause: MAX_PAUSE };
  const polls = terms.wait === 0 || terms.hold === 0;
  return {
    ...terms,
    requests: terms.hold + 1,
    inactivity: polls ? INACTIVITY + POLLING : INACTIVITY,
    polling: polls ? POLLING : undefined,
  };
}

/** XEP-0124 section 17.2 has some of the stream's own errors; what else cannot be read is a bad request. */
function conditionOf({ condition }: StreamError): BoshCondition {
  return condition === 'host-unknown' || condition === 'improper-addressing' ? condition : 'bad-request';
}

function refuse(response: ServerResponse, condition: BoshCondition): void {
  respond(response, bodyText({ terminate: { condition } }));
}

function say(response: ServerResponse, { status, text }: Refusal): void {
  const headers = { ...CROSS_ORIGIN, 'Content-Type': 'text/plain', Allow: 'OPTIONS, POST', Connection: 'close' };
  response.writeHead(status, headers).end(`${text}\n`);
}
