/** What the streams between servers share. federation.ts makes one. */
import type { Clock, Random } from '../clock.ts';
import type { Limits } from '../config.ts';
import type { Log } from '../log.ts';
import type { Jid } from '../routing/jid.ts';
import type { Turn } from '../routing/lane.ts';
import type { Element } from '../xml.ts';
import type { Conversation } from './conversation.ts';
import type { DialbackClaim } from './dialback.ts';
import type { Outgoing } from './outgoing.ts';
import type { FederationPolicy } from './policy.ts';
import type { Repeats } from './repeats.ts';
import type { Resolver } from './resolver/resolver.ts';
import type { PeerTls } from './tls.ts';

export interface FederationContext {
  clock: Clock;
  random: Random;
  log: Log;
  limits: Limits;
  policy: FederationPolicy;
  resolver: Resolver;
  /** As ServerConfig has it. */
  torSocket(): string | undefined;
  tls: PeerTls;
  /** Of the keys of dialback. */
  secret: string;
  /** A host, or a service or program beside one. @param domain prepared */
  isServed(domain: string): boolean;
  /** Takes a stanza in whose sender was proved (routing/inbound.ts). Resolves when it is done; never rejects. */
  receive(stanza: Element, from: Jid, to: Jid, turn?: Turn): Promise<void>;
  /**
   * Asks the server of the sender whether the key is one of its own (XEP-0220 section 2.1.2).
   * @param asker the address that makes the claim
   * @throws PeerFailure
   */
  verify(claim: DialbackClaim, key: string, asker: string): Promise<boolean>;
  repeats: Repeats;
  /**
   * Resolves with whether the other server answered a ping from this domain of ours to that of theirs; undefined where ours is a
   * program's (XEP-0114), which would not know of it. Never rejects.
   */
  ping(local: string, remote: string): Promise<boolean | undefined>;
  /** False where so many streams of that server are open that no more are taken. */
  mayJoin(remote: string): boolean;
  /** It may send, or receive, for another pair of domains. */
  changed(conversation: Conversation): void;
  /** It is over, or about to be; `rest` is what the peer may not have got. May be called twice. */
  over(conversation: Conversation, rest: Outgoing[]): void;
  /** For status pages: what was wrong with a peer, in words. */
  trouble(remote: string, words: string): void;
}
