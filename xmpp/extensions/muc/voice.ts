/** Voice in a moderated room: asked for and granted (XEP-0045 sections 7.13 and 8.6). */
import { formElement, readForm } from '../../data-form.ts';
import type { ServiceStanza } from '../../routing/services.ts';
import { StanzaError } from '../../routing/stanza-error.ts';
import { type Element, xml } from '../../xml.ts';
import type { Muc } from './context.ts';
import { NS_REQUEST } from './namespaces.ts';
import { assertMaySetRole } from './privileges.ts';
import { lastSession, type Occupant, type Room } from './room.ts';
import { setRoles, toEach } from './standing.ts';

/** @throws StanzaError bad-request, not-acceptable, forbidden, item-not-found */
export function voice(muc: Muc, room: Room, { from }: ServiceStanza, form: Element): void {
  const occupant = room.present(from)?.occupant;
  if (!occupant) throw new StanzaError('not-acceptable');
  const { formType, fields } = readForm(form);
  if (formType !== NS_REQUEST || form.attrs.type !== 'submit')
    throw new StanzaError('bad-request', { text: `A message to the room is of type groupchat or holds a form.` });
  const [role] = fields.get('muc#role') ?? [];
  if (role !== 'participant')
    throw new StanzaError('bad-request', { text: 'Only the role of a participant is asked for.' });
  const [allowed] = fields.get('muc#request_allow') ?? [];
  if (allowed === undefined) ask(muc, room, occupant);
  else if (allowed === 'true' || allowed === '1') grant(muc, room, occupant, fields);
}

function ask(muc: Muc, room: Room, occupant: Occupant): void {
  if (occupant.role !== 'visitor') throw new StanzaError('bad-request', { text: 'You have voice already.' });
  toEach(
    muc,
    room,
    ({ role }) => role === 'moderator',
    () => [approvalForm(occupant)],
  );
}

function approvalForm(occupant: Occupant): Element {
  const form = formElement('form', NS_REQUEST, [
    {
      var: 'muc#role',
      type: 'list-single',
      label: 'Requested role',
      values: ['participant'],
      options: ['participant'],
    },
    { var: 'muc#jid', type: 'jid-single', label: 'Address', values: [lastSession(occupant)?.jid.toString() ?? ''] },
    { var: 'muc#roomnick', type: 'text-single', label: 'Nickname', values: [occupant.nick] },
    { var: 'muc#request_allow', type: 'boolean', label: 'Let them speak?', values: ['false'] },
  ]);
  form.prepend(xml('title', {}, 'Somebody asks to speak'));
  return form;
}

function grant(muc: Muc, room: Room, moderator: Occupant, fields: Map<string, string[]>): void {
  const occupant = room.byNick(fields.get('muc#roomnick')?.[0] ?? '');
  if (!occupant) throw new StanzaError('item-not-found');
  const actor = { bare: moderator.bare, affiliation: room.affiliationOf(moderator.bare), role: moderator.role };
  if (moderator.role !== 'moderator') throw new StanzaError('forbidden');
  const { bare, role: is } = occupant;
  const becomes = 'participant' as const;
  if (is !== 'visitor') return;
  assertMaySetRole(actor, { bare, affiliation: room.affiliationOf(bare), is, becomes });
  setRoles(muc, room, [{ occupant, becomes, reason: '' }], moderator.nick)();
}
