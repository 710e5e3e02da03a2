import type { I2cBus, OpenBus } from '../../../drivers/i2c/bus.ts';

/** Listens to a bus, counts what passes, and can hold a message back. */
export class Wire {
  opened = 0;
  closed = 0;
  messages: Uint8Array[] = [];
  readonly #open: OpenBus;
  #gate: { promise: Promise<void>; resolve: () => void } | undefined;

  constructor(open: OpenBus) {
    this.#open = open;
  }

  /** Messages of pixels, without the commands. */
  get pages(): Uint8Array[] {
    return this.messages.filter((message) => message[0] === 0x40);
  }

  hold(): void {
    let resolve = () => {};
    const promise = new Promise<void>((done) => {
      resolve = done;
    });
    this.#gate = { promise, resolve };
  }

  release(): void {
    this.#gate?.resolve();
    this.#gate = undefined;
  }

  readonly open: OpenBus = async () => {
    const bus = await this.#open();
    this.opened++;
    const tapped: I2cBus = {
      write: async (address, bytes) => {
        await this.#gate?.promise;
        this.messages.push(bytes);
        await bus.write(address, bytes);
      },
      close: async () => {
        this.closed++;
        await bus.close();
      },
    };
    return tapped;
  };
}
