/** What was filled in at a stage of a command, checked against the fields that were asked for (XEP-0004 section 3.3). */
import { type FormField, NS_DATA_FORM, readForm } from '../data-form.ts';
import { type Element, xml } from '../xml.ts';
import { Jid } from './jid.ts';
import { StanzaError } from './stanza-error.ts';

/** Section 4.4 of XEP-0050. */
export type CommandCondition =
  | 'bad-action'
  | 'bad-locale'
  | 'bad-payload'
  | 'bad-sessionid'
  | 'malformed-action'
  | 'session-expired';

export function commandError(condition: CommandCondition, text: string): StanzaError {
  const application = xml(condition, { xmlns: 'http://jabber.org/protocol/commands' });
  return new StanzaError(condition === 'session-expired' ? 'not-allowed' : 'bad-request', { text, application });
}

/** An answer that cannot be. */
export const badPayload = (text: string) => commandError('bad-payload', text);

/** Values of the fields that were asked for, and of no others: booleans as 'true' and 'false', addresses prepared. */
export class Answers {
  readonly #values: ReadonlyMap<string, readonly string[]>;

  constructor(values: ReadonlyMap<string, readonly string[]>) {
    this.#values = values;
  }

  /** Without spaces around it; '' where nothing was filled in. */
  text(name: string): string {
    return (this.#values.get(name)?.[0] ?? '').trim();
  }

  /** As it was typed: passwords. */
  exact(name: string): string {
    return this.#values.get(name)?.[0] ?? '';
  }

  list(name: string): readonly string[] {
    return this.#values.get(name) ?? [];
  }

  flag(name: string): boolean {
    return this.text(name) === 'true';
  }

  /** @throws StanzaError bad-payload where it is no whole number from `least`; `otherwise` where nothing was filled in */
  number(name: string, otherwise: number, least = 0): number {
    const text = this.text(name);
    if (text === '') return otherwise;
    const value = Number(text);
    if (!Number.isSafeInteger(value) || value < least)
      throw badPayload(`${name} must be a whole number from ${least}.`);
    return value;
  }
}

/** @throws StanzaError bad-payload */
export function readAnswers(fields: readonly FormField[], payload: Element): Answers {
  const form = payload.getChild('x', NS_DATA_FORM);
  if (!form) throw badPayload('The form is missing.');
  const submitted = readForm(form).fields;
  return new Answers(new Map(fields.map((field) => [field.var, check(field, submitted.get(field.var) ?? [])])));
}

function check(field: FormField, given: readonly string[]): readonly string[] {
  const name = field.label ?? field.var;
  const { type = 'text-single', options } = field;
  const values = type === 'text-multi' ? given : given.filter((value) => value !== '');
  if (field.required && !values.some((value) => value.trim() !== '')) throw badPayload(`Missing: ${name}.`);
  if (values.length > 1 && !type.endsWith('-multi')) throw badPayload(`One value only: ${name}.`);
  if (type === 'boolean') return values.map((value) => String(asBoolean(name, value)));
  if (type.startsWith('jid-')) return values.map((value) => asAddress(name, value));
  const allowed = options?.map((option) => (typeof option === 'string' ? option : option.value));
  if (type.startsWith('list-') && allowed && !values.every((value) => allowed.includes(value)))
    throw badPayload(`Not one of the choices: ${name}.`);
  return values;
}

function asBoolean(name: string, value: string): boolean {
  if (value === 'true' || value === '1') return true;
  if (value === 'false' || value === '0') return false;
  throw badPayload(`Yes or no: ${name}.`);
}

function asAddress(name: string, value: string): string {
  try {
    return Jid.parse(value.trim()).toString();
  } catch (error) {
    if (error instanceof StanzaError) throw badPayload(`No address: ${name}.`);
    throw error;
  }
}
