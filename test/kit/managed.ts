/** Stream management (XEP-0198) from the client's side, for tests that count what a server has promised. */
import type { Tree } from './tree.ts';
import type { Wire } from './wire.ts';

const NS_SM = 'urn:xmpp:sm:3';

export class Managed {
  readonly wire: Wire;
  /** Id to resume with, once enabled. */
  id = '';
  /** Stanzas taken in from the server. */
  handled = 0;
  /** The newest `h` that the server told: it answers for that many of ours. */
  acknowledged = 0;
  #onAck: (() => void)[] = [];

  private constructor(wire: Wire) {
    this.wire = wire;
    wire.intercept((node) => this.#observe(node));
  }

  static async enable(wire: Wire, resume = true): Promise<Managed> {
    const managed = new Managed(wire);
    wire.write(`<enable xmlns='${NS_SM}'${resume ? " resume='true'" : ''}/>`);
    const enabled = await wire.element((node) => node.ns === NS_SM, '<enabled/>');
    if (enabled.name !== 'enabled') throw new Error('stream management was refused');
    managed.handled = 0;
    managed.id = enabled.attrs.get('id') ?? '';
    return managed;
  }

  /** Takes an earlier stream up again on a wire that is logged in and not bound. */
  static async resume(earlier: Managed, wire: Wire): Promise<Managed> {
    const managed = new Managed(wire);
    managed.handled = earlier.handled;
    managed.id = earlier.id;
    wire.write(`<resume xmlns='${NS_SM}' previd='${earlier.id}' h='${earlier.handled}'/>`);
    const answer = await wire.element((node) => node.ns === NS_SM, '<resumed/>');
    if (answer.name !== 'resumed') throw new Error('the resumption was refused');
    managed.acknowledged = Number(answer.attrs.get('h'));
    return managed;
  }

  /** Asks for an acknowledgement and resolves with its `h`. */
  async request(): Promise<number> {
    const answered = new Promise<void>((resolve) => this.#onAck.push(resolve));
    this.wire.write(`<r xmlns='${NS_SM}'/>`);
    await Promise.race([
      answered,
      this.wire.gone().then(() => Promise.reject(new Error('the connection closed before <a/>'))),
    ]);
    return this.acknowledged;
  }

  #observe(node: Tree): boolean {
    if (node.ns !== NS_SM) {
      if (node.name === 'message' || node.name === 'presence' || node.name === 'iq') this.handled += 1;
      return false;
    }
    if (node.name === 'r') {
      this.wire.write(`<a xmlns='${NS_SM}' h='${this.handled}'/>`);
      return true;
    }
    if (node.name === 'a') {
      this.acknowledged = Number(node.attrs.get('h'));
      for (const resolve of this.#onAck.splice(0)) resolve();
      return true;
    }
    return false;
  }
}
