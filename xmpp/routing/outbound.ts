/** What the box itself sends to anybody, and what comes back of what it gave to sessions. */
import type { Hosts } from '../hosts.ts';
import type { Element } from '../xml.ts';
import type { Inbound } from './inbound.ts';
import { Jid } from './jid.ts';
import type { Router } from './router.ts';
import type { Session } from './session.ts';
import { errorReply, mayBeAnswered } from './stanza.ts';
import { StanzaError } from './stanza-error.ts';

export class Outbound {
  readonly #router: Router;
  readonly #inbound: Pick<Inbound, 'fault'>;
  readonly #hosts: Pick<Hosts, 'of' | 'behind'>;
  /** What clients did not get, on its way to the offline store or to others. */
  readonly #givenBack = new Set<Promise<void>>();

  constructor(router: Router, inbound: Pick<Inbound, 'fault'>, hosts: Pick<Hosts, 'of' | 'behind'>) {
    this.#router = router;
    this.#inbound = inbound;
    this.#hosts = hosts;
  }

  /** An error goes to the session in whose name the stanza was sent, else that of a query to who waits for it; any other is nobody's. */
  send(stanza: Element, inNameOf?: Session): void {
    const from = Jid.parse(stanza.attrs.from ?? '');
    const to = Jid.parse(stanza.attrs.to ?? '');
    const host = this.#hosts.behind(from.domain);
    this.#router.route(stanza, to, { from, session: undefined, host, turn: undefined }).catch((error: unknown) => {
      const answer = error instanceof StanzaError ? error : this.#inbound.fault(error, from, stanza);
      if (!mayBeAnswered(stanza)) return;
      if (inNameOf) inNameOf.send(errorReply(stanza, answer));
      else if (stanza.name === 'iq') host?.iqs.answered(errorReply(stanza, answer), to);
    });
  }

  /** Stanzas that a session had been given and that its client never acknowledged go the way of RFC 6121 section 8.5 again. */
  giveBack(session: Session, stanzas: Element[]): void {
    const host = this.#hosts.of(session.jid.domain);
    const [first] = stanzas;
    if (!host || !first) return;
    const done = host.messages
      .undelivered(session, stanzas)
      .catch((error: unknown) => void this.#inbound.fault(error, session.jid, first))
      .finally(() => this.#givenBack.delete(done));
    this.#givenBack.add(done);
  }

  /** Resolves when all that was given back has gone its way. */
  async settled(): Promise<void> {
    await Promise.all(this.#givenBack);
  }
}
