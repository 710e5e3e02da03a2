/** A wire between client and box that a test can cut: TCP passed on as it is. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

export class Relay {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
  }

  static to(port: number): Promise<Relay> {
    return Relay.by(() => connect({ host: '127.0.0.1', port }));
  }

  /** @param dial the way on; what it rejects with is nobody's */
  static async by(dial: () => Socket | Promise<Socket>): Promise<Relay> {
    const server = createServer();
    const relay = new Relay(server);
    const join = async (near: Socket) => {
      const far = await dial();
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        relay.#sockets.add(from);
        from.on('error', () => to.destroy());
        from.on('close', () => {
          relay.#sockets.delete(from);
          to.destroy();
        });
        from.pipe(to);
      }
    };
    server.on('connection', (near) => void join(near).catch(() => near.destroy()));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return relay;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Both ends lose the connection at once, with nothing said. New ones are taken. */
  cut(): void {
    for (const socket of this.#sockets) {
      // A unix socket knows no reset.
      if (socket.remoteAddress === undefined) socket.destroy();
      else socket.resetAndDestroy();
    }
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
