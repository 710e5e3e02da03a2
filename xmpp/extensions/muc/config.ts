/** The configuration of a room as data: its fields, what each may hold, and what a family expects of a new room. */
import type { RoomsConfig } from '../../config.ts';
import { type FormField, formElement, readForm } from '../../data-form.ts';
import { StanzaError } from '../../routing/stanza-error.ts';
import { type Element, xml } from '../../xml.ts';
import { NS_ROOM_CONFIG } from './namespaces.ts';

/** Even where the owner sets no limit. */
const MAX_OCCUPANTS = 1000;
const MAX_HISTORY = 100;
const MAX_TEXT = 1000;
const MAX_DAYS = 36_500;

interface FieldRule {
  /** Where it is not `muc#roomconfig_` and the name. */
  var?: string;
  type: 'boolean' | 'list-single' | 'list-multi' | 'text-single' | 'text-private';
  label: string;
  /** Values of a list-multi stand one a line. */
  default: string;
  options?: readonly string[];
  /** A whole number from 0. */
  upTo?: number;
}

const FIELDS = {
  roomname: { type: 'text-single', label: 'Name', default: '' },
  roomdesc: { type: 'text-single', label: 'Description', default: '' },
  lang: { type: 'text-single', label: 'Language', default: '' },
  persistentroom: { type: 'boolean', label: 'Keep the room when nobody is in it', default: 'true' },
  publicroom: { type: 'boolean', label: 'List the room for everyone', default: 'false' },
  membersonly: { type: 'boolean', label: 'Only members may enter', default: 'true' },
  openforbox: {
    var: 'casp3r#roomconfig_openforbox',
    type: 'boolean',
    label: 'Whoever has an account on this server may enter and becomes a member',
    default: 'false',
  },
  allowinvites: { type: 'boolean', label: 'Members may invite others', default: 'true' },
  passwordprotectedroom: { type: 'boolean', label: 'A password is needed to enter', default: 'false' },
  roomsecret: { type: 'text-private', label: 'Password', default: '' },
  moderatedroom: { type: 'boolean', label: 'Only members and those given voice may speak', default: 'false' },
  whois: {
    type: 'list-single',
    label: 'Who may see real addresses',
    default: 'anyone',
    options: ['anyone', 'moderators'],
  },
  changesubject: { type: 'boolean', label: 'Participants may change the subject', default: 'true' },
  allowpm: {
    type: 'list-single',
    label: 'Who may send private messages',
    default: 'anyone',
    options: ['anyone', 'participants', 'moderators', 'none'],
  },
  presencebroadcast: {
    type: 'list-multi',
    label: 'Whose presence everyone sees',
    default: 'moderator\nparticipant\nvisitor',
    options: ['moderator', 'participant', 'visitor'],
  },
  maxusers: {
    type: 'list-single',
    label: 'How many may be in the room',
    default: '100',
    options: ['10', '20', '30', '50', '100', '200', '500', 'none'],
  },
  maxhistoryfetch: {
    var: 'muc#maxhistoryfetch',
    type: 'text-single',
    label: 'How many past messages one who enters gets',
    default: '20',
    upTo: MAX_HISTORY,
  },
  enablearchiving: {
    var: 'muc#roomconfig_enablearchiving',
    type: 'boolean',
    label: 'Keep the messages for those who may enter',
    default: 'true',
  },
  archivedays: {
    var: 'casp3r#roomconfig_archivedays',
    type: 'text-single',
    label: 'Days that messages are kept; 0 for as long as the server keeps them',
    default: '0',
    upTo: MAX_DAYS,
  },
} as const satisfies Record<string, FieldRule>;

export type FieldName = keyof typeof FIELDS;
export type RoomConfig = Readonly<Record<FieldName, string>>;

const NAMES = Object.keys(FIELDS) as FieldName[];
const ruleOf = (name: FieldName): FieldRule => FIELDS[name];
const varOf = (name: FieldName) => ruleOf(name).var ?? `muc#roomconfig_${name}`;
const BY_VAR = new Map(NAMES.map((name) => [varOf(name), name]));

const DEFAULTS = Object.fromEntries(NAMES.map((name) => [name, ruleOf(name).default])) as Record<FieldName, string>;

/** As the store kept it; a field that is newer than the room has its default. */
export const configOf = (kept: Readonly<Record<string, string>>): RoomConfig => ({ ...DEFAULTS, ...kept });

/** A new room as the owner of the box wants it. */
export function newRoomConfig(rooms: RoomsConfig): RoomConfig {
  return {
    ...DEFAULTS,
    publicroom: String(rooms.public),
    membersonly: String(rooms.membersOnly),
    whois: rooms.anonymous ? 'moderators' : 'anyone',
    enablearchiving: String(rooms.archive),
    archivedays: String(rooms.archiveDays),
    persistentroom: String(rooms.persistent),
    maxusers: rooms.maxOccupants === 0 ? 'none' : String(rooms.maxOccupants),
  };
}

