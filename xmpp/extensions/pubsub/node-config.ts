/** The configuration of a node as data: its fields, their defaults, what each may hold (XEP-0060 section 16.4.4, XEP-0163 section 5). */
import { readForm } from '../../data-form.ts';
import { StanzaError } from '../../routing/stanza-error.ts';
import type { Element } from '../../xml.ts';
import { NS_PUBSUB, pubsubError } from './errors.ts';
import { bool, fixed, formOf, jids, list, names, number, readFields, text } from './fields.ts';

const NODE_CONFIG = `${NS_PUBSUB}#node_config`;
const PUBLISH_OPTIONS = `${NS_PUBSUB}#publish-options`;

/** What `max` means for max_items. */
const MAX_ITEMS = 10_000;
/** Characters of one serialised payload. */
const MAX_PAYLOAD = 200_000;
/** Ten years, in seconds; `max` is for ever. */
const MAX_EXPIRY = 315_360_000;

const RULES = {
  title: text('A friendly name'),
  description: text('A description'),
  language: text('The language of what is published'),
  contact: jids('Whom to ask'),
  type: text('What the payload is, by its namespace'),
  node_type: fixed('What the node holds', 'leaf'),
  access_model: list('Who may subscribe and see the items', 'presence', 'open', 'roster', 'authorize', 'whitelist'),
  roster_groups_allowed: names('The groups of contacts that may, where the access model is roster'),
  publish_model: list('Who may publish', 'publishers', 'subscribers', 'open'),
  subscribe: bool('Take subscriptions', true),
  tempsub: bool('Subscriptions end when the subscriber goes offline', false),
  persist_items: bool('Keep items', true),
  max_items: number('How many items to keep, or max', '1', MAX_ITEMS),
  publish_node_full: list(
    'What happens to the oldest item when there are too many',
    'retract-oldest',
    'discard-oldest',
    'reject',
  ),
  item_expire: number('Seconds after which an item goes, or max', 'max', MAX_EXPIRY),
  max_payload_size: number('The largest payload', 'max', MAX_PAYLOAD),
  itemreply: list('Whom items name', 'publisher', 'none'),
  send_last_published_item: list('When to send the last item', 'on_sub_and_presence', 'on_sub', 'never'),
  deliver_notifications: bool('Tell of changes', true),
  deliver_payloads: bool('Tell with the payload', true),
  notify_config: bool('Tell when the configuration changes', false),
  notify_delete: bool('Tell when the node is deleted', true),
  notify_retract: bool('Tell when an item is deleted', true),
  notify_sub: bool('Tell the owners who subscribes', false),
  notification_type: list(
    'How it is told: a headline is for those online, a normal message is kept',
    'headline',
    'normal',
  ),
  presence_based_delivery: bool('Tell those subscribers only who are online', false),
  purge_offline: fixed('Delete the items when the publisher goes offline', 'false'),
} as const;

export type FieldName = keyof typeof RULES;
export type NodeConfig = Readonly<Record<FieldName, string>>;
/** What differs from the defaults, as the store keeps it. */
export type Settings = Partial<Record<FieldName, string>>;

/** Of an account (XEP-0163), or of the service, where "open" and many items are what is expected (XEP-0060 section 4.5). */
export type OwnerKind = 'account' | 'service';

const NAMES = Object.keys(RULES) as FieldName[];
const DEFAULTS = Object.fromEntries(NAMES.map((name) => [name, RULES[name].default])) as Record<FieldName, string>;
const DEFAULTS_OF: Record<OwnerKind, NodeConfig> = {
  account: DEFAULTS,
  service: { ...DEFAULTS, access_model: 'open', max_items: 'max' },
};

export function configOf(kind: OwnerKind, settings: Readonly<Record<string, string>>): NodeConfig {
  return { ...DEFAULTS_OF[kind], ...settings };
}

export const isOn = (config: NodeConfig, name: FieldName) => config[name] === 'true';

const numberOf = (value: string, max: number) => (value === 'max' ? max : Number(value));

/** How many items a node keeps. */
export const keepOf = (config: NodeConfig) => numberOf(config.max_items, MAX_ITEMS);
/** Characters of a payload that it takes. */
export const payloadLimitOf = (config: NodeConfig) => numberOf(config.max_payload_size, MAX_PAYLOAD);
/** Items published before have expired. */
export const freshSinceMs = (config: NodeConfig, nowMs: number) =>
  config.item_expire === 'max' ? 0 : nowMs - Number(config.item_expire) * 1000;

export const configForm = (type: 'form' | 'result', config: NodeConfig): Element =>
  formOf(type, NODE_CONFIG, RULES, config);

/** @throws StanzaError bad-request (no such form), not-acceptable (a field or value that this server does not have) */
export function readConfigForm(form: Element): Settings {
  return readFields(readForm(form), NODE_CONFIG, RULES, notAcceptable);
}

/** Section 7.1.5: what a node is to be for a publication. @throws StanzaError bad-request, conflict, not-acceptable */
export function readPreconditions(form: Element): Settings {
  return readFields(readForm(form), PUBLISH_OPTIONS, RULES, (name, value) => {
    if (Object.hasOwn(RULES, name)) return notAcceptable(name, value);
    throw preconditionNotMet(name);
  });
}

function notAcceptable(name: string, value: string): never {
  const text = `pubsub#${name} cannot be '${value}' here.`;
  if (name === 'access_model') throw pubsubError('not-acceptable', 'unsupported-access-model', { text });
  throw new StanzaError('not-acceptable', { text });
}

/** @throws StanzaError conflict with <precondition-not-met/> */
export function assertPreconditions(config: NodeConfig, wanted: Settings): void {
  for (const name of NAMES) {
    const value = wanted[name];
    if (value !== undefined && config[name] !== value) throw preconditionNotMet(name);
  }
}

const preconditionNotMet = (name: string) =>
  pubsubError('conflict', 'precondition-not-met', { text: `The node is configured otherwise: pubsub#${name}.` });
