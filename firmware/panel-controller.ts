/** What the panel shows, and what its buttons do: snapshots in, presses out. */
import type { Button, Buttons } from '../drivers/button/buttons.ts';
import type { Display } from '../drivers/display/display.ts';
import { render } from '../ui/panel/render.ts';
import type { PanelPage, PanelSnapshot } from '../ui/panel/snapshot.ts';
import type { Clock, Timer } from '../xmpp/clock.ts';
import type { Log } from '../xmpp/log.ts';
import type { Pairing } from './pairing.ts';

/** What the box knows that a page may show. */
export type PanelFacts = Omit<PanelSnapshot, 'page' | 'pairing' | 'paired' | 'safeToUnplug'>;

export interface PanelOptions {
  display: Display;
  buttons: Buttons;
  clock: Clock;
  log: Log;
  /** Cheap enough to be asked each second. */
  facts: () => PanelFacts;
  /** What the QR code holds for this code. */
  urlFor: (code: string) => string;
  /** Where to type a code, the best place first. */
  typeAt: () => readonly string[];
  /** POWER was held: end the program. */
  powerOff: () => void;
}

const HOLD_TO_STOP_MS = 3000;
const REFRESH_MS = 30_000;
const COUNTDOWN_MS = 1000;
/** Many stanzas make one picture. */
const SETTLE_MS = 200;
const PAIRED_MS = 60_000;
const BACK_HOME_MS = 30_000;
/** Organic light wears out where it always shines. */
const DIM_AFTER_MS = 2 * 60_000;
const DARK_AFTER_MS = 15 * 60_000;

type Phase = 'starting' | 'running' | 'stopping' | 'stopped';

export class PanelController {
  readonly #options: PanelOptions;
  readonly #watchers = new Set<() => void>();
  #pairing: Pairing | undefined;
  #phase: Phase = 'starting';
  #shown: { page: PanelPage; frame: Uint8Array } = { page: 'boot', frame: new Uint8Array(1024) };
  /** The page that PAGE chose, until it goes home by itself. */
  #chosen: { page: PanelPage; untilMs: number } | undefined;
  #paired: { name: string; administrator: boolean; untilMs: number } | undefined;
  #brightness: 'full' | 'dim' | 'off' = 'full';
  #touchedMs = 0;
  #timer: Timer | undefined;
  #settling: Timer | undefined;
  #holding: Timer | undefined;
  #undo: (() => void)[] = [];

  constructor(options: PanelOptions) {
    this.#options = options;
  }

  /** Lights the panel with the boot page, and listens to the buttons. */
  async start(): Promise<void> {
    const { display, buttons, clock } = this.#options;
    this.#touchedMs = clock.nowMs();
    await display.start();
    this.refresh();
    await buttons.start();
    this.#undo = [
      buttons.onDown((button) => this.#down(button)),
      buttons.onUp((button, heldMs) => this.#pressed(button, heldMs)),
    ];
  }

  /** The box is up: from now on PAIR works. */
  ready(pairing: Pairing): void {
    this.#pairing = pairing;
    this.#phase = 'running';
    this.refresh();
  }

  /** Says goodbye; `stop` follows when everything is on disk. */
  goodbye(): void {
    this.#phase = 'stopping';
    this.#brightness = 'full';
    this.#options.display.brightness('full');
    this.refresh();
  }

  async stop(): Promise<void> {
    this.#phase = 'stopped';
    this.refresh();
    this.#timer?.cancel();
    this.#settling?.cancel();
    this.#holding?.cancel();
    for (const undo of this.#undo.splice(0)) undo();
    await this.#options.buttons.stop();
    await this.#options.display.stop();
  }

  /** Something that a page shows may have changed. */
  changed(): void {
    this.#settling ??= this.#options.clock.after(SETTLE_MS, () => {
      this.#settling = undefined;
      this.refresh();
    });
  }

  /** Somebody has just made an account. */
  welcome(name: string, administrator: boolean): void {
    this.#paired = { name, administrator, untilMs: this.#options.clock.nowMs() + PAIRED_MS };
    this.#wake();
    this.refresh();
  }

  press(button: Button, heldMs: number): void {
    this.#options.buttons.press(button, heldMs);
  }

  get page(): PanelPage {
    return this.#shown.page;
  }

  /** The picture, 1024 bytes in page order. */
  frame(): Uint8Array {
    return this.#shown.frame;
  }

  /** Returns what takes the listener away again. */
  onFrame(listener: () => void): () => void {
    this.#watchers.add(listener);
    return () => this.#watchers.delete(listener);
  }

