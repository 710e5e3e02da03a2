/**
 * The ad-hoc commands of a host, its accounts and its services (XEP-0050). Extensions add them; extensions/commands.ts answers
 * for the host and its accounts, and a service hands on what it is asked (`run`, `items`, `info`).
 */
import type { Host } from '../extension.ts';
import type { Element } from '../xml.ts';
import { type Command, type CommandAsker, type CommandTarget, NS_COMMANDS } from './command.ts';
import { CommandSessions } from './command-sessions.ts';
import type { DiscoItem, Identity } from './disco-table.ts';
import type { Jid } from './jid.ts';
import type { Session } from './session.ts';
import { StanzaError } from './stanza-error.ts';

/** What is known of who asks; IqRequest, ServiceIq and NodeDiscoEvent have it. */
export interface CommandCall {
  from: Jid;
  to: Jid;
  session?: Session | undefined;
  /** Of one who has no session (command-desk.ts): as in CommandAsker. */
  address?: string;
  way?: string;
}

/** For `infoElement` of disco-info.ts. */
export interface CommandInfo {
  identities: Identity[];
  features: string[];
}

export class Commands {
  readonly #host: Pick<Host, 'accounts' | 'serves'>;
  readonly #sessions: CommandSessions;
  readonly #byKey = new Map<string, Command>();

  constructor(host: Pick<Host, 'accounts' | 'serves' | 'clock' | 'random'>) {
    this.#host = host;
    this.#sessions = new CommandSessions(host);
  }

  /** @throws Error where the target has a command of this node already: that is a mistake of the program */
  add(command: Command): void {
    const key = keyOf(command.target, command.node);
    if (this.#byKey.has(key)) throw new Error(`two commands at ${key}`);
    this.#byKey.set(key, command);
  }

  /** What this asker may do, as the items of the node NS_COMMANDS (section 2.2). */
  items(target: CommandTarget, call: CommandCall): DiscoItem[] {
    const asker = this.#asker(call);
    return [...this.#byKey.values()]
      .filter((command) => command.target === target && command.allowed(asker))
      .map(({ node, name }) => ({ jid: asker.to.toString(), node, name }));
  }

  /**
   * disco#info of the list, or of one of its commands; undefined where the node is neither.
   * @throws StanzaError forbidden for a command that the asker may not run
   */
  info(target: CommandTarget, node: string | undefined, call: CommandCall): CommandInfo | undefined {
    if (node === NS_COMMANDS)
      return { identities: [{ category: 'automation', type: 'command-list' }], features: [NS_COMMANDS] };
    const command = node === undefined ? undefined : this.#byKey.get(keyOf(target, node));
    if (!command) return undefined;
    assertAllowed(command, this.#asker(call));
    const identity = { category: 'automation', type: 'command-node', name: command.name };
    return { identities: [identity], features: [NS_COMMANDS, 'jabber:x:data'] };
  }

  /**
   * Answers `<command/>`.
   * @throws StanzaError item-not-found, forbidden, and those of section 4.4
   */
  async run(target: CommandTarget, payload: Element, call: CommandCall): Promise<Element> {
    const command = this.#byKey.get(keyOf(target, payload.attrs.node ?? ''));
    if (!command) throw new StanzaError('item-not-found', { text: 'There is no such command here.' });
    const asker = this.#asker(call);
    assertAllowed(command, asker);
    return this.#sessions.run(command, payload, asker);
  }

  /** The form that this asker's command waits with, as it was given; undefined where it is over, or was never theirs. */
  waiting(
    target: CommandTarget,
    { node = '', sessionid = '' }: Element['attrs'],
    call: CommandCall,
  ): Element | undefined {
    const command = this.#byKey.get(keyOf(target, node));
    return command && this.#sessions.waiting(command, sessionid, this.#asker(call));
  }

  /** Its commands are over: the session has gone. */
  forget(jid: Jid): void {
    this.#sessions.forget(jid);
  }

  #asker({ from, to, session, address = session?.outlet.address ?? '', way }: CommandCall): CommandAsker {
    const local = from.local !== '' && this.#host.serves(from.domain);
    const member = local ? this.#host.accounts.find(from.local) : undefined;
    return { jid: from, to: to.bare, member, session, address, way };
  }
}

function assertAllowed(command: Command, asker: CommandAsker): void {
  if (!command.allowed(asker)) throw new StanzaError('forbidden', { type: 'cancel' });
}

const keyOf = (target: CommandTarget, node: string) => `${target} ${node}`;
