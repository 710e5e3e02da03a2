/** The client streams that came in by one way: a listener of their own, or the https port. */
import { ClientStream } from './client-stream.ts';
import type { StreamContext } from './context.ts';
import type { Entrant } from './door.ts';
import { responseHeader } from './opening.ts';
import { serialize } from './serialize.ts';
import { StreamError } from './stream-error.ts';
import { TcpTransport } from './tcp-transport.ts';
import { Wire } from './wire.ts';

export class ClientArrivals {
  readonly #context: StreamContext;
  readonly #streams = new Set<ClientStream>();

  constructor(context: StreamContext) {
    this.#context = context;
  }

  /** Counts a stream of an address until the function that it returns is called; undefined where there are too many. */
  count(address: string): (() => void) | undefined {
    const { streams, config } = this.#context;
    return streams.addresses.enter(address, config.limits.streamsPerAddress);
  }

  /** Takes in a connection that its door has counted. */
  take({ socket, address, tls, admitted }: Entrant): void {
    const stream = new ClientStream(
      this.#context,
      new TcpTransport(new Wire(socket, this.#context.clock, { address, tls, admitted })),
    );
    this.#streams.add(stream);
    void stream.ended.then(() => this.#streams.delete(stream));
    stream.start();
  }

  /** Counts a connection from a door that others share, and takes it in. */
  takeUncounted(entrant: Entrant): void {
    const leave = this.count(entrant.address);
    entrant.socket.once('close', () => leave?.());
    if (leave) this.take(entrant);
    else this.turnAway(entrant);
  }

  /** The last word to one over the limit of its address. */
  turnAway({ socket, address, tls }: Pick<Entrant, 'socket' | 'address' | 'tls'>): void {
    const error = new StreamError('policy-violation', 'too many streams from your address');
    const id = this.#context.random(16).toString('hex');
    const wire = new Wire(socket, this.#context.clock, { address, tls });
    wire.start({ data: () => undefined, closed: () => undefined });
    wire.write(`${responseHeader(id, undefined, undefined)}${serialize(error.toElement())}</stream:stream>`);
    wire.end();
  }

  /** Ends the streams with `system-shutdown`. Resolves when they are gone, after few seconds at most. */
  async stop(): Promise<void> {
    await this.#context.streams.end([...this.#streams], 'system-shutdown');
  }
}
