/** The configuration of a node as data: its fields, their defaults, what each may hold (XEP-0060 section 16.4.3, XEP-0163 section 5). */
import { type FormField, formElement, readForm } from '../../data-form.ts';
import { StanzaError } from '../../routing/stanza-error.ts';
import type { Element } from '../../xml.ts';
import { NS_PUBSUB, pubsubError } from './errors.ts';

const NODE_CONFIG = `${NS_PUBSUB}#node_config`;
const PUBLISH_OPTIONS = `${NS_PUBSUB}#publish-options`;

/** What `max` means for max_items. */
const MAX_ITEMS = 1000;
/** Characters of one serialised payload. */
const MAX_PAYLOAD = 200_000;
const MAX_TEXT = 1000;

interface FieldRule {
  type: 'boolean' | 'list-single' | 'text-single';
  label: string;
  default: string;
  /** The values it may take; of a boolean or a list that has one, that one only. */
  options?: readonly string[];
  /** A whole number from 1, or `max`: as much as this. */
  upTo?: number;
}

const bool = (label: string, fallback: boolean): FieldRule => ({ type: 'boolean', label, default: String(fallback) });
const fixed = (label: string, value: string): FieldRule => ({
  type: value === 'true' || value === 'false' ? 'boolean' : 'list-single',
  label,
  default: value,
  options: [value],
});
const list = (label: string, ...options: [string, ...string[]]): FieldRule => ({
  type: 'list-single',
  label,
  default: options[0],
  options,
});
const text = (label: string): FieldRule => ({ type: 'text-single', label, default: '' });
const number = (label: string, fallback: string, upTo: number): FieldRule => ({
  type: 'text-single',
  label,
  default: fallback,
  upTo,
});

const RULES = {
  title: text('A friendly name'),
  description: text('A description'),
  type: text('What the payload is, by its namespace'),
  access_model: list('Who may see the items', 'presence', 'open', 'whitelist'),
  publish_model: list('Who may publish', 'publishers'),
  persist_items: bool('Keep items', true),
  max_items: number('How many items to keep, or max', '1', MAX_ITEMS),
  item_expire: fixed('When items expire', 'max'),
  max_payload_size: number('The largest payload', 'max', MAX_PAYLOAD),
  send_last_published_item: list('When to send the last item', 'on_sub_and_presence', 'on_sub', 'never'),
  deliver_notifications: bool('Tell of changes', true),
  deliver_payloads: bool('Tell with the payload', true),
  notify_config: bool('Tell when the configuration changes', false),
  notify_delete: bool('Tell when the node is deleted', true),
  notify_retract: bool('Tell when an item is deleted', true),
  notification_type: list('How it is told', 'headline', 'normal'),
  presence_based_delivery: fixed('Tell those only who are online', 'true'),
  purge_offline: fixed('Delete the items when the publisher goes offline', 'false'),
} satisfies Record<string, FieldRule>;

export type FieldName = keyof typeof RULES;
export type NodeConfig = Readonly<Record<FieldName, string>>;
/** What differs from the defaults, as the store keeps it. */
export type Settings = Partial<Record<FieldName, string>>;

const NAMES = Object.keys(RULES) as FieldName[];
const isName = (name: string): name is FieldName => Object.hasOwn(RULES, name);
const ruleOf = (name: FieldName): FieldRule => RULES[name];

const DEFAULTS = Object.fromEntries(NAMES.map((name) => [name, RULES[name].default])) as Record<FieldName, string>;

export function configOf(settings: Readonly<Record<string, string>>): NodeConfig {
  return { ...DEFAULTS, ...settings };
}

export const isOn = (config: NodeConfig, name: FieldName) => config[name] === 'true';

const numberOf = (value: string, max: number) => (value === 'max' ? max : Number(value));

/** How many items a node keeps. */
export const keepOf = (config: NodeConfig) => numberOf(config.max_items, MAX_ITEMS);
/** Characters of a payload that it takes. */
export const payloadLimitOf = (config: NodeConfig) => numberOf(config.max_payload_size, MAX_PAYLOAD);

export function configForm(type: 'form' | 'result', config: NodeConfig): Element {
  const fields = NAMES.map((name): FormField => {
    const rule = ruleOf(name);
    const options = rule.type === 'list-single' ? { options: rule.options ?? [] } : {};
    return { var: `pubsub#${name}`, type: rule.type, label: rule.label, values: [config[name]], ...options };
  });
  return formElement(type, NODE_CONFIG, fields);
}

/** @throws StanzaError bad-request (no such form), not-acceptable (a field or value that this server does not have) */
export function readConfigForm(form: Element): Settings {
  return readSettings(form, NODE_CONFIG, (name, value) => {
    throw new StanzaError('not-acceptable', { text: `pubsub#${name} cannot be '${value}' here.` });
  });
}

/** Section 7.1.5: what a node is to be for a publication. @throws StanzaError bad-request, conflict, not-acceptable */
export function readPreconditions(form: Element): Settings {
  return readSettings(form, PUBLISH_OPTIONS, (name, value) => {
    if (isName(name)) throw new StanzaError('not-acceptable', { text: `pubsub#${name} cannot be '${value}' here.` });
    throw preconditionNotMet(name);
  });
}

/** @throws StanzaError conflict with <precondition-not-met/> */
export function assertPreconditions(config: NodeConfig, wanted: Settings): void {
  for (const name of NAMES) {
    const value = wanted[name];
    if (value !== undefined && config[name] !== value) throw preconditionNotMet(name);
  }
}

const preconditionNotMet = (name: string) =>
  pubsubError('conflict', 'precondition-not-met', `The node is configured otherwise: pubsub#${name}.`);

function readSettings(form: Element, formType: string, refuse: (name: string, value: string) => never): Settings {
  const submitted = readForm(form);
  if (submitted.formType !== formType)
    throw new StanzaError('bad-request', { text: `The FORM_TYPE is to be ${formType}.` });
  const settings: Settings = {};
  for (const [key, values] of submitted.fields) {
    const name = key.replace(/^pubsub#/, '');
    const value = values.join('\n');
    const canonical = key.startsWith('pubsub#') && isName(name) ? canonicalValue(ruleOf(name), value) : undefined;
    if (canonical === undefined || !isName(name)) refuse(name, value);
    else settings[name] = canonical;
  }
  return settings;
}

/** Undefined where the field cannot hold it. */
function canonicalValue({ type, options, upTo }: FieldRule, value: string): string | undefined {
  const plain = type === 'boolean' ? value.replace(/^1$/, 'true').replace(/^0$/, 'false') : value;
  const allowed = options ?? (type === 'boolean' ? ['true', 'false'] : undefined);
  if (allowed) return allowed.includes(plain) ? plain : undefined;
  if (upTo === undefined) return plain.length <= MAX_TEXT ? plain : undefined;
  if (plain !== 'max' && !/^[1-9]\d{0,8}$/.test(plain)) return undefined;
  return Number(plain) < upTo ? plain : 'max';
}
