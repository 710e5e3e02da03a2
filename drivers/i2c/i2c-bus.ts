import type { I2cBus } from './bus.ts';

/**
 * Opens /dev/i2c-`number` through the npm package i2c-bus, which is an optional dependency: where it is missing or was
 * not built, the promise rejects with a line that says so.
 */
export async function openI2cBus(number: number): Promise<I2cBus> {
  const { openPromisified } = await import('i2c-bus').catch(() => {
    throw new Error('the package i2c-bus is not installed or was not built (npm rebuild i2c-bus)');
  });
  const bus = await openPromisified(number);
  return {
    async write(address, bytes) {
      const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      const { bytesWritten } = await bus.i2cWrite(address, buffer.length, buffer);
      if (bytesWritten !== buffer.length) throw new Error(`${bytesWritten} of ${buffer.length} bytes written`);
    },
    close: () => bus.close(),
  };
}
