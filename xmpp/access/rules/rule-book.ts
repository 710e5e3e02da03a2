/** The owner's rules of one server, as they are written: the command line, ad-hoc commands and the web all come through here. */
import type { Host } from '../../extension.ts';
import { ACTIONS, type AccessAction, type AccessRule, DECISIONS, type Decision } from '../../store/access-model.ts';
import { type Change, change } from '../../store/changes.ts';
import type { Id, Mode, Registration, ServerRow } from '../../store/model.ts';
import type { Actor } from '../acts.ts';
import { canBe } from './decide.ts';
import { subjectHere } from './here.ts';
import { registrationAfter } from './modes.ts';

export interface NewRule {
  subject: string;
  action: string;
  decision: Decision;
  /** For `upload`. */
  bytes?: number;
  why?: string;
  /** Before this rule; at the end where absent. */
  before?: Id;
}

/** Far more than anybody can keep in mind. */
const MAX_RULES = 1_000;

export class RuleBook {
  readonly #host: Host;

  constructor(host: Host) {
    this.#host = host;
  }

  /** @throws RangeError, in words for who typed it */
  async add(wanted: NewRule, actor: Actor): Promise<AccessRule> {
    const { access, acts, store, server, clock } = this.#host;
    if (access.rules.length >= MAX_RULES)
      throw new RangeError(`there are ${MAX_RULES} rules already; remove some first`);
    const subject = subjectHere(this.#host, wanted.subject);
    const action = readAction(wanted.action);
    const { decision, bytes, why = '', before } = wanted;
    if (!DECISIONS.includes(decision)) throw new RangeError(`a rule says ${DECISIONS.join(', ')}`);
    if (action !== '*' && !canBe(action, decision))
      throw new RangeError('only message-in and presence can be held in quarantine');
    if (bytes !== undefined && (action !== 'upload' || decision !== 'allow'))
      throw new RangeError('a number of bytes belongs to a rule that allows upload');
    const { position, moved } = this.#place(before);
    const rule: AccessRule = {
      id: store.newId(),
      server: server.id,
      position,
      subject,
      action,
      decision,
      ...(bytes === undefined ? {} : { bytes }),
      setBy: actor.who,
      setMs: clock.nowMs(),
      why,
    };
    await store.journal.commit(
      ...moved,
      change('access rule set', rule),
      acts.change(actor, `access ${decision}`, `${subject} ${action}`),
    );
    return rule;
  }

  /** False where there is no such rule. */
  async remove(id: Id, actor: Actor): Promise<boolean> {
    const { access, acts, store, server } = this.#host;
    const rule = access.rules.find((one) => one.id === id);
    if (!rule) return false;
    await store.journal.commit(
      change('access rule removed', { server: server.id, rule: id }),
      acts.change(actor, 'access remove', `${rule.decision} ${rule.subject} ${rule.action}`),
    );
    return true;
  }

  setMode(mode: Mode, actor: Actor): Promise<void> {
    return this.#setServer((server) => ({
      row: { ...server, mode, registration: registrationAfter(server, mode) },
      act: this.#host.acts.change(actor, 'access mode', `${server.mode} to ${mode}`),
    }));
  }

  setRegistration(registration: Registration, actor: Actor): Promise<void> {
    return this.#setServer((server) => ({
      row: { ...server, registration },
      act: this.#host.acts.change(actor, 'access registration', `${server.registration} to ${registration}`),
    }));
  }

  /** In the server's turn, as its domains are: whoever writes the whole row has to know what was written last. */
  async #setServer(draw: (now: ServerRow) => { row: ServerRow; act: Change }): Promise<void> {
    const host = this.#host;
    await host.turns.run(host.server.id, async () => {
      const { row, act } = draw(host.server);
      await host.store.journal.commit(change('server set', row), act);
    });
  }

  /** Between the two that it goes between: as a fraction, so that no other rule moves; when there is none left, all are numbered anew. */
  #place(before: Id | undefined): { position: number; moved: Change[] } {
    const { rules } = this.#host.access;
    const index = before === undefined ? rules.length : rules.findIndex(({ id }) => id === before);
    if (index === -1) throw new RangeError('there is no such rule to put it before');
    const previous = rules[index - 1]?.position ?? (rules[index]?.position ?? 1) - 1;
    const next = rules[index]?.position ?? previous + 2;
    const position = (previous + next) / 2;
    if (previous < position && position < next) return { position, moved: [] };
    const moved = rules.map((rule, at) => change('access rule set', { ...rule, position: at < index ? at : at + 1 }));
    return { position: index, moved };
  }
}

/** @throws RangeError, in words for who typed it */
export function readAction(typed: string): AccessAction | '*' {
  const action = typed.trim().toLowerCase();
  if (action === '*' || (ACTIONS as readonly string[]).includes(action)) return action as AccessAction | '*';
  throw new RangeError(`"${typed}" is nothing that a rule can speak of: ${ACTIONS.join(', ')} or *`);
}
