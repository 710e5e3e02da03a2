/** What a subscriber may choose (XEP-0060 sections 6.3, 12.5, 12.19 and 16.4.2). */
import { readForm } from '../../data-form.ts';
import type { NodeSubscription } from '../../store/node-model.ts';
import type { Element } from '../../xml.ts';
import { NS_PUBSUB, pubsubError } from './errors.ts';
import { bool, type FieldRule, formOf, linesOf, readFields } from './fields.ts';

const SUBSCRIBE_OPTIONS = `${NS_PUBSUB}#subscribe_options`;

const SHOWS = ['away', 'chat', 'dnd', 'online', 'xa'] as const;

const RULES = {
  deliver: bool('Get notifications', true),
  'show-values': {
    type: 'list-multi',
    label: 'In which states of presence; all, and offline too, where none is chosen',
    default: '',
    options: SHOWS,
  },
  expire: {
    type: 'text-single',
    label: "When it ends: a time, or 'presence' for when you go offline",
    default: '',
    read: readExpiry,
  },
} as const satisfies Record<string, FieldRule>;

export type Options = Record<string, string>;

export const optionsForm = (type: 'form' | 'result', options: Options): Element =>
  formOf(type, SUBSCRIBE_OPTIONS, RULES, options);

/** @throws StanzaError bad-request with <invalid-options/> */
export function readOptions(form: Element): Options {
  return readFields(readForm(form), SUBSCRIBE_OPTIONS, RULES, (name, value) => {
    throw pubsubError('bad-request', 'invalid-options', { text: `pubsub#${name} cannot be '${value}' here.` });
  });
}

/** The lease is over. */
export const hasEnded = ({ options }: NodeSubscription, nowMs: number): boolean => {
  const { expire = '' } = options;
  return expire !== '' && expire !== 'presence' && Date.parse(expire) <= nowMs;
};

export const endsWithPresence = ({ options }: NodeSubscription) => options.expire === 'presence';

/** `shows`: of each resource that is online ('online' where it says no more); undefined where that is not known. */
export function isWelcome({ options }: NodeSubscription, shows: readonly string[] | undefined): boolean {
  if (options.deliver === 'false') return false;
  const chosen = linesOf(options['show-values'] ?? '');
  return chosen.length === 0 || (shows?.some((show) => chosen.includes(show)) ?? false);
}

function readExpiry(value: string): string | undefined {
  if (value === '' || value === 'presence') return value;
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(value)) return undefined;
  const atMs = Date.parse(value);
  return Number.isNaN(atMs) ? undefined : new Date(atMs).toISOString();
}