export const isOn = (config: RoomConfig, name: FieldName) => config[name] === 'true';
export const isNonAnonymous = (config: RoomConfig) => config.whois === 'anyone';
export const historyLength = (config: RoomConfig) => Number(config.maxhistoryfetch);
/** How long the room's messages stay, `serverDays` at most; 0 is for ever, in both. */
export function archiveDays(config: RoomConfig, serverDays: number): number {
  const bounds = [Number(config.archivedays), serverDays].filter((days) => days > 0);
  return bounds.length === 0 ? 0 : Math.min(...bounds);
}

export const maxOccupants = (config: RoomConfig) =>
  config.maxusers === 'none' ? MAX_OCCUPANTS : Number(config.maxusers);
export const broadcastsRole = (config: RoomConfig, role: string) => config.presencebroadcast.split('\n').includes(role);

/** Anyone can read what is said: the archive is kept, and open to all as the room is (status code 170). */
export const isPubliclyLogged = (config: RoomConfig) =>
  isOn(config, 'enablearchiving') && !isOn(config, 'membersonly') && !isOn(config, 'passwordprotectedroom');

/** The lists that stand in the form beside the fields (sections 10.1.3 and 10.2). */
const LISTS = { admin: 'muc#roomconfig_roomadmins', owner: 'muc#roomconfig_roomowners' } as const;
export type ListName = keyof typeof LISTS;
const LIST_LABELS: Record<ListName, string> = { admin: 'Administrators', owner: 'Owners' };

/** Both forms of a boolean are legal (XEP-0004 section 3.3), and clients are about that look for this one only. */
export const formValue = (config: RoomConfig, name: FieldName) =>
  ruleOf(name).type === 'boolean' ? String(Number(isOn(config, name))) : config[name];

export function configForm(config: RoomConfig, lists: Record<ListName, readonly string[]>): Element {
  const fields = NAMES.map((name): FormField => {
    const { type, label, options } = ruleOf(name);
    const values =
      type === 'list-multi' ? config[name].split('\n').filter((value) => value !== '') : [formValue(config, name)];
    return { var: varOf(name), type, label, values, ...(options && { options }) };
  });
  const people = (['admin', 'owner'] as const).map(
    (name): FormField => ({ var: LISTS[name], type: 'jid-multi', label: LIST_LABELS[name], values: lists[name] }),
  );
  const form = formElement('form', NS_ROOM_CONFIG, [...fields, ...people]);
  form.prepend(xml('title', {}, 'The room'));
  return form;
}

export interface SubmittedConfig {
  config: RoomConfig;
  /** The full list where it was submitted, as it was written. */
  lists: Partial<Record<ListName, readonly string[]>>;
}

/**
 * The configuration with what was submitted in place of what was; fields that no room of ours has are passed over, as clients
 * send some of other servers unasked. @throws StanzaError bad-request, not-acceptable
 */
export function readConfigForm(form: Element, config: RoomConfig): SubmittedConfig {
  const { formType, fields } = readForm(form);
  if (formType !== undefined && formType !== NS_ROOM_CONFIG)
    throw new StanzaError('bad-request', { text: `The FORM_TYPE is to be ${NS_ROOM_CONFIG}.` });
  const submitted: Record<FieldName, string> = { ...config };
  for (const [key, values] of fields) {
    const name = BY_VAR.get(key);
    if (name) submitted[name] = canonicalValue(name, values);
  }
  if (submitted.passwordprotectedroom === 'true' && submitted.roomsecret === '')
    throw new StanzaError('not-acceptable', { text: 'A room with a password needs a password.' });
  const lists: SubmittedConfig['lists'] = {};
  for (const name of ['admin', 'owner'] as const) {
    const values = fields.get(LISTS[name]);
    if (values) lists[name] = values.filter((value) => value !== '');
  }
  return { config: submitted, lists };
}

/** @throws StanzaError not-acceptable */
function canonicalValue(name: FieldName, values: readonly string[]): string {
  const { type, options, upTo, default: fallback } = ruleOf(name);
  const refuse = () => new StanzaError('not-acceptable', { text: `${varOf(name)} cannot be '${values.join(', ')}'.` });
  if (type === 'list-multi') {
    if (!values.every((value) => options?.includes(value))) throw refuse();
    return values.join('\n');
  }
  const value = values.join(' ');
  if (type === 'boolean') {
    if (!/^(?:true|false|1|0)$/.test(value)) throw refuse();
    return value === 'true' || value === '1' ? 'true' : 'false';
  }
  if (upTo !== undefined) {
    if (value === '') return fallback;
    if (!/^\d{1,9}$/.test(value)) throw refuse();
    return String(Math.min(Number(value), upTo));
  }
  if (options ? !options.includes(value) : value.length > MAX_TEXT) throw refuse();
  return value;
}

/** Section 10.2.1: the codes that tell the occupants of a change; none where nothing changed. */
export function changeCodes(before: RoomConfig, now: RoomConfig): number[] {
  const codes: number[] = [];
  if (NAMES.some((name) => name !== 'whois' && before[name] !== now[name])) codes.push(104);
  if (isPubliclyLogged(before) !== isPubliclyLogged(now)) codes.push(isPubliclyLogged(now) ? 170 : 171);
  if (before.whois !== now.whois) codes.push(isNonAnonymous(now) ? 172 : 173);
  return codes;
}
