/** What the service and its rooms say of themselves (XEP-0045 section 6; XEP-0128 for the form). */
import { NS_ARCHIVE } from '../../archiving/query.ts';
import { type FormField, formElement } from '../../data-form.ts';
import { pageElement, readPageRequest } from '../../result-set.ts';
import { NS_COMMANDS } from '../../routing/command.ts';
import { infoElement, NS_DISCO_INFO } from '../../routing/disco-info.ts';
import type { DiscoItem } from '../../routing/disco-table.ts';
import type { ServiceIq } from '../../routing/services.ts';
import { StanzaError } from '../../routing/stanza-error.ts';
import { type Element, parse, xml } from '../../xml.ts';
import { mayReadArchive } from './archive.ts';
import { formValue, historyLength, isNonAnonymous, isOn } from './config.ts';
import type { Muc } from './context.ts';
import { ROOM_COMMANDS } from './hat-commands.ts';
import {
  NS_HATS,
  NS_MODERATE,
  NS_MUC,
  NS_OCCUPANT_ID,
  NS_PING,
  NS_REGISTER,
  NS_REGISTER_FORM,
  NS_REQUEST,
  NS_RETRACT,
  NS_ROOM_CONFIG,
  NS_ROOM_INFO,
  NS_STANZA_ID,
  NS_VCARD,
} from './namespaces.ts';
import type { Room } from './room.ts';
import type { RoomIq } from './room-iq.ts';
import { avatarHashes } from './vcard.ts';

export const NS_DISCO_ITEMS = 'http://jabber.org/protocol/disco#items';
const NICKNAME_NODE = 'x-roomuser-item';
const TRAFFIC_NODE = `${NS_MUC}#traffic`;

export const SERVICE_NAME = 'Rooms';
const MAX_LISTED = 100;

const SERVICE_FEATURES = [
  NS_DISCO_INFO,
  NS_DISCO_ITEMS,
  NS_MUC,
  `${NS_MUC}#stable_id`,
  NS_OCCUPANT_ID,
  NS_PING,
  NS_VCARD,
  'muc_rooms',
];

const ROOM_FEATURES = [
  NS_DISCO_INFO,
  NS_DISCO_ITEMS,
  NS_MUC,
  `${NS_MUC}#stable_id`,
  `${NS_MUC}#self-ping-optimization`,
  NS_REQUEST,
  NS_ROOM_CONFIG,
  NS_ROOM_INFO,
  NS_REGISTER,
  NS_REGISTER_FORM,
  NS_OCCUPANT_ID,
  NS_STANZA_ID,
  NS_MODERATE,
  NS_RETRACT,
  `${NS_RETRACT}#tombstone`,
  NS_PING,
  NS_VCARD,
  NS_HATS,
  NS_COMMANDS,
];

/** The features of section 16.3 that say of which kind a room is: for each setting, when it is on and when it is off. */
const KINDS = [
  ['publicroom', 'muc_public', 'muc_hidden'],
  ['persistentroom', 'muc_persistent', 'muc_temporary'],
  ['membersonly', 'muc_membersonly', 'muc_open'],
  ['moderatedroom', 'muc_moderated', 'muc_unmoderated'],
  ['passwordprotectedroom', 'muc_passwordprotected', 'muc_unsecured'],
] as const;

export function serviceInfo({ payload }: ServiceIq): Element {
  if (payload.attrs.node !== undefined) throw new StanzaError('item-not-found');
  return infoElement([{ category: 'conference', type: 'text', name: SERVICE_NAME }], SERVICE_FEATURES);
}

/** The public rooms, a page at a time (section 6.3). */
export function serviceItems(muc: Muc, { payload, to }: ServiceIq): Element {
  if (payload.attrs.node !== undefined) throw new StanzaError('item-not-found');
  const all = muc.rooms
    .stored()
    .filter(({ config }) => isOn(config, 'publicroom'))
    .map(({ row, config }) => ({ jid: `${row.local}@${to.domain}`, name: config.roomname || row.local }));
  return listElement(payload, all);
}

