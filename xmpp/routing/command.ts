/**
 * What an ad-hoc command is (XEP-0050), for those who write one. It is added with `host.commands.add`.
 *
 * A command is a chain of steps: `begin` gives a stage, a form with what follows it, or the outcome. What a stage has learnt, the
 * next one knows by closure; the table keeps the chain, so that its asker can go back.
 */
import type { Actor } from '../access/acts.ts';
import type { FormField } from '../data-form.ts';
import type { Host } from '../extension.ts';
import type { Account } from '../store/model.ts';
import { type Element, xml } from '../xml.ts';
import type { Answers } from './command-answers.ts';
import type { Jid } from './jid.ts';
import type { Session } from './session.ts';

export const NS_COMMANDS = 'http://jabber.org/protocol/commands';

/** 'service:NAME' is what a service calls itself when it hands requests on; one may have several (itself, its rooms). */
export type CommandTarget = 'server' | 'account' | `service:${string}`;

export interface CommandAsker {
  /** Full, as it stands in the stanza. */
  jid: Jid;
  /** Whom it asked, bare. */
  to: Jid;
  /** The asker, where it is a member of this host. */
  member: Account | undefined;
  /** Its session, where it is one of this box. */
  session: Session | undefined;
  /** Where it comes from over the network; '' where that is not known. */
  address: string;
  /** How, where that is by no stream: `web`. */
  way?: string | undefined;
}

export interface CommandNote {
  /** Default 'info'. A command that fails ends with an 'error' (section 3.5). */
  type?: 'info' | 'warn' | 'error';
  text: string;
}

/** A form for people, and what follows once it is sent in. */
export interface CommandStage {
  title: string;
  instructions?: string;
  /** FORM_TYPE, where the form's fields are registered ones (XEP-0068). */
  formType?: string;
  /** Answers that these do not allow never come to `next`: they are bad-payload. */
  fields: readonly FormField[];
  /** Another stage follows: the button says "next". Default: it completes the command. */
  more?: boolean;
  notes?: readonly CommandNote[];
  /** Throw a StanzaError to refuse (`badPayload` of command-answers.ts); the stage then stays open. */
  next(answers: Answers, asker: CommandAsker): CommandStep | Promise<CommandStep>;
}

/** The command is over. */
export interface CommandOutcome {
  /** Forms of type 'result', say. */
  payload?: readonly Element[];
  notes?: readonly CommandNote[];
}

export type CommandStep = CommandStage | CommandOutcome;

export interface Command {
  node: string;
  /** For people, in the list of commands. */
  name: string;
  target: CommandTarget;
  /** Asked before anything is told of the command, and again before each of its steps. */
  allowed(asker: CommandAsker): boolean;
  /** Throw a StanzaError to refuse. */
  begin(asker: CommandAsker): CommandStep | Promise<CommandStep>;
}

/** For `allowed`: those who look after this host, by its rules, which may say from where. */
export const administrates =
  (host: Pick<Host, 'access'>) =>
  ({ member: account, address }: CommandAsker) =>
    account?.status === 'active' &&
    host.access.allows({ action: 'administer', who: address === '' ? { account } : { account, address } });

/** For `allowed` of an account's command: its owner. */
export const isOwner = ({ member, to }: CommandAsker) => member !== undefined && member.local === to.local;

/** For the record of administrative acts. */
export const actorOf = ({ jid, address, way }: CommandAsker): Actor => ({
  who: jid.bare.toString(),
  from: way === undefined ? address : `${address}, ${way}`,
});

export const done = (text: string): CommandOutcome => ({ notes: [{ text }] });

export const failed = (text: string): CommandOutcome => ({ notes: [{ type: 'error', text }] });

export const noteElement = ({ type = 'info', text }: CommandNote) => xml('note', { type }, text);
