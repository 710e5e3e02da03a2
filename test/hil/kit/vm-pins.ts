/** The two ways to a guest's pins: QEMU's own chip from outside, or the kernel's simulated one from inside. */
import { join } from 'node:path';
import { LinePeer, type LineServer, serveLines } from './lines.ts';

export interface VmPins {
  /** Before the machine: what its kernel is told and what QEMU is, given a folder for sockets. */
  prepare(sockets: string): Promise<{ kernel: string; qemu: string[] }>;
  /** Once QEMU runs. */
  attach(alive: () => boolean): Promise<void>;
  set(pin: number, level: 0 | 1): Promise<void>;
  stop(): void;
}

/** The PL061 of QEMU's `virt`, eight pins; `pulledUp` are high from the start. */
export class Pl061Pins implements VmPins {
  readonly #pulledUp: readonly number[];
  #sockets = '';
  #chip = '';
  #qtest: LinePeer | undefined;

  constructor(pulledUp: readonly number[]) {
    this.#pulledUp = pulledUp;
  }

  async prepare(sockets: string) {
    this.#sockets = sockets;
    const socket = (name: string) => `unix:${join(sockets, name)},server=on,wait=off`;
    return { kernel: '', qemu: ['-qmp', socket('monitor'), '-qtest', socket('pins'), '-qtest-log', '/dev/null'] };
  }

  async attach(alive: () => boolean): Promise<void> {
    const monitor = await LinePeer.open(join(this.#sockets, 'monitor'), alive);
    this.#qtest = await LinePeer.open(join(this.#sockets, 'pins'), alive);
    await monitor.next();
    const ask = async (execute: string, args: object): Promise<unknown> => {
      const answer = JSON.parse(await monitor.say(JSON.stringify({ execute, arguments: args })));
      if ('error' in answer) throw new Error(`QEMU: ${JSON.stringify(answer.error)}`);
      return answer.return;
    };
    await ask('qmp_capabilities', {});
    const devices = (await ask('qom-list', { path: '/machine/unattached' })) as { name: string; type: string }[];
    this.#chip = `/machine/unattached/${devices.find(({ type }) => type === 'child<pl061>')?.name}`;
    for (const pin of this.#pulledUp) await this.set(pin, 1);
  }

  async set(pin: number, level: 0 | 1): Promise<void> {
    const answer = await this.#qtest?.say(`set_irq_in ${this.#chip} unnamed-gpio-in ${pin} ${level}`);
    if (!answer?.startsWith('OK')) throw new Error(`QEMU set no pin: ${answer}`);
  }

  stop(): void {}
}

/** gpio-sim with the 54 lines of a Pi's header, all pulled up by init.sh, and gpio-sim.mjs, which moves them. */
export class GpioSimPins implements VmPins {
  #server: LineServer | undefined;
  #called: (guest: LinePeer) => void = () => {};
  readonly #guest = new Promise<LinePeer>((resolve) => {
    this.#called = resolve;
  });

  async prepare() {
    this.#server = await serveLines((socket, lines) => this.#called(new LinePeer(socket, lines)));
    return { kernel: `casp3r.pins=${this.#server.port}`, qemu: [] };
  }

  async attach(): Promise<void> {}

  async set(pin: number, level: 0 | 1): Promise<void> {
    const guest = await this.#guest;
    await guest.say(JSON.stringify({ pin, level }));
  }

  stop(): void {
    this.#server?.close();
  }
}