function listElement(payload: Element, all: readonly DiscoItem[]): Element {
  const { after, before, max = MAX_LISTED } = readPageRequest(payload);
  const limit = Math.min(max, MAX_LISTED);
  const place = (jid: string) => {
    const index = all.findIndex((item) => item.jid === jid);
    if (index === -1) throw new StanzaError('item-not-found');
    return index;
  };
  const end = before === undefined || before === '' ? all.length : place(before);
  const start = before === undefined ? (after === undefined ? 0 : place(after) + 1) : Math.max(0, end - limit);
  const page = all.slice(start, Math.min(end, start + limit));
  const isWhole = page.length === all.length && !payload.getChild('set');
  const bounds = { first: page[0]?.jid, last: page.at(-1)?.jid, index: start, count: all.length };
  return xml(
    'query',
    { xmlns: NS_DISCO_ITEMS },
    ...page.map(({ jid, name }) => xml('item', { jid, name })),
    isWhole ? null : pageElement(bounds),
  );
}

export function roomInfo(iq: RoomIq): Element {
  const { room, actor, payload } = iq;
  const { node } = payload.attrs;
  const identity = { category: 'conference', type: 'text' };
  if (node === NICKNAME_NODE) {
    const nick = room.affiliations.entry(actor.bare)?.nick;
    return infoElement(nick ? [{ ...identity, name: nick }] : [], [], node);
  }
  // Section 18.1.1: nothing is kept from being passed on.
  if (node === TRAFFIC_NODE) throw new StanzaError('service-unavailable');
  if (node !== undefined) {
    const told = iq.muc.host.commands.info(ROOM_COMMANDS, node, iq);
    if (!told) throw new StanzaError('item-not-found');
    return infoElement(told.identities, told.features, node);
  }
  const { config } = room;
  const features = [
    ...ROOM_FEATURES,
    ...(isOn(config, 'enablearchiving') ? [NS_ARCHIVE, `${NS_ARCHIVE}#extended`] : []),
    ...KINDS.map(([field, on, off]) => (isOn(config, field) ? on : off)),
    isNonAnonymous(config) ? 'muc_nonanonymous' : 'muc_semianonymous',
  ];
  const info = infoElement([{ ...identity, name: config.roomname || room.row.local }], features);
  info.append(formElement('result', NS_ROOM_INFO, infoFields(iq)));
  return info;
}

function infoFields(iq: RoomIq): FormField[] {
  const { muc, room } = iq;
  const { config } = room;
  const field = (name: string, label: string, ...values: string[]): FormField => ({
    var: name,
    type: 'text-single',
    label,
    values,
  });
  const flag = (name: string, label: string, value: string): FormField => ({
    ...field(name, label, value),
    type: 'boolean',
  });
  const mayChangeSubject = formValue(config, 'changesubject');
  const fields = [
    field('muc#roominfo_description', 'Description', config.roomdesc),
    field('muc#roominfo_lang', 'Language', config.lang),
    field('muc#maxhistoryfetch', 'Messages that one who enters gets', String(historyLength(config))),
    flag('muc#roominfo_subjectmod', 'Participants may change the subject', mayChangeSubject),
    flag('muc#roomconfig_changesubject', 'Participants may change the subject', mayChangeSubject),
    flag('muc#roomconfig_allowinvites', 'Members may invite others', formValue(config, 'allowinvites')),
  ];
  const hashes = avatarHashes(muc.host.store.extras.vcard(room.row.id));
  const { hash } = room.hats;
  if (hash !== undefined) fields.push(field('hats#hash', 'Hats', hash));
  if (hashes.length > 0) fields.push({ ...field('muc#roominfo_avatarhash', 'Picture', ...hashes), type: 'text-multi' });
  // Section 14.4: what is talked about and how many are there is for those who may enter.
  if (mayReadArchive(iq)) {
    fields.push(field('muc#roominfo_occupants', 'How many are in the room', String(room.size)));
    fields.push(field('muc#roominfo_subject', 'Subject', subjectText(room)));
  }
  return fields;
}

const subjectText = ({ subject }: Room) => (subject ? (parse(subject.subject).getChildText('subject') ?? '') : '');

/** Section 6.5: who is in the room is told to those who are. */
export function roomItems(iq: RoomIq): Element {
  const { muc, room, actor, payload, to } = iq;
  if (payload.attrs.node === NS_COMMANDS) {
    const items = muc.host.commands.items(ROOM_COMMANDS, iq);
    return xml('query', { xmlns: NS_DISCO_ITEMS, node: NS_COMMANDS }, ...items.map((item) => xml('item', { ...item })));
  }
  if (payload.attrs.node !== undefined) throw new StanzaError('item-not-found');
  const occupants = actor.role === 'none' ? [] : [...room.occupants];
  return listElement(
    payload,
    occupants.map(({ nick }) => ({ jid: `${to.bare}/${nick}` })),
  );
}
