/**
 * The pairing window: for five minutes, someone who stands before the box (or was let in by an administrator) can make one
 * account. A state machine of its own:
 *
 *   closed ──press, open()──▶ open ──press · used · expired · guessed──▶ closed
 *
 * The window has a code of eight characters, which dies with it. Whoever opens the code's page gets the page's own invitation, a
 * long token that is good for half an hour: fetching an app takes longer than five minutes, and nobody can guess a token. A
 * second press takes both back. A window for an administrator takes the place of another.
 */
import { PANEL } from '../xmpp/access/acts.ts';
import type { Invites } from '../xmpp/access/invites.ts';
import type { Clock, Timer } from '../xmpp/clock.ts';
import type { Log } from '../xmpp/log.ts';
import type { Invite, Role } from '../xmpp/store/model.ts';

export const WINDOW_MS = 5 * 60_000;
export const PAGE_INVITATION_MS = 30 * 60_000;
export const WRONG_CODES = 20;

export type Opener = 'button' | 'administrator';
export type Closing = 'pressed' | 'used' | 'expired' | 'guessed' | 'stopped';

export interface OpenWindow {
  /** Eight characters, without separators. */
  code: string;
  closesAtMs: number;
}

export interface PairingOptions {
  invites: Pick<Invites, 'create' | 'find' | 'revoke'>;
  clock: Clock;
  log: Log;
  /** The window opened or closed. */
  onChange: () => void;
}

interface State extends OpenWindow {
  /** Of the account that it makes; the first one on an empty box is an administrator's all the same. */
  role: Role;
  wrongCodes: number;
  timer: Timer;
  page: Promise<Invite> | undefined;
}

export class Pairing {
  readonly #invites: PairingOptions['invites'];
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #onChange: () => void;
  #open: State | undefined;
  /** Presses wait for each other's writing to disk. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: PairingOptions) {
    this.#invites = options.invites;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#onChange = options.onChange;
  }

  get window(): OpenWindow | undefined {
    return this.#open && { code: this.#open.code, closesAtMs: this.#open.closesAtMs };
  }

  /** Opens the window, or closes the one that is open. Rejects where the disk takes nothing. */
  press(): Promise<void> {
    return this.#inTurn(() => (this.#open ? this.#close('pressed') : this.#begin('button')));
  }

  /** Opens the window; one that is open for this role stays as it is, one for another gives way. */
  open(by: Opener, role: Role = 'member'): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#open?.role === role) return;
      await this.#close('pressed');
      await this.#begin(by, role);
    });
  }

  /**
   * The invitation that the page of this code carries: the page's own where it is the window's code, else the one that the code
   * names. Undefined for a code that is no good.
   */
  async invitationFor(code: string): Promise<Invite | undefined> {
    const invite = this.#invites.find(code);
    const state = this.#open;
    if (!invite || invite.code !== state?.code) return invite;
    state.page ??= this.#invites
      .create({ role: state.role, lifetimeMs: PAGE_INVITATION_MS, note: 'pairing page' })
      .catch((error) => {
        state.page = undefined;
        throw error;
      });
    return state.page;
  }

  /** Someone tried a code that is no good: on a page, or in a client. */
  wrongCode(): void {
    const state = this.#open;
    if (!state) return;
    state.wrongCodes += 1;
    if (state.wrongCodes >= WRONG_CODES)
      void this.#inTurn(() => this.#close('guessed', state)).catch(this.#closeFailed);
  }

  /** An invitation made an account; if it was the window's or its page's, the window has done its work. */
  async used(code: string): Promise<void> {
    const state = this.#open;
    if (!state) return;
    const page = await state.page?.catch(() => undefined);
    if (code === state.code || code === page?.code) await this.#inTurn(() => this.#close('used', state));
  }

  /** Closes for the end of the program; a page's invitation goes on. */
  stop(): Promise<void> {
    return this.#inTurn(() => this.#close('stopped'));
  }

  async #begin(by: Opener, role: Role = 'member'): Promise<void> {
    const note = `pairing by ${by}`;
    const invite = await this.#invites.create({ role, typed: true, lifetimeMs: WINDOW_MS, note, by: PANEL });
    const timer = this.#clock.after(WINDOW_MS, () => {
      void this.#inTurn(() => this.#close('expired', state)).catch(this.#closeFailed);
    });
    const { code, expiresMs: closesAtMs } = invite;
    const state: State = { code, closesAtMs, role, wrongCodes: 0, timer, page: undefined };
    this.#open = state;
    this.#log.info({ by, role }, 'the pairing window is open');
    this.#onChange();
  }

  /** Shut first, then written: a disk that takes nothing leaves a code that no window stands for any more. */
  async #close(how: Closing, only = this.#open): Promise<void> {
    const state = this.#open;
    if (!state || state !== only) return;
    this.#open = undefined;
    state.timer.cancel();
    this.#log.info({ how }, 'the pairing window is closed');
    this.#onChange();
    // A client that showed the code in time may still be on its way to an account (XEP-0445 section 4).
    if (how !== 'expired') await this.#invites.revoke(state.code);
    const page = await state.page?.catch(() => undefined);
    // Of the window's two invitations only one makes an account; and a second press means: nobody, now.
    if (page && (how === 'pressed' || how === 'used')) await this.#invites.revoke(page.code);
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  readonly #closeFailed = (error: unknown) => {
    this.#log.error({ err: error }, 'the code of the closed pairing window could not be revoked; it expires by itself');
  };
}
