/** The panel at work: the scene goes out as pictures and light, the buttons come in as what they mean. */
import type { Button, Buttons } from '../../drivers/button/buttons.ts';
import { type Gesture, Gestures } from '../../drivers/button/gestures.ts';
import type { Display } from '../../drivers/display/display.ts';
import type { Led, LedPattern } from '../../drivers/led/led.ts';
import { render } from '../../ui/panel/render.ts';
import { shifted } from '../../ui/panel/shift.ts';
import type { GoodbyeView, PanelPage, PanelSnapshot, RequestView } from '../../ui/panel/snapshot.ts';
import { type Language, words } from '../../ui/panel/words.ts';
import type { Timer } from '../../xmpp/clock.ts';
import type { Log } from '../../xmpp/log.ts';
import type { Pairing } from '../pairing.ts';
import { type Intent, intentOf, RESET_MS } from './intents.ts';
import { Light } from './light.ts';
import { Scene, type SceneOptions } from './scene.ts';

export interface PanelOptions extends SceneOptions {
  display: Display;
  buttons: Buttons;
  led: Led;
  log: Log;
  language: Language;
  /** PAIR is the only button. */
  oneButton: boolean;
  /** POWER was held: end the program, or the machine. */
  powerOff: () => void;
  /** Two buttons were held to the end: erase everything and start anew. */
  factoryReset: () => void;
}

const REFRESH_MS = 30_000;
const COUNTDOWN_MS = 1000;
/** Many stanzas make one picture. */
const SETTLE_MS = 200;

export class PanelController {
  readonly #options: PanelOptions;
  readonly #scene: Scene;
  readonly #light: Light;
  readonly #gestures: Gestures;
  readonly #watchers = new Set<() => void>();
  readonly #down = new Set<Button>();
  /** The glass was dark when the first of these buttons went down: they mean nothing but that. */
  #waking = false;
  #pairing: Pairing | undefined;
  #shown: { page: PanelPage; frame: Uint8Array } = { page: 'boot', frame: new Uint8Array(1024) };
  #timer: Timer | undefined;
  #settling: Timer | undefined;
  #undo: (() => void)[] = [];

  constructor(options: PanelOptions) {
    this.#options = options;
    this.#scene = new Scene(options);
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
    this.#scene.ready(pairing);
    this.refresh();
  }

  /** Says goodbye; `stop` follows when everything is on disk, and the page becomes `stopped`. */
  goodbye(now: GoodbyeView, stopped: GoodbyeView): void {
    this.#scene.goodbye(now, stopped);
    this.#wake();
  }

  async stop(): Promise<void> {
    this.#scene.end();
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
    this.#scene.welcome(name, administrator);
    this.#wake();
  }

  /** Asks who stands before the box. True only when PAIR was pressed in time. */
  ask(kind: RequestView['kind']): Promise<boolean> {
    const answer = this.#scene.ask(kind);
    this.#wake();
    return answer;
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

  snapshot(): PanelSnapshot {
    return this.#scene.snapshot();
  }

  /** Draws now, and sees to the next time. */
  refresh(): void {
    const { clock, display, language } = this.#options;
    const snapshot = this.snapshot();
    const { phase } = this.#scene;
    const drawn = render(snapshot, words[language]);
    // A QR code stands still, for the camera.
    const frame = snapshot.pairing ? drawn : shifted(drawn, this.#light.step);
    const same = Buffer.compare(frame, this.#shown.frame) === 0;
    this.#shown = { page: snapshot.page, frame };
    this.#light.rest(phase !== 'running' || !!(snapshot.pairing || snapshot.paired || snapshot.request));
    if (!same) {
      display.show(frame);
      for (const watcher of this.#watchers) watcher();
    }
    if (phase === 'running') this.#options.led.show(patternOf(snapshot));
    this.#timer?.cancel();
    if (phase === 'stopped') return;
    const counts = snapshot.pairing ?? snapshot.request;
    const delayMs = Math.min(counts ? COUNTDOWN_MS : REFRESH_MS, this.#light.nextMs);
    this.#timer = clock.after(delayMs, () => this.refresh());
  }

  /** There is something to look at. */
  #wake(): void {
    this.#light.touch();
    this.refresh();
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
    const intent = intentOf(gesture, { oneButton: this.#options.oneButton, asked: this.#scene.asked });
    if (intent) this.#do(intent);
  }

  /** POWER works while the box starts as well; once it stops, nothing does. */
  #do(intent: Intent): void {
    const { phase } = this.#scene;
    if (phase !== 'running' && !(phase === 'starting' && intent.kind === 'power off')) return;
    switch (intent.kind) {
      case 'power off':
        this.#options.powerOff();
        break;
      case 'reset':
        this.#countDown(intent.heldMs);
        break;
      case 'let go':
        this.#scene.letGo();
        break;
      case 'yes':
      case 'no':
        this.#scene.answer(intent.kind === 'yes');
        break;
      case 'home':
        this.#scene.goHome();
        break;
      case 'next page':
        this.#scene.turnPage(this.#shown.page);
        break;
      case 'pair':
        this.#scene.welcomed();
        this.#pair((pairing) => pairing.press());
        break;
      case 'pair administrator':
        this.#scene.welcomed();
        void this.#pairAdministrator();
    }
    this.refresh();
  }

  #countDown(heldMs: number): void {
    this.#scene.countDown(RESET_MS - heldMs);
    this.#light.touch();
    if (heldMs !== RESET_MS) return;
    this.#scene.letGo();
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
}

/** That an update waits is no reason to blink at anybody. */
function patternOf({ pairing, trouble }: PanelSnapshot): LedPattern {
  if (pairing) return 'pairing';
  return trouble.some(({ kind }) => kind !== 'update') ? 'trouble' : 'heartbeat';
}
