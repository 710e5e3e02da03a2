/** Fields of pubsub's forms as data: what each may hold, read from a submitted form and shown in one (XEP-0004, XEP-0068). */
import { type FormField, formElement, type SubmittedForm } from '../../data-form.ts';
import { Jid } from '../../routing/jid.ts';
import { StanzaError } from '../../routing/stanza-error.ts';
import type { Element } from '../../xml.ts';

const MAX_TEXT = 1000;
const MAX_VALUES = 50;

export interface FieldRule {
  type: NonNullable<FormField['type']>;
  label: string;
  default: string;
  /** The values it may take; of a boolean or a list that has one, that one only. */
  options?: readonly string[];
  /** A whole number from 1, or `max`: as much as this. */
  upTo?: number;
  /** Reads what else it may hold; undefined refuses it. */
  read?: (value: string) => string | undefined;
}

export const bool = (label: string, fallback: boolean): FieldRule => ({
  type: 'boolean',
  label,
  default: String(fallback),
});
export const fixed = (label: string, value: string): FieldRule => ({
  type: value === 'true' || value === 'false' ? 'boolean' : 'list-single',
  label,
  default: value,
  options: [value],
});
export const list = (label: string, ...options: [string, ...string[]]): FieldRule => ({
  type: 'list-single',
  label,
  default: options[0],
  options,
});
export const text = (label: string): FieldRule => ({ type: 'text-single', label, default: '' });
export const number = (label: string, fallback: string, upTo: number): FieldRule => ({
  type: 'text-single',
  label,
  default: fallback,
  upTo,
});
export const jids = (label: string): FieldRule => ({ type: 'jid-multi', label, default: '', read: asJid });
/** Texts that the owner chooses. */
export const names = (label: string): FieldRule => ({ type: 'text-multi', label, default: '' });

/** Several values of a field are kept as lines of one text. */
export const linesOf = (value: string): string[] => (value === '' ? [] : value.split('\n'));

const isMulti = ({ type }: FieldRule) => type.endsWith('-multi');

export function fieldOf(name: string, rule: FieldRule, value: string): FormField {
  const values = isMulti(rule) ? linesOf(value) : [value];
  const options = rule.type.startsWith('list-') ? { options: rule.options ?? [] } : {};
  return { var: `pubsub#${name}`, type: rule.type, label: rule.label, values, ...options };
}

/** A form of all these fields with the values that are set, or their defaults. */
export function formOf(
  type: 'form' | 'result',
  formType: string,
  rules: Readonly<Record<string, FieldRule>>,
  values: Readonly<Record<string, string>>,
): Element {
  const fields = Object.entries(rules).map(([name, rule]) => fieldOf(name, rule, values[name] ?? rule.default));
  return formElement(type, formType, fields);
}

/**
 * The values of a submitted form in their canonical form. `refuse` is told of a field that there is not, or that cannot hold
 * its value.
 * @throws StanzaError bad-request where the form is of another type
 */
export function readFields(
  form: SubmittedForm,
  formType: string,
  rules: Readonly<Record<string, FieldRule>>,
  refuse: (name: string, value: string) => never,
): Record<string, string> {
  if (form.formType !== formType) throw new StanzaError('bad-request', { text: `The FORM_TYPE is to be ${formType}.` });
  const settings: Record<string, string> = {};
  for (const [key, values] of form.fields) {
    const name = key.replace(/^pubsub#/, '');
    const rule = key.startsWith('pubsub#') && Object.hasOwn(rules, name) ? rules[name] : undefined;
    const value = rule && canonical(rule, values);
    if (value === undefined) refuse(name, values.join(' '));
    else settings[name] = value;
  }
  return settings;
}

/** Undefined where the field cannot hold it. */
function canonical(rule: FieldRule, values: readonly string[]): string | undefined {
  if (!isMulti(rule)) return canonicalValue(rule, values.join('\n'));
  if (values.length > MAX_VALUES) return undefined;
  const each = values.filter((value) => value !== '').map((value) => canonicalValue(rule, value));
  return each.some((value) => value === undefined || value.includes('\n')) ? undefined : [...new Set(each)].join('\n');
}

function canonicalValue({ type, options, upTo, read }: FieldRule, value: string): string | undefined {
  if (value.length > MAX_TEXT) return undefined;
  const plain = type === 'boolean' ? value.replace(/^1$/, 'true').replace(/^0$/, 'false') : value;
  const allowed = options ?? (type === 'boolean' ? ['true', 'false'] : undefined);
  if (allowed) return allowed.includes(plain) ? plain : undefined;
  if (read) return read(plain);
  if (upTo === undefined) return plain;
  if (plain !== 'max' && !/^[1-9]\d{0,8}$/.test(plain)) return undefined;
  return Number(plain) < upTo ? plain : 'max';
}

function asJid(value: string): string | undefined {
  try {
    return Jid.parse(value).toString();
  } catch {
    return undefined;
  }
}
