/**
 * A box with rooms and a few people, over the real way of a stanza and a real store. What a client gets reads as lines: `Bob member
 * participant 110`, `Bob: hello`, `error forbidden`.
 */
import { beforeEach, onTestFinished } from 'vitest';
import { archive } from '../../../../xmpp/extensions/archive/archive.ts';
import { blocking } from '../../../../xmpp/extensions/blocking.ts';
import { muc } from '../../../../xmpp/extensions/muc/muc.ts';
import { stanzaId } from '../../../../xmpp/extensions/stanza-id.ts';
import { type Element, xml } from '../../../../xmpp/xml.ts';
import { type Box, iq, openBox } from '../../im/box.ts';
import type { Client } from '../harness.ts';

export const NS_MUC = 'http://jabber.org/protocol/muc';
export const NS_USER = `${NS_MUC}#user`;
export const NS_ADMIN = `${NS_MUC}#admin`;
export const NS_OWNER = `${NS_MUC}#owner`;
export const NS_INFO = 'http://jabber.org/protocol/disco#info';
export const NS_ITEMS = 'http://jabber.org/protocol/disco#items';
export const ROOM = 'cave@rooms.near.example';

export interface Hall {
  box: Box;
  /** Three members of the host, online. */
  ann: Client;
  bob: Client;
  cat: Client;
}

/** Names are those of the accounts: `ann1@near.example`, `bob2@…`, `cat3@…`. */
export async function openHall(): Promise<Hall> {
  const { box, close } = await openBox([blocking, stanzaId, archive, muc]);
  onTestFinished(close);
  const [ann, bob, cat] = [await person(box, 'ann'), await person(box, 'bob'), await person(box, 'cat')];
  return { box, ann, bob, cat };
}

/** A hall of its own for each test of a file, and what is to be in it. */
export function hallOfEach(furnish?: (hall: Hall) => Promise<void>): Hall {
  const hall = {} as Hall;
  beforeEach(async () => {
    Object.assign(hall, await openHall());
    await furnish?.(hall);
  });
  return hall;
}

export async function person(box: Box, name: string): Promise<Client> {
  return box.online(box.near, await box.member(box.near, name), 'desk');
}

export const enter = (nick: string, room = ROOM, ...children: Element[]) =>
  xml('presence', { to: `${room}/${nick}` }, xml('x', { xmlns: NS_MUC }, ...children));

export const leave = (nick: string, room = ROOM) => xml('presence', { to: `${room}/${nick}`, type: 'unavailable' });

export const said = (body: string, to = ROOM, attrs: Record<string, string> = {}, ...children: Element[]) =>
  xml('message', { type: 'groupchat', to, ...attrs }, xml('body', {}, body), ...children);

export const field = (name: string, ...values: string[]) =>
  xml('field', { var: name }, ...values.map((value) => xml('value', {}, value)));

export const form = (formType: string, ...fields: Element[]) =>
  xml('x', { xmlns: 'jabber:x:data', type: 'submit' }, field('FORM_TYPE', formType), ...fields);

/** Fields of muc#roomconfig by their names without the prefix. */
export const configuration = (settings: Record<string, string>) =>
  xml(
    'query',
    { xmlns: NS_OWNER },
    form(
      `${NS_MUC}#roomconfig`,
      ...Object.entries(settings).map(([name, value]) =>
        field(name.includes('#') ? name : `muc#roomconfig_${name}`, ...value.split(' ')),
      ),
    ),
  );

export const instant = () => xml('query', { xmlns: NS_OWNER }, xml('x', { xmlns: 'jabber:x:data', type: 'submit' }));

export const admin = (...items: (Record<string, string> & { reason?: string })[]) =>
  xml(
    'query',
    { xmlns: NS_ADMIN },
    ...items.map(({ reason, ...attrs }) => xml('item', attrs, reason ? xml('reason', {}, reason) : null)),
  );

/** A room of the owner's, open to all unless the settings say otherwise, with the owner in it as `Ann`. */
export async function openRoom({ box, ann }: Hall, settings: Record<string, string> = {}): Promise<void> {
  await box.says(ann, enter('Ann'), iq('set', configuration({ membersonly: '0', ...settings }), ROOM));
  ann.received.length = 0;
}

/** Enters, and what everyone got by that is forgotten. */
export async function seat({ box, ann, bob, cat }: Hall, ...seats: [Client, string][]): Promise<void> {
  for (const [client, nick] of seats) await box.says(client, enter(nick));
  for (const client of [ann, bob, cat, ...seats.map(([one]) => one)]) client.received.length = 0;
}

/** Sends a request to the room and gives what answers it; the asker's other stanzas stay to be looked at. */
export async function ask(
  box: Box,
  client: Client,
  type: 'get' | 'set',
  payload: Element,
  to = ROOM,
): Promise<Element> {
  const request = iq(type, payload, to);
  await box.says(client, request);
  const reply = client.received.find(({ name, attrs }) => name === 'iq' && attrs.id === request.attrs.id);
  if (!reply) throw new Error(`no answer to ${request}`);
  client.received.splice(client.received.indexOf(reply), 1);
  return reply;
}

/** What answers, as `result` or the condition of the error. */
export async function outcome(...request: Parameters<typeof ask>): Promise<string> {
  const reply = await ask(...request);
  return conditionOf(reply) ?? reply.attrs.type ?? '';
}

const conditionOf = (stanza: Element) => stanza.getChild('error')?.getChildElements()[0]?.name;

/** All that the client has got since it was last looked at. */
export const got = (client: Client): string[] => client.received.splice(0).map(line);

function line(stanza: Element): string {
  const condition = conditionOf(stanza);
  if (condition) return `error ${condition}`;
  const nick = stanza.attrs.from?.split('/')[1] ?? '';
  const user = stanza.getChild('x', NS_USER);
  const codes = user?.getChildren('status').map(({ attrs }) => attrs.code) ?? [];
  const item = user?.getChild('item')?.attrs;
  if (stanza.name === 'presence') {
    const gone = stanza.attrs.type === 'unavailable' ? 'gone' : undefined;
    const end = user?.getChild('destroy') ? 'destroyed' : undefined;
    return [nick, gone, item?.nick && `now ${item.nick}`, item?.affiliation, item?.role, ...codes, end]
      .filter(Boolean)
      .join(' ');
  }
  if (stanza.name === 'iq') return `iq ${stanza.attrs.type}`;
  const body = stanza.getChildText('body');
  const subject = stanza.getChild('subject');
  const delayed = stanza.getChild('delay', 'urn:xmpp:delay') ? ' (then)' : '';
  if (body !== null && body !== undefined) return `${nick}: ${body}${delayed}`;
  if (subject) return `${nick} subject '${subject.text()}'${delayed}`;
  const invite = user?.getChild('invite');
  if (invite) return `invited by ${invite.attrs.from}`;
  const told = stanza.getChildElements().map(({ name }) => name);
  return ['message', ...codes, ...(item ? [`${item.jid} ${item.affiliation}`] : codes.length > 0 ? [] : told)].join(
    ' ',
  );
}

export const bareOf = (client: Client) => client.jid.bare.toString();
