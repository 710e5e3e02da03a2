/** Registration with a room and reserved nicknames (XEP-0045 sections 7.10 and 7.12). */
import { formElement, NS_DATA_FORM, readForm } from '../../data-form.ts';
import { StanzaError } from '../../routing/stanza-error.ts';
import { type Element, xml } from '../../xml.ts';
import { isOn } from './config.ts';
import { NS_REGISTER, NS_REGISTER_FORM } from './namespaces.ts';
import { tidyNick } from './nickname.ts';
import { isAtLeast } from './privileges.ts';
import type { RoomIq } from './room-iq.ts';
import { setAffiliations } from './standing.ts';

const NICK_FIELD = 'muc#register_roomnick';

/** Whoever may enter may register; into a room for members nobody comes in by registering. */
function assertMayRegister({ muc, room, actor, from }: RoomIq): void {
  const { affiliation } = actor;
  const isStranger = affiliation === 'none' && isOn(room.config, 'membersonly');
  const isWelcome = isOn(room.config, 'openforbox') && muc.isMemberOfHost(from);
  const lacksPassword = affiliation === 'none' && isOn(room.config, 'passwordprotectedroom') && actor.role === 'none';
  if (affiliation === 'outcast' || (isStranger && !isWelcome) || lacksPassword) throw new StanzaError('not-allowed');
}

export function readRegistration(iq: RoomIq): Element {
  assertMayRegister(iq);
  const { nick } = iq.room.affiliations.entry(iq.actor.bare) ?? { nick: '' };
  if (nick !== '')
    return xml('query', { xmlns: NS_REGISTER }, xml('registered'), xml('username', {}, nick), nickForm(nick));
  return xml('query', { xmlns: NS_REGISTER }, xml('instructions', {}, 'Choose a nickname to reserve.'), nickForm());
}

function nickForm(nick?: string): Element {
  const values = nick === undefined ? {} : { values: [nick] };
  return formElement('form', NS_REGISTER_FORM, [
    { var: NICK_FIELD, type: 'text-single', label: 'Nickname', extra: xml('required'), ...values },
  ]);
}

export async function register(iq: RoomIq): Promise<undefined> {
  const { muc, room, actor, payload, after } = iq;
  const { bare, affiliation } = actor;
  if (payload.getChild('remove')) {
    if (!isAtLeast(affiliation, 'member')) throw new StanzaError('registration-required');
    // An administrator stays one; only the nickname is given back.
    const becomes = affiliation === 'member' ? 'none' : affiliation;
    after.push(await setAffiliations(muc, room, [{ bare, becomes, nick: '', reason: '' }], undefined));
    return undefined;
  }
  assertMayRegister(iq);
  const nick = readNick(payload);
  const owner = room.affiliations.reservedBy(nick);
  const holder = room.byNick(nick);
  if ((owner !== undefined && owner !== bare) || (holder && holder.bare !== bare)) throw new StanzaError('conflict');
  const becomes = affiliation === 'none' ? 'member' : affiliation;
  after.push(await setAffiliations(muc, room, [{ bare, becomes, nick, reason: '' }], undefined));
  return undefined;
}

/** @throws StanzaError bad-request, not-acceptable */
function readNick(payload: Element): string {
  const form = payload.getChild('x', NS_DATA_FORM);
  const { formType, fields } = form?.attrs.type === 'submit' ? readForm(form) : { formType: '', fields: new Map() };
  const nick: unknown = fields.get(NICK_FIELD)?.[0];
  if (formType !== NS_REGISTER_FORM || typeof nick !== 'string')
    throw new StanzaError('bad-request', { text: `A form of ${NS_REGISTER_FORM} with a nickname is needed.` });
  return tidyNick(nick);
}
