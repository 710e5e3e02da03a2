/** What the panel shows, and what its buttons do: snapshots in, gestures out. */
import type { Button, Buttons } from '../../drivers/button/buttons.ts';
import { type Gesture, Gestures } from '../../drivers/button/gestures.ts';
import type { Display } from '../../drivers/display/display.ts';
import type { Led, LedPattern } from '../../drivers/led/led.ts';
import { render } from '../../ui/panel/render.ts';
import { shifted } from '../../ui/panel/shift.ts';
import type { GoodbyeView, PanelPage, PanelSnapshot, RequestView } from '../../ui/panel/snapshot.ts';
import { type Language, words } from '../../ui/panel/words.ts';
import type { Clock, Timer } from '../../xmpp/clock.ts';
import type { Log } from '../../xmpp/log.ts';
import type { Pairing } from '../pairing.ts';
import { type Intent, intentOf, RESET_MS } from './intents.ts';
import { Light } from './light.ts';
import { homePage, nextPage, roundOf } from './round.ts';

/** What the box knows that a page may show. */
export type PanelFacts = Omit<PanelSnapshot, 'page' | 'pairing' | 'paired' | 'request' | 'goodbye'>;

export interface PanelOptions {
  display: Display;
  buttons: Buttons;
  led: Led;
  clock: Clock;
  log: Log;
  language: Language;
  /** PAIR is the only button. */
  oneButton: boolean;
  /** Cheap enough to be asked each second. */
  facts: () => PanelFacts;
  /** What the QR code holds for this code. */
  urlFor: (code: string) => string;
  /** What an app's own scanner takes: `xmpp:…`. */
  uriFor: (code: string) => string;
  /** Where to type a code, the best place first. */
  typeAt: () => readonly string[];
  /** POWER was held: end the program, or the machine. */
  powerOff: () => void;
  /** Two buttons were held to the end: erase everything and start anew. */
  factoryReset: () => void;
}

const REFRESH_MS = 30_000;
const COUNTDOWN_MS = 1000;
/** Many stanzas make one picture. */
const SETTLE_MS = 200;
const PAIRED_MS = 60_000;
const REQUEST_MS = 30_000;
const BACK_HOME_MS = 30_000;

type Phase = 'starting' | 'running' | 'stopping' | 'stopped';

export class PanelController {
  readonly #options: PanelOptions;
  readonly #light: Light;
  readonly #gestures: Gestures;
  readonly #watchers = new Set<() => void>();
  readonly #down = new Set<Button>();
  /** The glass was dark when the first of these buttons went down: they mean nothing but that. */
  #waking = false;
  #pairing: Pairing | undefined;
  #phase: Phase = 'starting';
  #farewell: { now: GoodbyeView; stopped: GoodbyeView } = { now: 'saving', stopped: 'safe' };
  #shown: { page: PanelPage; frame: Uint8Array } = { page: 'boot', frame: new Uint8Array(1024) };
  /** The page that PAGE chose, until it goes home by itself. */
  #chosen: { page: PanelPage; untilMs: number } | undefined;
  #window: string | undefined;
  #paired: { name: string; administrator: boolean; untilMs: number } | undefined;
  #request: { kind: RequestView['kind']; untilMs: number; answer: (yes: boolean) => void } | undefined;
  #resetInMs: number | undefined;
  #timer: Timer | undefined;
  #settling: Timer | undefined;
  #undo: (() => void)[] = [];

  constructor(options: PanelOptions) {
    this.#options = options;
    this.#light = new Light(options.display, options.clock);
    this.#gestures = new Gestures(options.clock, (gesture) => this.#gesture(gesture));
  }

