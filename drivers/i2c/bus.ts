/** The part of an I2C bus that a panel needs. */
export interface I2cBus {
  /**
   * One message to one device. Rejects with the kernel's `code`: EREMOTEIO or ENXIO when nothing answers at the
   * address.
   */
  write(address: number, bytes: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/** Opens the bus. Rejects with one clear line when there is none. */
export type OpenBus = () => Promise<I2cBus>;

/** What the kernel's codes mean on this bus. */
export const I2C_CAUSES: Readonly<Record<string, string>> = {
  EACCES: 'no permission: the user of the service must be in the group i2c',
  ENOENT: 'no such bus: is I2C switched on?',
  ENXIO: 'nothing answers',
  EREMOTEIO: 'nothing answers',
  ETIMEDOUT: 'the bus hangs',
};

/** An address as data sheets write it: 0x3c. */
export function hex(address: number): string {
  return `0x${address.toString(16).padStart(2, '0')}`;
}
