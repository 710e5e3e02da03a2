/** Dialback on one link (XEP-0220): what the peer asks for, and what we wait for an answer to. */
import type { StanzaCondition } from '../routing/stanza-error.ts';
import type { Element } from '../xml.ts';
import type { FederationContext } from './context.ts';
import type { Conversation } from './conversation.ts';
import {
  type DialbackClaim,
  dialbackElement,
  dialbackError,
  dialbackKey,
  isDialbackKey,
  refusalOf,
} from './dialback.ts';
import { domainIn } from './domain.ts';
import { asFailure, PeerFailure } from './failure.ts';

/** For who has to call back first, and for who has only to look at its own key. */
const RESULT_MS = 30_000;
const VERIFY_MS = 10_000;
const SILENT = new PeerFailure('it did not answer to dialback');
/** Claims of one peer that are looked into at once. */
const MAX_CLAIMS = 8;
/** Domains that one stream speaks for. */
const MAX_DOMAINS = 100;

export class DialbackDesk {
  readonly #context: FederationContext;
  readonly #conversation: Conversation;
  /** By what the answer will say. */
  readonly #waiting = new Map<string, (answer: Element | PeerFailure) => void>();
  #claims = 0;

  constructor(context: FederationContext, conversation: Conversation) {
    this.#context = context;
    this.#conversation = conversation;
  }

  /** Section 2.1.1. @throws PeerFailure */
  async introduce(local: string, remote: string, done: () => void): Promise<void> {
    const { streamId, link } = this.#conversation;
    const key = dialbackKey(this.#context.secret, { sender: local, target: remote, streamId });
    const answer = this.#answer(`result ${remote} ${local}`, RESULT_MS, done);
    link.send(dialbackElement('result', { from: local, to: remote }, key));
    if ((await answer).attrs.type !== 'valid') throw refusalOf(await answer);
  }

  /** Section 2.1.2. @throws PeerFailure where it cannot be learned */
  async verify({ sender, target, streamId }: DialbackClaim, key: string): Promise<boolean> {
    const answer = this.#answer(`verify ${sender} ${target} ${streamId}`, VERIFY_MS);
    this.#conversation.link.send(dialbackElement('verify', { from: target, to: sender, id: streamId }, key));
    const { type } = (await answer).attrs;
    if (type !== 'valid' && type !== 'invalid') throw refusalOf(await answer);
    return type === 'valid';
  }

  /** A link that closed answers nothing more. */
  closed(why = SILENT): void {
    for (const settle of this.#waiting.values()) settle(why);
    this.#waiting.clear();
  }

  handle(element: Element): void {
    const { from, to, id, type } = element.attrs;
    const [remote, local] = [domainIn(from), domainIn(to)];
    if (remote === undefined || local === undefined) return;
    if (type !== undefined) {
      const what = element.name === 'verify' ? `verify ${remote} ${local} ${id}` : `result ${remote} ${local}`;
      // An answer to nothing that was asked is nobody's (XEP-0288, security considerations).
      this.#waiting.get(what)?.(element);
    } else if (element.name === 'verify') this.#vouch(element, local, remote);
    else if (element.name === 'result') void this.#judge(element.getText(), local, remote);
  }

  /** `valid` runs at once where the answer is that. */
  #answer(what: string, patienceMs: number, valid?: () => void): Promise<Element> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.has(what)) throw new PeerFailure('it is being asked already');
      const settle = (answer: Element | PeerFailure) => {
        timer.cancel();
        this.#waiting.delete(what);
        if (answer instanceof PeerFailure) return reject(answer);
        if (answer.attrs.type === 'valid') valid?.();
        resolve(answer);
      };
      const timer = this.#context.clock.after(patienceMs, () => settle(SILENT));
      this.#waiting.set(what, settle);
    });
  }

  /** Section 2.2.2: whether a key that somebody showed the peer is ours. */
  #vouch(element: Element, local: string, remote: string): void {
    const { id = '' } = element.attrs;
    const { link } = this.#conversation;
    const addresses = { from: local, to: remote, id };
    if (!this.#context.isServed(local)) {
      link.send(dialbackError('verify', addresses, 'item-not-found'));
      return;
    }
    const claim = { sender: local, target: remote, streamId: id };
    const ours = isDialbackKey(this.#context.secret, claim, element.getText());
    link.send(dialbackElement('verify', { ...addresses, type: ours ? 'valid' : 'invalid' }));
  }

  /** Section 2.2.1: whether the peer speaks for the domain that it says it does. */
  async #judge(key: string, local: string, remote: string): Promise<void> {
    const { link, streamId } = this.#conversation;
    const refuse = (condition: StanzaCondition, text: string) => {
      this.#context.trouble(remote, `turned away: ${text}`);
      link.send(dialbackError('result', { from: local, to: remote }, condition, text));
    };
    if (!this.#context.isServed(local)) return refuse('item-not-found', `${local} is not served here`);
    const objection = this.#objection(local, remote);
    if (objection) return refuse(...objection);
    // Whose certificate is good need not be called back.
    if (this.#conversation.secured.certificate.proves(remote)) return this.#accept(local, remote, 'certificate');
    const { dialback } = this.#context.policy.of(remote);
    if (!dialback) return refuse('not-authorized', this.#certificateProblem(remote));
    this.#claims += 1;
    try {
      if (await this.#context.verify({ sender: remote, target: local, streamId }, key, link.wire.address))
        this.#accept(local, remote, 'dialback');
      else this.#turnAway(local, remote);
    } catch (error) {
      const failure = asFailure(error);
      refuse(failure.dialbackCondition, failure.message);
    } finally {
      this.#claims -= 1;
    }
  }

  #objection(local: string, remote: string): [StanzaCondition, string] | undefined {
    if (!this.#context.policy.allows('in', local, remote))
      return ['policy-violation', `this server does not talk to ${remote}`];
    if (this.#context.isServed(remote)) return ['forbidden', `${remote} is served here`];
    const { heard } = this.#conversation;
    if (this.#claims >= MAX_CLAIMS || heard.size >= MAX_DOMAINS)
      return ['resource-constraint', 'too many domains on one stream'];
    if (!heard.has(remote) && !this.#context.mayJoin(remote))
      return ['resource-constraint', `too many streams from ${remote}`];
    return undefined;
  }

  #certificateProblem(remote: string): string {
    return this.#conversation.secured.certificate.problemFor(remote) ?? '';
  }

  #accept(local: string, remote: string, proof: 'certificate' | 'dialback'): void {
    this.#conversation.link.send(dialbackElement('result', { from: local, to: remote, type: 'valid' }));
    this.#conversation.hear(local, remote, proof);
  }

  /** The stream of an impostor ends, unless it speaks for others that were proved. */
  #turnAway(local: string, remote: string): void {
    const { link, known } = this.#conversation;
    const text = 'the server of that domain does not know your key';
    this.#context.trouble(remote, `turned away: ${text}`);
    this.#context.log.warn({ domain: remote, address: link.wire.address }, 'a server could not prove its domain');
    if (known) link.send(dialbackError('result', { from: local, to: remote }, 'forbidden', text));
    else {
      link.send(dialbackElement('result', { from: local, to: remote, type: 'invalid' }));
      this.#conversation.leave();
    }
  }
}
