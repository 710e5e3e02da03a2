import { Errno } from './errno.ts';
import { attribute, folder } from './folders.ts';
import { type FileNode, type FolderNode, POLL } from './fuse.ts';

const RECORD_BYTES = 24;
const EV_SYN = 0;
const EV_KEY = 1;

/** An input device of the kernel's gpio-keys driver: its folder in /sys/class/input and its file in /dev/input. */
export class GpioKeys {
  readonly sysfs: FolderNode;
  readonly device: FileNode;
  readonly #queues = new Set<Buffer[]>();
  readonly #wake: () => void;

  /** `keys` as the kernel lists them: `148-149,202`. `wake` is called when the device has become readable. */
  constructor(keys: string, wake: () => void) {
    this.#wake = wake;
    const list = attribute(() => keys);
    const platform = folder(() => ({ keys: list }));
    const input = folder(() => ({ device: platform }));
    this.sysfs = folder(() => ({ device: input }));
    this.device = { open: () => this.#open() };
  }

  set(code: number, down: boolean): void {
    for (const queue of this.#queues) queue.push(record(EV_KEY, code, down ? 1 : 0), record(EV_SYN, 0, 0));
    this.#wake();
  }

  #open() {
    const queue: Buffer[] = [];
    this.#queues.add(queue);
    return {
      read: (length: number) => {
        const records = queue.splice(0, Math.floor(length / RECORD_BYTES));
        if (records.length === 0) throw new Errno('EAGAIN');
        return Buffer.concat(records);
      },
      poll: () => (queue.length > 0 ? POLL.in : 0),
    };
  }
}

/** linux/input.h, on a 64-bit kernel. */
function record(type: number, code: number, value: number): Buffer {
  const bytes = Buffer.alloc(RECORD_BYTES);
  bytes.writeUInt16LE(type, 16);
  bytes.writeUInt16LE(code, 18);
  bytes.writeInt32LE(value, 20);
  return bytes;
}
