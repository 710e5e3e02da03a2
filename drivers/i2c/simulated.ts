import type { I2cBus, OpenBus } from './bus.ts';

/** What sits on a simulated bus: it is given the bytes of each message. */
export interface I2cDevice {
  receive(bytes: Uint8Array): void;
}

/** A bus in memory. A device may be plugged in and pulled out at any time, as on a real box. */
export class SimulatedBus {
  readonly #devices = new Map<number, I2cDevice>();

  plug(address: number, device: I2cDevice): void {
    this.#devices.set(address, device);
  }

  unplug(address: number): void {
    this.#devices.delete(address);
  }

  readonly open: OpenBus = async () => {
    let open = true;
    const bus: I2cBus = {
      write: async (address, bytes) => {
        if (!open) throw ioError('EBADF', 'the bus is closed');
        const device = this.#devices.get(address);
        if (!device) throw ioError('EREMOTEIO', 'no acknowledge');
        device.receive(bytes);
      },
      close: async () => {
        open = false;
      },
    };
    return bus;
  };
}

function ioError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
