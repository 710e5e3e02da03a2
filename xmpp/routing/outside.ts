/**
 * Whom the box reaches beyond its own hosts: programs beside it (components/) and other servers (federation/). Each way out says
 * which domains it takes; the first that takes one has it.
 */
import type { Element } from '../xml.ts';
import type { Jid } from './jid.ts';

export interface Outside {
  takes(domain: string): boolean;
  /** Asked before anything is kept of it. @throws StanzaError where it is known at once that it cannot go */
  assertSends(stanza: Element, from: Jid, to: Jid): void;
  /** Sends a stanza on its way, both addresses set. What cannot be sent after all comes back by itself, as an error from `to`. */
  send(stanza: Element, from: Jid, to: Jid): void;
}