  /** Draws now, and sees to the next time. */
  refresh(): void {
    const { clock, display } = this.#options;
    const snapshot = this.snapshot();
    const frame = render(snapshot);
    const same = Buffer.compare(frame, this.#shown.frame) === 0;
    this.#shown = { page: snapshot.page, frame };
    this.#rest();
    if (!same) {
      display.show(frame);
      for (const watcher of this.#watchers) watcher();
    }
    this.#timer?.cancel();
    if (this.#phase === 'stopped') return;
    this.#timer = clock.after(snapshot.pairing ? COUNTDOWN_MS : REFRESH_MS, () => this.refresh());
  }

  snapshot(): PanelSnapshot {
    const { facts: readFacts, clock, urlFor, typeAt } = this.#options;
    const facts = readFacts();
    const nowMs = clock.nowMs();
    if (this.#paired && this.#paired.untilMs <= nowMs) this.#paired = undefined;
    if (this.#chosen && this.#chosen.untilMs <= nowMs) this.#chosen = undefined;
    const window = this.#phase === 'running' ? this.#pairing?.window : undefined;
    const snapshot: PanelSnapshot = {
      ...facts,
      page: this.#choosePage(facts, window !== undefined),
      safeToUnplug: this.#phase === 'stopped',
    };
    if (this.#paired) snapshot.paired = { name: this.#paired.name, administrator: this.#paired.administrator };
    if (window)
      snapshot.pairing = {
        url: urlFor(window.code),
        code: window.code,
        typeAt: typeAt(),
        secondsLeft: Math.max(0, Math.ceil((window.closesAtMs - nowMs) / 1000)),
      };
    return snapshot;
  }

  #choosePage(facts: PanelFacts, pairing: boolean): PanelPage {
    if (this.#phase === 'starting') return 'boot';
    if (this.#phase !== 'running') return 'goodbye';
    if (pairing) return 'pairing';
    if (this.#paired) return 'paired';
    return this.#chosen?.page ?? home(facts);
  }

  /** POWER works while it is still held, so that a person feels when it was long enough. */
  #down(button: Button): void {
    if (button !== 'power') return;
    this.#holding = this.#options.clock.after(HOLD_TO_STOP_MS, () => {
      this.#holding = undefined;
      this.#options.powerOff();
    });
  }

  #pressed(button: Button, heldMs: number): void {
    const { log, powerOff } = this.#options;
    const wasDark = this.#brightness === 'off';
    this.#wake();
    // The press that wakes a dark panel does nothing else, but whoever holds POWER means it.
    if (button === 'power') {
      // A hold that the clock has seen already ended the box; one that a program makes has no time between down and up.
      if (this.#holding && heldMs >= HOLD_TO_STOP_MS) powerOff();
      this.#holding?.cancel();
      this.#holding = undefined;
    } else if (!wasDark && this.#phase === 'running') {
      if (button === 'page') this.#nextPage();
      else {
        this.#paired = undefined;
        this.#pairing
          ?.press()
          .catch((error: unknown) => log.error({ err: error }, 'the pairing window could not change'));
      }
    }
    this.refresh();
  }

  #nextPage(): void {
    const { facts, clock } = this.#options;
    const now = facts();
    const round: PanelPage[] = [home(now), 'network', ...(now.trouble.length > 0 ? (['trouble'] as const) : [])];
    const next = round[(round.indexOf(this.#paired ? home(now) : this.#shown.page) + 1) % round.length] ?? home(now);
    this.#paired = undefined;
    this.#chosen = { page: next, untilMs: clock.nowMs() + BACK_HOME_MS };
  }

  #wake(): void {
    this.#touchedMs = this.#options.clock.nowMs();
    this.#light('full');
  }

  /** A panel of glass dims and goes dark when nobody has touched it for a while; a picture of one need not. */
  #rest(): void {
    const { display, clock } = this.#options;
    if (display.kind !== 'ssd1306' && display.kind !== 'sh1106') return;
    const idleMs = clock.nowMs() - this.#touchedMs;
    if (this.#phase !== 'running' || this.#pairing?.window || this.#paired) this.#light('full');
    else this.#light(idleMs >= DARK_AFTER_MS ? 'off' : idleMs >= DIM_AFTER_MS ? 'dim' : 'full');
  }

  #light(level: 'full' | 'dim' | 'off'): void {
    if (level === this.#brightness) return;
    this.#brightness = level;
    this.#options.display.brightness(level);
  }
}

function home({ members, trouble }: PanelFacts): PanelPage {
  if (trouble.length > 0) return 'trouble';
  return members === 0 ? 'empty' : 'status';
}
