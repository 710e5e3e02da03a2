import { Errno } from './errno.ts';
import { attribute, folder } from './folders.ts';
import { type FileNode, type FolderNode, POLL } from './fuse.ts';

export interface GpioChip {
  base: number;
  label: string;
  lines: number;
}

interface Line {
  direction: string;
  edge: string;
  activeLow: boolean;
  /** Edges so far; whoever read the value before the last one has something to read. */
  edges: number;
  node: FolderNode;
}

/**
 * /sys/class/gpio as the kernel offers it (Documentation/userspace-api/gpio/sysfs.rst): what onoff uses of it. Pins are
 * counted from 0 on the chip of the header, which is the first one; every pin is pulled up.
 */
export class GpioSysfs {
  /** Pins that cannot be exported, and why. */
  readonly refusals = new Map<number, 'EBUSY' | 'EACCES'>();
  readonly tree: FolderNode;
  readonly #chip: GpioChip;
  readonly #lines = new Map<number, Line>();
  readonly #levels = new Map<number, 0 | 1>();
  readonly #wake: (path: string) => void;

  /** `wake` is given the path, under /sys/class/gpio, of a file that has become readable. */
  constructor([chip, ...others]: readonly [GpioChip, ...GpioChip[]], wake: (path: string) => void) {
    this.#chip = chip;
    this.#wake = wake;
    const chips = Object.fromEntries([chip, ...others].map((each) => [`gpiochip${each.base}`, chipFolder(each)]));
    const control = {
      export: attribute(
        () => '',
        (number) => this.#export(number),
      ),
      unexport: attribute(
        () => '',
        (number) => this.#unexport(number),
      ),
    };
    this.tree = folder(() => ({
      ...control,
      ...chips,
      ...Object.fromEntries([...this.#lines].map(([pin, { node }]) => [`gpio${chip.base + pin}`, node])),
    }));
  }

  get exported(): number[] {
    return [...this.#lines.keys()];
  }

  /** What is wired to the pin sets its level. */
  set(pin: number, level: 0 | 1): void {
    if (this.level(pin) === level) return;
    this.#levels.set(pin, level);
    const line = this.#lines.get(pin);
    if (line?.direction !== 'in') return;
    const rising = (level === 1) !== line.activeLow;
    if (line.edge !== 'both' && line.edge !== (rising ? 'rising' : 'falling')) return;
    line.edges++;
    this.#wake(`gpio${this.#chip.base + pin}/value`);
  }

  level(pin: number): 0 | 1 {
    return this.#levels.get(pin) ?? 1;
  }

  /** Another program gives the pin back. */
  takeAway(pin: number): void {
    this.#unexport(String(this.#chip.base + pin));
    this.#wake(`gpio${this.#chip.base + pin}/value`);
  }

  #export(number: string): void {
    const pin = this.#pin(number);
    const refusal = this.refusals.get(pin);
    if (refusal) throw new Errno(refusal);
    if (this.#lines.has(pin)) throw new Errno('EBUSY');
    const line: Line = { direction: 'in', edge: 'none', activeLow: false, edges: 1, node: folder(() => files) };
    const files = {
      value: this.#valueFile(pin, line),
      direction: attribute(
        () => line.direction,
        (text) => {
          if (!['in', 'out', 'low', 'high'].includes(text)) throw new Errno('EINVAL');
          line.direction = text === 'in' ? 'in' : 'out';
        },
      ),
      edge: attribute(
        () => line.edge,
        (text) => {
          if (!['none', 'rising', 'falling', 'both'].includes(text)) throw new Errno('EINVAL');
          line.edge = text;
        },
      ),
      active_low: attribute(
        () => (line.activeLow ? '1' : '0'),
        (text) => {
          line.activeLow = text !== '0';
        },
      ),
    };
    this.#lines.set(pin, line);
  }

  #unexport(number: string): void {
    if (!this.#lines.delete(this.#pin(number))) throw new Errno('EINVAL');
  }

  #pin(number: string): number {
    const pin = Number(number) - this.#chip.base;
    if (!Number.isInteger(pin) || pin < 0 || pin >= this.#chip.lines) throw new Errno('EINVAL');
    return pin;
  }

  #valueFile(pin: number, line: Line): FileNode {
    return {
      open: () => {
        let seen = 0;
        return {
          read: (length, offset) => {
            if (offset === 0) seen = line.edges;
            const level = (this.level(pin) === 1) !== line.activeLow;
            return Buffer.from(level ? '1\n' : '0\n').subarray(offset, offset + length);
          },
          write: () => {
            throw new Errno('EPERM');
          },
          poll: () => POLL.in | POLL.out | (seen === line.edges ? 0 : POLL.pri | POLL.err),
        };
      },
    };
  }
}

function chipFolder({ base, label, lines }: GpioChip): FolderNode {
  const files = {
    base: attribute(() => String(base)),
    label: attribute(() => label),
    ngpio: attribute(() => String(lines)),
  };
  return folder(() => files);
}
