import { constants } from 'node:os';

/** EREMOTEIO is known to Linux and not to Node: what the Raspberry Pi's bus says when nothing answers. */
export const ERRNO = { ...constants.errno, EREMOTEIO: 121 };

/** What a model answers a system call with instead of a result. */
export class Errno extends Error {
  readonly number: number;

  constructor(code: keyof typeof ERRNO) {
    super(code);
    this.number = ERRNO[code];
  }
}
