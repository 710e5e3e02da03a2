/** Logging in by name and password without a stream: a page of the box. The same throttle, the same waits and the same rules. */
import type { LoginThrottle } from '../../access/throttle.ts';
import type { Clock, Random } from '../../clock.ts';
import type { Host } from '../../extension.ts';
import { StreamError } from '../stream-error.ts';
import { type Proven, SaslExchange } from './exchange.ts';
import { SaslFailure } from './failure.ts';

/** 'wrong': the name or the password, and nobody learns which. 'too many': wrong tries, before this one. */
export type LoginRefusal = { refused: 'wrong' | 'too many' } | { refused: 'by the owner'; text: string };

interface Surroundings {
  /** That of the streams. */
  throttle: LoginThrottle;
  clock: Clock;
  random: Random;
}

export class PasswordLogin {
  readonly #surroundings: Surroundings;

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
  }

  /**
   * Takes as long as the throttle wants.
   * @param address where it comes from over the network
   * @param name a localpart, as it was typed
   */
  async check(host: Host, address: string, name: string, password: string): Promise<Proven | LoginRefusal> {
    const { throttle, clock, random } = this.#surroundings;
    const exchange = new SaslExchange({
      ...{ throttle, clock, random },
      host,
      address,
      mechanisms: ['PLAIN'],
      bindings: new Map(),
      tlsVersion: undefined,
    });
    try {
      exchange.begin('PLAIN');
      const step = await exchange.respond(Buffer.from(`\0${name}\0${password}`));
      return 'challenge' in step ? { refused: 'wrong' } : step;
    } catch (error) {
      if (error instanceof StreamError) return { refused: 'too many' };
      if (!(error instanceof SaslFailure)) throw error;
      return error.text === undefined ? { refused: 'wrong' } : { refused: 'by the owner', text: error.text };
    }
  }
}
