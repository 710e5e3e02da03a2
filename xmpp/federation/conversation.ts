/**
 * What two servers say to each other once TLS is up, on a link of either direction: dialback, stanzas, acknowledgements. Who may
 * speak for which domain is kept here, and nothing is taken in or sent that it does not allow (RFC 6120 sections 8.1.1.2, 8.1.2.2).
 */
import type { Timer } from '../clock.ts';
import { Jid } from '../routing/jid.ts';
import { Lanes } from '../routing/lanes.ts';
import { errorReply, isStanza, mayBeAnswered } from '../routing/stanza.ts';
import { type StanzaCondition, StanzaError } from '../routing/stanza-error.ts';
import { Backpressure } from '../stream/backpressure.ts';
import { NS_SM } from '../stream/management/stanzas.ts';
import { NS_STREAM } from '../stream/parser.ts';
import { RateLimit } from '../stream/rate-limit.ts';
import { StreamError } from '../stream/stream-error.ts';
import type { Element } from '../xml.ts';
import type { FederationContext } from './context.ts';
import { NS_DIALBACK } from './dialback.ts';
import { DialbackDesk } from './dialback-desk.ts';
import { domainOf } from './domain.ts';
import { failureOf } from './inbox.ts';
import type { Link } from './link.ts';
import { Management } from './management.ts';
import { type Outgoing, pairOf } from './outgoing.ts';
import { Pulse } from './pulse.ts';
import { keyOf } from './repeats.ts';
import type { SecuredPeer } from './tls.ts';

/** Who dialled ends an idle link: whoever only listens cannot know what is on its way, and waits longer. */
const IDLE_MS = { out: 15 * 60_000, in: 60 * 60_000 };
/** Of a peer that is not known yet. */
const STRANGER_PER_SECOND = 20;
/** Stanzas that may wait for their turn. */
const MANY_PENDING = 256;

/** How a domain was proved. */
export type Proof = 'certificate' | 'dialback';

export interface ConversationOptions {
  context: FederationContext;
  link: Link;
  direction: 'in' | 'out';
  secured: SecuredPeer;
}

export class Conversation {
  readonly direction: 'in' | 'out';
  readonly secured: SecuredPeer;
  readonly link: Link;
  readonly sinceMs: number;
  /** Resolves when the connection is gone and what it owed was given back. Never rejects. */
  readonly ended: Promise<void>;
  /** Of the header of the server that was dialled; anew with each opening. */
  streamId = '';
  /** XEP-0288: stanzas go both ways. */
  bidi = false;
  /** Of what the peer says, where it names one. */
  lang: string | undefined;
  readonly #context: FederationContext;
  readonly #desk: DialbackDesk;
  readonly #lanes = new Lanes();
  /** Domains that the peer has proved to speak for. */
  readonly #heard = new Map<string, Proof>();
  /** Pairs of our domain and theirs that stanzas of ours may go between here. */
  readonly #said = new Map<string, { local: string; remote: string; proof: Proof }>();
  /** Pairs that one of the two directions was opened for. */
  readonly #met = new Map<string, { local: string; remote: string }>();
  readonly #management: Management;
  readonly #pulse: Pulse;
  readonly #rate: RateLimit;
  readonly #backpressure: Backpressure;
  #unwritten: Outgoing[] = [];
  #idleTimer: Timer | undefined;
  #lastMs: number;
  /** Nothing more goes here. */
  #over = false;
  #resolveEnded: () => void = () => undefined;

