/** What is to be seen on the panel now: where the box is in its life, and what people were told, asked or chose until a time. */
import type { GoodbyeView, PanelPage, PanelSnapshot, RequestView } from '../../ui/panel/snapshot.ts';
import type { Clock } from '../../xmpp/clock.ts';
import type { Pairing } from '../pairing.ts';
import { homePage, nextPage, roundOf } from './round.ts';

/** What the box knows that a page may show. */
export type PanelFacts = Omit<PanelSnapshot, 'page' | 'pairing' | 'paired' | 'request' | 'goodbye'>;

export interface SceneOptions {
  clock: Clock;
  /** Cheap enough to be asked each second. */
  facts: () => PanelFacts;
  /** What the QR code holds for this code. */
  urlFor: (code: string) => string;
  /** What an app's own scanner takes: `xmpp:…`. */
  uriFor: (code: string) => string;
  /** Where to type a code, the best place first. */
  typeAt: () => readonly string[];
}

const PAIRED_MS = 60_000;
const REQUEST_MS = 30_000;
const BACK_HOME_MS = 30_000;

export type Phase = 'starting' | 'running' | 'stopping' | 'stopped';

export class Scene {
  readonly #options: SceneOptions;
  #phase: Phase = 'starting';
  #pairing: Pairing | undefined;
  #farewell: { now: GoodbyeView; stopped: GoodbyeView } = { now: 'saving', stopped: 'safe' };
  /** The page that PAGE chose, until it goes home by itself. */
  #chosen: { page: PanelPage; untilMs: number } | undefined;
  /** The code of the pairing window that was open last time. */
  #window: string | undefined;
  #paired: { name: string; administrator: boolean; untilMs: number } | undefined;
  #request: { kind: RequestView['kind']; untilMs: number; answer: (yes: boolean) => void } | undefined;
  #resetInMs: number | undefined;

  constructor(options: SceneOptions) {
    this.#options = options;
  }

  get phase(): Phase {
    return this.#phase;
  }

  /** The box is up. */
  ready(pairing: Pairing): void {
    this.#pairing = pairing;
    this.#phase = 'running';
  }

  /** It stops: `now` is shown at once, `stopped` from `end` on. */
  goodbye(now: GoodbyeView, stopped: GoodbyeView): void {
    this.#phase = 'stopping';
    this.#farewell = { now, stopped };
    this.answer(false);
  }

  end(): void {
    this.#phase = 'stopped';
  }

  /** Somebody has just made an account. */
  welcome(name: string, administrator: boolean): void {
    this.#paired = { name, administrator, untilMs: this.#options.clock.nowMs() + PAIRED_MS };
  }

  /** The welcome was seen. */
  welcomed(): void {
    this.#paired = undefined;
  }

  get asked(): boolean {
    return this.#request !== undefined;
  }

  /** A second question is the first one's no, and so are the end of its time and of the box. */
  ask(kind: RequestView['kind']): Promise<boolean> {
    this.answer(false);
    return new Promise((answer) => {
      this.#request = { kind, untilMs: this.#options.clock.nowMs() + REQUEST_MS, answer };
    });
  }

  answer(yes: boolean): void {
    const request = this.#request;
    this.#request = undefined;
    request?.answer(yes);
  }

  /** Buttons are held: so long until the box forgets everything. */
  countDown(resetInMs: number): void {
    this.answer(false);
    this.#resetInMs = Math.max(0, resetInMs);
  }

  letGo(): void {
    this.#resetInMs = undefined;
  }

  goHome(): void {
    this.#paired = this.#chosen = undefined;
  }

  /** Chooses the page after this one. */
  turnPage(page: PanelPage): void {
    const { facts, clock } = this.#options;
    const next = nextPage(roundOf(facts(), this.#openWindow !== undefined), page);
    this.#paired = undefined;
    // Whoever scans with an app takes as long as the window allows.
    const forMs = next === 'pairing-app' ? Number.POSITIVE_INFINITY : BACK_HOME_MS;
    this.#chosen = { page: next, untilMs: clock.nowMs() + forMs };
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
    if (this.#request && this.#request.untilMs <= nowMs) this.answer(false);
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
}

function seconds(ms: number): number {
  return Math.max(0, Math.ceil(ms / 1000));
}
