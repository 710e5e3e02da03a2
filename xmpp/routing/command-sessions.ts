/** The course of a command from its first form to its end (XEP-0050 sections 2.4, 3.3 and 3.4). */
import { createHmac } from 'node:crypto';
import type { Clock, Random, Timer } from '../clock.ts';
import { formElement } from '../data-form.ts';
import { type Element, xml } from '../xml.ts';
import {
  type Command,
  type CommandAsker,
  type CommandStage,
  type CommandStep,
  NS_COMMANDS,
  noteElement,
} from './command.ts';
import { commandError, readAnswers } from './command-answers.ts';
import type { Jid } from './jid.ts';

/** Since the last step. */
const LIFETIME_MS = 15 * 60_000;
/** Of one bare JID; the oldest gives way. */
const MAX_OF_ASKER = 5;
const MAX_OPEN = 1000;

const ACTIONS: readonly string[] = ['execute', 'next', 'prev', 'complete', 'cancel'];
/** BCP 47, roughly: what cannot be a language. */
const LANGUAGE = /^[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*$/;
/** The one that forms and notes are written in. */
const SPOKEN = 'en';

interface OpenCommand {
  id: string;
  command: Command;
  asker: CommandAsker;
  /** The last is the one that is shown. */
  stages: CommandStage[];
  timer: Timer;
}

export class CommandSessions {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #open = new Map<string, OpenCommand>();
  /** Tells an id that was given out and is over from one that never was, without keeping it. */
  readonly #key: Buffer;

  constructor({ clock, random }: { clock: Clock; random: Random }) {
    this.#clock = clock;
    this.#random = random;
    this.#key = random(32);
  }

  async run(command: Command, payload: Element, asker: CommandAsker): Promise<Element> {
    const { sessionid, action = 'execute' } = payload.attrs;
    if (!ACTIONS.includes(action)) throw commandError('malformed-action', 'There is no such action.');
    const language = payload.attrs['xml:lang'] ?? payload.parent?.attrs['xml:lang'];
    if (language !== undefined && !LANGUAGE.test(language)) throw commandError('bad-locale', 'This is no language.');
    if (sessionid === undefined) return this.#begin(command, action, asker);
    const open = this.#take(sessionid, command, asker);
    try {
      return await this.#continue(open, action, payload);
    } catch (error) {
      this.#keep(open);
      throw error;
    }
  }

  /** The form that is shown, once more. */
  waiting(command: Command, id: string, asker: CommandAsker): Element | undefined {
    const open = this.#open.get(id);
    const stage = open?.stages.at(-1);
    if (!open || !stage || open.command !== command || !isSame(open.asker, asker)) return undefined;
    return answer(command, id, stage, open.stages.length);
  }

  forget(jid: Jid): void {
    for (const open of this.#open.values()) if (open.asker.jid.toString() === jid.toString()) this.#end(open);
  }

  async #begin(command: Command, action: string, asker: CommandAsker): Promise<Element> {
    if (action !== 'execute') throw commandError('bad-action', 'The command has not begun; execute it.');
    const step = await command.begin(asker);
    const id = this.#newId(command, asker);
    if (isStage(step)) {
      this.#makeRoom(asker);
      this.#keep({ id, command, asker, stages: [step], timer: NEVER });
    }
    return answer(command, id, step, 1);
  }

  /** While a step is being taken the session is nobody's: a second one at the same time finds it over. */
  async #continue(open: OpenCommand, action: string, payload: Element): Promise<Element> {
    const { command, asker, id, stages } = open;
    const stage = stages.at(-1);
    if (action === 'cancel' || !stage)
      return xml('command', { xmlns: NS_COMMANDS, node: command.node, sessionid: id, status: 'canceled' });
    if (action === 'prev') {
      if (stages.length < 2) throw commandError('bad-action', 'This is the first form.');
      stages.pop();
    } else {
      if (action !== 'execute' && action !== forward(stage))
        throw commandError('bad-action', 'This form does not take that action.');
      const step = await stage.next(readAnswers(stage.fields, payload), asker);
      if (!isStage(step)) return answer(command, id, step, stages.length);
      stages.push(step);
    }
    this.#keep(open);
    return answer(command, id, stages.at(-1) ?? stage, stages.length);
  }

  #take(id: string, command: Command, asker: CommandAsker): OpenCommand {
    const open = this.#open.get(id);
    if (open && open.command === command && isSame(open.asker, asker)) {
      this.#end(open);
      return { ...open, asker };
    }
    if (this.#wasGiven(id, command, asker))
      throw commandError('session-expired', 'This command is over; begin it anew.');
    throw commandError('bad-sessionid', 'This session is not yours.');
  }

  #keep(open: OpenCommand): void {
    const timer = this.#clock.after(LIFETIME_MS, () => this.#open.delete(open.id));
    this.#open.set(open.id, { ...open, timer });
  }

  #end(open: OpenCommand): void {
    open.timer.cancel();
    this.#open.delete(open.id);
  }

  /** Where there is none, people elsewhere give way before members: they may be any number, and must not keep out who administers. */
  #makeRoom({ jid }: CommandAsker): void {
    const own = [...this.#open.values()].filter(({ asker }) => asker.jid.bare.toString() === jid.bare.toString());
    for (const open of own.slice(0, Math.max(0, own.length - MAX_OF_ASKER + 1))) this.#end(open);
    if (this.#open.size < MAX_OPEN) return;
    const all = [...this.#open.values()];
    const oldest = all.find(({ asker }) => !asker.member) ?? all[0];
    if (oldest) this.#end(oldest);
  }

  #newId(command: Command, asker: CommandAsker): string {
    const unique = this.#random(12).toString('hex');
    return `${unique}-${this.#seal(unique, command, asker)}`;
  }

  #wasGiven(id: string, command: Command, asker: CommandAsker): boolean {
    const [unique = '', seal] = id.split('-');
    return seal === this.#seal(unique, command, asker);
  }

  #seal(unique: string, { node }: Command, { jid, to }: CommandAsker): string {
    return createHmac('sha256', this.#key).update([unique, node, jid, to].join('\0')).digest('hex').slice(0, 24);
  }
}

const NEVER: Timer = { cancel: () => undefined };

const isStage = (step: CommandStep): step is CommandStage => 'next' in step;

const forward = ({ more }: CommandStage) => (more ? 'next' : 'complete');

/** One pair of requester and responder (section 3.3). */
const isSame = (one: CommandAsker, other: CommandAsker) =>
  one.jid.toString() === other.jid.toString() && one.to.toString() === other.to.toString();

function answer({ node }: Command, sessionid: string, step: CommandStep, depth: number): Element {
  const status = isStage(step) ? 'executing' : 'completed';
  const attrs = { xmlns: NS_COMMANDS, node, sessionid, status, 'xml:lang': SPOKEN };
  const notes = (step.notes ?? []).map((note) => noteElement(note));
  if (!isStage(step)) return xml('command', attrs, ...notes, ...(step.payload ?? []));
  const ahead = forward(step);
  const actions = xml('actions', { execute: ahead }, depth > 1 ? xml('prev') : null, xml(ahead));
  return xml('command', attrs, actions, ...notes, formElement('form', step.formType, step.fields, step));
}
