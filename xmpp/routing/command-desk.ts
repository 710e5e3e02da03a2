/**
 * The ad-hoc commands of a host (XEP-0050) for one of its members who is at no stream: a page of the box, which has made sure who
 * that is. What it may do, what is checked, how many may be under way and what is recorded is the same as for stanzas, since it
 * goes through the same table.
 */
import { formElement, NS_DATA_FORM } from '../data-form.ts';
import type { Host } from '../extension.ts';
import { type ShownForm, shownForm } from '../shown-form.ts';
import type { Account } from '../store/model.ts';
import { type Element, xml } from '../xml.ts';
import { type CommandNote, NS_COMMANDS } from './command.ts';
import { badPayload } from './command-answers.ts';
import type { CommandCall } from './commands.ts';
import { Jid } from './jid.ts';

export interface DeskMember {
  account: Account;
  /** A resource of its own: tells its commands from those that the member runs elsewhere. */
  place: string;
  /** Where it comes from over the network, and how, as in CommandAsker. */
  address: string;
  way: string;
}

/** Values by the name of the field. */
export type DeskAnswers = ReadonlyMap<string, readonly string[]>;

/** What a command says at one of its steps. */
export interface DeskStep {
  node: string;
  name: string;
  /** By which the next step names it. */
  session: string;
  /** It waits for answers to this; absent where the command is over. */
  form?: ShownForm;
  /** Another form follows. */
  more: boolean;
  canGoBack: boolean;
  notes: Required<CommandNote>[];
  /** What it came to. */
  results: ShownForm[];
}

const TARGET = 'server';
/** What XML 1.0 section 2.2 does not have. */
const NO_XML = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/u;

/** All but `list` and `leave` throw StanzaError as the commands do. */
export class CommandDesk {
  readonly #host: Pick<Host, 'commands'>;
  readonly #call: CommandCall;

  constructor(host: Pick<Host, 'commands' | 'server'>, { account, place, address, way }: DeskMember) {
    const { domain } = host.server;
    this.#host = host;
    this.#call = { from: Jid.of(account.local, domain, place), to: Jid.of('', domain), address, way };
  }

  /** What the member may do, in the order of the table. */
  list(): { node: string; name: string }[] {
    return this.#host.commands.items(TARGET, this.#call).map(({ node = '', name = '' }) => ({ node, name }));
  }

  begin(node: string): Promise<DeskStep> {
    return this.#run({ node, action: 'execute' });
  }

  async answer(node: string, session: string, answers: DeskAnswers): Promise<DeskStep> {
    const fields = [...answers].map(([name, values]) => ({ var: name, values }));
    // What comes by a stream went through its parser; nothing else may get into a stanza, or break those of others.
    if (fields.some(({ values }) => values.some((value) => NO_XML.test(value))))
      throw badPayload('There are characters in it that cannot be sent.');
    return this.#run({ node, sessionid: session }, formElement('submit', undefined, fields));
  }

  /** To the form before. */
  back(node: string, session: string): Promise<DeskStep> {
    return this.#run({ node, sessionid: session, action: 'prev' });
  }

  async cancel(node: string, session: string): Promise<void> {
    await this.#run({ node, sessionid: session, action: 'cancel' });
  }

  /** The form that it waits with; undefined where it is over. */
  waiting(node: string, session: string): DeskStep | undefined {
    const answer = this.#host.commands.waiting(TARGET, { node, sessionid: session }, this.#call);
    return answer && this.#step(answer);
  }

  /** What is under way is given up. */
  leave(): void {
    this.#host.commands.forget(this.#call.from);
  }

  async #run(attrs: Record<string, string>, ...children: Element[]): Promise<DeskStep> {
    const payload = xml('command', { xmlns: NS_COMMANDS, ...attrs }, ...children);
    return this.#step(await this.#host.commands.run(TARGET, payload, this.#call));
  }

  #step(answer: Element): DeskStep {
    const { node = '', sessionid = '', status } = answer.attrs;
    const actions = answer.getChild('actions');
    const forms = answer.getChildren('x', NS_DATA_FORM).map(shownForm);
    const [form] = forms;
    const isOver = status !== 'executing' || !form;
    return {
      node,
      name: this.list().find((item) => item.node === node)?.name ?? '',
      session: sessionid,
      ...(isOver ? {} : { form }),
      more: actions?.getChild('next') !== undefined,
      canGoBack: actions?.getChild('prev') !== undefined,
      notes: answer.getChildren('note').map((note) => ({ type: noteType(note.attrs.type), text: note.text() })),
      results: isOver ? forms : [],
    };
  }
}

const noteType = (type: string | undefined) => (type === 'warn' || type === 'error' ? type : 'info');