  /** Lights the panel with the boot page, and listens to the buttons. */
  async start(): Promise<void> {
    const { display, buttons, led } = this.#options;
    this.#light.start();
    await display.start();
    await led.start();
    this.refresh();
    await buttons.start();
    this.#undo = [
      buttons.onDown((button) => this.#pressed(button)),
      buttons.onUp((button, heldMs) => this.#released(button, heldMs)),
    ];
  }

  /** The box is up: from now on PAIR works. */
  ready(pairing: Pairing): void {
    this.#pairing = pairing;
    this.#phase = 'running';
    this.refresh();
  }

  /** Says goodbye; `stop` follows when everything is on disk, and the page becomes `stopped`. */
  goodbye(now: GoodbyeView, stopped: GoodbyeView): void {
    this.#phase = 'stopping';
    this.#farewell = { now, stopped };
    this.#answer(false);
    this.#light.touch();
    this.refresh();
  }

  async stop(): Promise<void> {
    this.#phase = 'stopped';
    this.refresh();
    this.#timer?.cancel();
    this.#settling?.cancel();
    this.#gestures.stop();
    for (const undo of this.#undo.splice(0)) undo();
    await this.#options.buttons.stop();
    await this.#options.led.stop();
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
    this.#light.touch();
    this.refresh();
  }

  /**
   * Asks who stands before the box. True only when PAIR was pressed in time; a second question is the first one's no, and
   * so is the end of the box.
   */
  ask(kind: RequestView['kind']): Promise<boolean> {
    this.#answer(false);
    return new Promise((answer) => {
      this.#request = { kind, untilMs: this.#options.clock.nowMs() + REQUEST_MS, answer };
      this.#light.touch();
      this.refresh();
    });
  }

  press(button: Button, heldMs: number): void {
    this.#options.buttons.press(button, heldMs);
  }

  get page(): PanelPage {
    return this.#shown.page;
  }

  /** The picture as it is on the panel, 1024 bytes in page order. */
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
    const { clock, display, language } = this.#options;
    const snapshot = this.snapshot();
    const drawn = render(snapshot, words[language]);
    // A QR code stands still, for the camera.
    const frame = snapshot.pairing ? drawn : shifted(drawn, this.#light.step);
    const same = Buffer.compare(frame, this.#shown.frame) === 0;
    this.#shown = { page: snapshot.page, frame };
    this.#light.rest(this.#phase !== 'running' || !!(snapshot.pairing || snapshot.paired || snapshot.request));
    if (!same) {
      display.show(frame);
      for (const watcher of this.#watchers) watcher();
    }
    if (this.#phase === 'running') this.#options.led.show(patternOf(snapshot));
    this.#timer?.cancel();
    if (this.#phase === 'stopped') return;
    const counts = snapshot.pairing ?? snapshot.request;
    const delayMs = Math.min(counts ? COUNTDOWN_MS : REFRESH_MS, this.#light.nextMs);
    this.#timer = clock.after(delayMs, () => this.refresh());
  }

  snapshot(): PanelSnapshot {
    const { clock, urlFor, uriFor, typeAt } = this.#options;
    const nowMs = clock.nowMs();
    this.#forget(nowMs);
    const facts = this.#options.facts();
    const snapshot: PanelSnapshot = { ...facts, page: this.#choosePage(facts) };
    if (this.#phase === 'stopping') snapshot.goodbye = this.#farewell.now;
    if (this.#phase === 'stopped') snapshot.goodbye = this.#farewell.stopped;
    if (this.#paired) snapshot.paired = { name: this.#paired.name, administrator: this.#paired.administrator };
    if (this.#request)
      snapshot.request = { kind: this.#request.kind, secondsLeft: seconds(this.#request.untilMs - nowMs) };
    if (this.#resetInMs !== undefined) snapshot.request = { kind: 'reset', secondsLeft: seconds(this.#resetInMs) };
    const window = this.#openWindow;
    if (window)
      snapshot.pairing = {
        url: urlFor(window.code),
        uri: uriFor(window.code),
        code: window.code,
        typeAt: typeAt(),
        secondsLeft: seconds(window.closesAtMs - nowMs),
      };
    return snapshot;
  }

  get #openWindow() {
    return this.#phase === 'running' ? this.#pairing?.window : undefined;
  }

  /** What has had its time; and what was chosen before a window opened or closed. */
  #forget(nowMs: number): void {
    if (this.#paired && this.#paired.untilMs <= nowMs) this.#paired = undefined;
    if (this.#request && this.#request.untilMs <= nowMs) this.#answer(false);
    const window = this.#openWindow?.code;
    if (window !== this.#window || (this.#chosen && this.#chosen.untilMs <= nowMs)) this.#chosen = undefined;
    this.#window = window;
  }

  #choosePage(facts: PanelFacts): PanelPage {
    if (this.#phase === 'starting') return 'boot';
    if (this.#phase !== 'running') return 'goodbye';
    if (this.#request || this.#resetInMs !== undefined) return 'confirm';
    if (this.#chosen) return this.#chosen.page;
    if (this.#openWindow) return 'pairing';
    return this.#paired ? 'paired' : homePage(facts);
  }

  #pressed(button: Button): void {
    if (this.#down.size === 0) this.#waking = this.#light.isDark;
    this.#down.add(button);
    this.#light.touch();
    this.#gestures.down(button);
    this.refresh();
  }

  #released(button: Button, heldMs: number): void {
    this.#down.delete(button);
    this.#light.touch();
    this.#gestures.up(button, heldMs);
    if (this.#down.size === 0) this.#waking = false;
    this.refresh();
  }

  #gesture(gesture: Gesture): void {
    if (this.#waking) return;
    const intent = intentOf(gesture, { oneButton: this.#options.oneButton, asked: this.#request !== undefined });
    if (intent) this.#do(intent);
  }

  /** POWER works while the box starts as well; once it stops, nothing does. */
  #do(intent: Intent): void {
    if (this.#phase !== 'running' && !(this.#phase === 'starting' && intent.kind === 'power off')) return;
    switch (intent.kind) {
      case 'power off':
        this.#options.powerOff();
        break;
      case 'reset':
        this.#countDown(intent.heldMs);
        break;
      case 'let go':
        this.#resetInMs = undefined;
        break;
      case 'yes':
      case 'no':
        this.#answer(intent.kind === 'yes');
        break;
      case 'home':
        this.#paired = this.#chosen = undefined;
        break;
      case 'next page':
        this.#nextPage();
        break;
      case 'pair':
        this.#paired = undefined;
        this.#pair((pairing) => pairing.press());
        break;
      case 'pair administrator':
        this.#paired = undefined;
        void this.#pairAdministrator();
    }
    this.refresh();
  }

  #countDown(heldMs: number): void {
    this.#answer(false);
    this.#resetInMs = Math.max(0, RESET_MS - heldMs);
    this.#light.touch();
    if (heldMs !== RESET_MS) return;
    this.#resetInMs = undefined;
    this.#options.factoryReset();
  }

  /** Before the first account there is nothing to confirm: it is an administrator's anyway. */
  async #pairAdministrator(): Promise<void> {
    const nobody = this.#options.facts().members === 0;
    if (nobody || (await this.ask('administrator'))) this.#pair((pairing) => pairing.open('button', 'administrator'));
  }

  #pair(change: (pairing: Pairing) => Promise<void>): void {
    if (!this.#pairing) return;
    change(this.#pairing).catch((error: unknown) =>
      this.#options.log.error({ err: error }, 'the pairing window could not change'),
    );
  }

  #answer(yes: boolean): void {
    const request = this.#request;
    this.#request = undefined;
    request?.answer(yes);
  }

  #nextPage(): void {
    const { facts, clock } = this.#options;
    const page = nextPage(roundOf(facts(), this.#openWindow !== undefined), this.#shown.page);
    this.#paired = undefined;
    // Whoever scans with an app takes as long as the window allows.
    const forMs = page === 'pairing-app' ? Number.POSITIVE_INFINITY : BACK_HOME_MS;
    this.#chosen = { page, untilMs: clock.nowMs() + forMs };
  }
}

/** That an update waits is no reason to blink at anybody. */
function patternOf({ pairing, trouble }: PanelSnapshot): LedPattern {
  if (pairing) return 'pairing';
  return trouble.some(({ kind }) => kind !== 'update') ? 'trouble' : 'heartbeat';
}

function seconds(ms: number): number {
  return Math.max(0, Math.ceil(ms / 1000));
}
