/** Opens links to other servers: place after place, until one lets us in. */
import { Wire } from '../stream/wire.ts';
import type { FederationContext } from './context.ts';
import type { Conversation } from './conversation.ts';
import { dial } from './dial.ts';
import type { DialbackClaim } from './dialback.ts';
import { asFailure, PeerFailure } from './failure.ts';
import { Negotiation, type Pair } from './negotiation.ts';
import { dialOnion, isOnion } from './onion.ts';
import type { Target } from './resolver/resolver.ts';
import { Slots } from './slots.ts';

/** From the connection to the end of its negotiation. */
const NEGOTIATION_MS = 40_000;
/** For all places of a domain: what waits for them comes back by then. */
const ALL_PLACES_MS = 60_000;
const AT_ONCE = 64;

export interface Opened {
  conversation: Conversation;
  /** Other domains of ours may be introduced on it as well. */
  takesMore: boolean;
}

export class Connector {
  readonly #context: FederationContext;
  readonly #slots = new Slots(AT_ONCE);
  /** Apart from the others, which may be waiting for one of these at the other end. */
  readonly #verifySlots = new Slots(AT_ONCE);
  readonly #underWay = new Set<Negotiation>();

  constructor(context: FederationContext) {
    this.#context = context;
  }

  /** A link by which the pair may speak. @param asker whose stanza needs it @throws PeerFailure */
  connect(pair: Pair, asker: string): Promise<Opened> {
    return this.#slots.run(asker, () =>
      this.#try(pair, async (negotiation) => {
        const conversation = await negotiation.secure();
        await negotiation.authenticate(conversation);
        return { conversation, takesMore: negotiation.takesMore };
      }),
    );
  }

  /**
   * Asks the server of the claim's sender on a link of its own, which closes then (XEP-0220 section 2.1.2).
   * @param asker the address that makes the claim
   * @throws PeerFailure
   */
  verify(claim: DialbackClaim, key: string, asker: string): Promise<boolean> {
    const pair = { local: claim.target, remote: claim.sender };
    return this.#verifySlots.run(asker, () =>
      this.#try(pair, async (negotiation) => {
        const conversation = await negotiation.secure();
        negotiation.hand(conversation);
        try {
          return await conversation.verify(claim, key);
        } finally {
          conversation.leave();
        }
      }),
    );
  }

  /** Cuts what is being negotiated. */
  stop(): void {
    for (const negotiation of this.#underWay) negotiation.giveUp();
  }

  async #try<T>(pair: Pair, work: (negotiation: Negotiation) => Promise<T>): Promise<T> {
    const { clock, log, resolver } = this.#context;
    const untilMs = clock.nowMs() + ALL_PLACES_MS;
    let failure = new PeerFailure(`${pair.remote} has no server`, { kind: 'unresolved', lasting: true });
    for (const target of await resolver.targets(pair.remote)) {
      if (clock.nowMs() >= untilMs) break;
      try {
        return await this.#reach(pair, target, work, untilMs);
      } catch (error) {
        const reason = asFailure(error);
        const { host, port, directTls } = target;
        log.debug({ domain: pair.remote, host, port, directTls, reason: reason.message }, 'a server was not reached');
        failure = target.doubt ?? reason;
      }
    }
    throw failure;
  }

  async #reach<T>(pair: Pair, target: Target, work: (negotiation: Negotiation) => Promise<T>, untilMs: number) {
    const { clock } = this.#context;
    const attempt = async (external: boolean): Promise<T> => {
      const wire = await this.#dial(target, pair.remote);
      const negotiation = new Negotiation(this.#context, pair, wire, { ...target, external });
      try {
        return await this.#negotiate(negotiation, work, Math.min(NEGOTIATION_MS, untilMs - clock.nowMs()));
      } catch (error) {
        if (!negotiation.endedByExternal) throw error;
        return attempt(false);
      }
    };
    return attempt(true);
  }

  /** @throws PeerFailure */
  async #dial(target: Target, domain: string): Promise<Wire> {
    const { resolver, torSocket, clock } = this.#context;
    const { host, port } = target;
    const proxy = isOnion(host) ? torSocket() : undefined;
    if (proxy !== undefined)
      return new Wire(await dialOnion(proxy, { host, port, domain }, clock), clock, { address: host });
    const socket = await dial(await resolver.addresses(target, domain), port, clock);
    return new Wire(socket, clock, { address: socket.remoteAddress ?? '' });
  }

  async #negotiate<T>(negotiation: Negotiation, work: (negotiation: Negotiation) => Promise<T>, patienceMs: number) {
    const patience = this.#context.clock.after(patienceMs, () => negotiation.giveUp());
    this.#underWay.add(negotiation);
    try {
      return await work(negotiation);
    } catch (error) {
      negotiation.giveUp();
      throw error;
    } finally {
      patience.cancel();
      this.#underWay.delete(negotiation);
    }
  }
}