  constructor({ context, link, direction, secured }: ConversationOptions) {
    this.#context = context;
    this.link = link;
    this.direction = direction;
    this.secured = secured;
    this.sinceMs = context.clock.nowMs();
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
    this.#lastMs = this.sinceMs;
    const { clock } = context;
    this.#management = new Management({
      clock,
      send: (element) => link.send(element),
      mayEnable: () => direction === 'in' && this.known,
      lost: () => link.destroy(),
    });
    this.#rate = new RateLimit({ reading: link.wire, reason: 'rate', perSecond: STRANGER_PER_SECOND, clock });
    this.#backpressure = new Backpressure({
      reading: link.wire,
      reason: 'lanes',
      pending: () => this.#lanes.pending,
      many: MANY_PENDING,
    });
    this.#desk = new DialbackDesk(context, this);
    const ping = (local: string, remote: string) => context.ping(local, remote);
    this.#pulse = new Pulse({ clock, ping, lost: () => link.destroy() });
    this.#watchIdle();
  }

  // ---- who may say what

  get known(): boolean {
    return this.#heard.size > 0 || this.#said.size > 0;
  }

  get heard(): ReadonlyMap<string, Proof> {
    return this.#heard;
  }

  get said(): Iterable<{ local: string; remote: string; proof: Proof }> {
    return this.#said.values();
  }

  get met(): Iterable<{ local: string; remote: string }> {
    return this.#met.values();
  }

  /** Written and not acknowledged. */
  get unacknowledged(): number {
    return this.#management.waiting;
  }

  /** Written, and not known to have arrived. */
  get queued(): number {
    return this.unacknowledged + this.#pulse.waiting;
  }

  maySay(local: string, remote: string): boolean {
    return this.link.open && this.#said.has(pairOf(local, remote));
  }

  /** The peer speaks for `remote` from now on. On a link of both ways we may speak to it as well, as `local`. */
  hear(local: string, remote: string, proof: Proof): void {
    this.#met.set(pairOf(local, remote), { local, remote });
    if (this.#over) return;
    if (!this.#heard.has(remote)) {
      this.#heard.set(remote, proof);
      this.#rate.change(this.#context.policy.of(remote).stanzasPerSecond);
      this.link.admit();
    }
    if (this.direction === 'in' && this.bidi && this.#isEnough(remote)) this.say(local, remote, proof);
    else this.#context.changed(this);
  }

  /** Who was called back has vouched for this link, and that is no certificate. */
  #isEnough(remote: string): boolean {
    return !this.#context.policy.of(remote).requireCertificate || this.secured.certificate.proves(remote);
  }

  /** Stanzas from `local` to `remote` may go here from now on. */
  say(local: string, remote: string, proof: Proof): void {
    if (this.#over) return;
    this.link.admit();
    this.#met.set(pairOf(local, remote), { local, remote });
    this.#said.set(pairOf(local, remote), { local, remote, proof });
    this.#context.changed(this);
  }

  // ---- what goes out

  send(outgoing: Outgoing): void {
    this.#lastMs = this.#context.clock.nowMs();
    this.link.write(outgoing.text, (written) => {
      if (!written && !this.#management.on) this.#unwritten.push(outgoing);
    });
    if (this.#management.on) this.#management.sent(outgoing);
    else this.#pulse.sent(outgoing);
  }

  /** Asks the peer to take `local` for proved, by dialback. `done` runs before what comes behind its answer. @throws PeerFailure */
  introduce(local: string, remote: string, done: () => void): Promise<void> {
    return this.#desk.introduce(local, remote, done);
  }

  /** Asks the peer whether a key is its own. @throws PeerFailure */
  verify(claim: { sender: string; target: string; streamId: string }, key: string): Promise<boolean> {
    return this.#desk.verify(claim, key);
  }

  /** XEP-0198, where the peer offers it: what is sent from here on is counted. */
  enableAcks(): void {
    this.#management.enable();
  }

  // ---- what comes in

  /** @throws StreamError */
  handle(element: Element): void {
    this.#rate.count();
    const namespace = element.attrs.xmlns;
    if (namespace === undefined && isStanza(element)) this.#receive(element);
    else if (namespace === NS_SM) this.#management.handle(element);
    else if (namespace === NS_DIALBACK) this.#desk.handle(element);
    else if (namespace === NS_STREAM) this.#peerFailed(element);
    else throw new StreamError('unsupported-stanza-type');
  }

  #peerFailed(element: Element): void {
    if (element.name !== 'error') return;
    const failure = failureOf(element);
    for (const { remote } of this.#said.values()) this.#context.trouble(remote, failure.message);
    this.#desk.closed(failure);
    this.leave();
  }

  #receive(stanza: Element): void {
    this.#lastMs = this.#context.clock.nowMs();
    const key = keyOf(stanza);
    const done = this.#takeIn(stanza, key);
    this.#management.received(done, key);
    if (this.#over) this.#context.repeats.expect(this.#management.untold);
    this.#backpressure.entered(done);
  }

  /** @throws StreamError */
  #takeIn(stanza: Element, key: string | undefined): Promise<void> {
    if (this.#heard.size === 0) throw new StreamError('not-authorized');
    const { from: sender, to: recipient } = stanza.attrs;
    if (!sender || !recipient) throw new StreamError('improper-addressing', 'a stanza needs a sender and a recipient');
    const [remote, local] = [domainOf(sender), domainOf(recipient)];
    if (remote === undefined || local === undefined) throw new StreamError('improper-addressing');
    // It may have become one of ours since it was proved.
    if (!this.#heard.has(remote) || this.#context.isServed(remote))
      throw new StreamError('invalid-from', `you have not proved to speak for ${remote}`);
    if (!this.#context.isServed(local)) throw new StreamError('host-unknown', `${local} is not served here`);
    const from = jidOf(sender);
    // A name that only its own server finds good: nothing could be said to it.
    if (!from) return Promise.resolve();
    // The rules may have changed since the stream was opened, or be others for this server of the box.
    if (!this.#context.policy.allows('in', local, remote)) return this.#refuse(stanza, from, local, 'not-allowed');
    if (this.lang !== undefined && stanza.name !== 'iq') stanza.attrs['xml:lang'] ??= this.lang;
    const to = jidOf(recipient);
    if (!to) return this.#refuse(stanza, from, local, 'jid-malformed');
    if (key !== undefined && this.#context.repeats.has(key)) return Promise.resolve();
    return this.#lanes.run(from.toString(), stanza.name === 'message', (turn) =>
      this.#context.receive(stanza, from, to, turn),
    );
  }

  /** The answer is from the domain alone. */
  async #refuse(stanza: Element, from: Jid, local: string, condition: StanzaCondition): Promise<void> {
    if (!mayBeAnswered(stanza)) return;
    stanza.attrs.to = local;
    await this.#context.receive(errorReply(stanza, new StanzaError(condition)), Jid.of('', local), from);
  }

  // ---- the end

  /** Nothing more goes here; the link closes once both sides have said their last. */
  leave(error?: StreamError): void {
    this.#over = true;
    this.#context.over(this, []);
    this.#management.conclude();
    this.link.finish(error);
  }

  /** The connection is gone. */
  closed(): void {
    this.#context.repeats.expect(this.#management.untold);
    const left = this.#left();
    this.#over = true;
    this.#rate.stop();
    this.#idleTimer?.cancel();
    this.#desk.closed();
    this.#context.over(this, left);
    this.#resolveEnded();
  }

  /** What the peer may not have got. Who said goodbye has read all before it. */
  #left(): Outgoing[] {
    const unproven = this.#pulse.stop();
    const lost = this.#over ? [] : unproven;
    const unwritten = this.#unwritten.splice(0).filter((outgoing) => !lost.includes(outgoing));
    return [...this.#management.stop(), ...lost, ...unwritten];
  }

  #watchIdle(): void {
    const idleMs = this.#context.clock.nowMs() - this.#lastMs;
    const busy = this.unacknowledged > 0 || this.#lanes.pending > 0;
    const restMs = IDLE_MS[this.direction] - idleMs;
    if (restMs <= 0 && !busy) this.leave();
    else this.#idleTimer = this.#context.clock.after(Math.max(1_000, restMs), () => this.#watchIdle());
  }
}

function jidOf(text: string): Jid | undefined {
  try {
    return Jid.parse(text);
  } catch {
    return undefined;
  }
}
