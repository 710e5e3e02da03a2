/** The streams that other servers opened: on listeners of their own, or on the https port. */
import { TLSSocket } from 'node:tls';
import { AddressCounter } from '../stream/addresses.ts';
import { Door, type Doors, type Entrant, XMPP_SERVER } from '../stream/door.ts';
import { Wire } from '../stream/wire.ts';
import type { FederationContext } from './context.ts';
import { IncomingStream } from './incoming.ts';

const STOP_MS = 3_000;

export class PeerArrivals {
  readonly #context: FederationContext;
  readonly #addresses = new AddressCounter();
  readonly #doors: Door[] = [];
  readonly #streams = new Set<IncomingStream>();

  constructor(context: FederationContext) {
    this.#context = context;
  }

  /** Resolves with the port that it listens on. Rejects where the address cannot be had. */
  async listen(doors: Doors, name: string, address: string, port: number, directTls: boolean): Promise<number> {
    const door = new Door(doors, {
      name,
      address,
      port,
      alpn: directTls ? [XMPP_SERVER] : undefined,
      requestCertificate: true,
      count: (from) => this.#count(from),
      take: (entrant) => this.#take(entrant),
    });
    this.#doors.push(door);
    return door.start();
  }

  /** A connection from a door that others share: nobody counted it, nor asked it for its certificate. */
  takeUncounted(entrant: Entrant): void {
    const leave = this.#count(entrant.address);
    entrant.socket.once('close', () => leave?.());
    if (leave) this.#take(entrant);
    else entrant.socket.destroy();
  }

  /** Stops listening and ends its streams with `system-shutdown`. Resolves when they are gone. */
  async stop(): Promise<void> {
    for (const door of this.#doors.splice(0)) door.stop();
    const streams = [...this.#streams];
    for (const stream of streams) stream.shutDown();
    const timer = this.#context.clock.after(STOP_MS, () => {
      for (const stream of streams) stream.cut();
    });
    await Promise.all(streams.map(({ ended }) => ended));
    timer.cancel();
  }

  #count(address: string): (() => void) | undefined {
    return this.#addresses.enter(address, this.#context.limits.streamsPerAddress);
  }

  #take({ socket, address, admitted }: Entrant): void {
    const secured = socket instanceof TLSSocket ? this.#context.tls.judge(socket) : undefined;
    const stream = new IncomingStream(
      this.#context,
      new Wire(socket, this.#context.clock, { address, admitted }),
      secured,
    );
    this.#streams.add(stream);
    void stream.ended.then(() => this.#streams.delete(stream));
    stream.start();
  }
}
