/** A message as the room says it to its occupants, now or later: the parts that are the same for all of them are made once. */
import type { Jid } from '../../routing/jid.ts';
import type { Id } from '../../store/model.ts';
import { type Element, xml } from '../../xml.ts';
import { NS_STANZA_ID } from './namespaces.ts';

export interface SaidMessage {
  /** XEP-0359; undefined where the room keeps no archive and the message is none that it would keep. */
  archiveId: Id | undefined;
  atMs: number;
  /** '' where the room itself speaks. */
  nick: string;
  messageId: string;
  /** Shared by all stanzas that carry them. */
  children: readonly Element[];
}

const stanzaIdElement = (at: Jid, id: Id) => xml('stanza-id', { xmlns: NS_STANZA_ID, by: at.toString(), id });

/** The stanza for one occupant. `at`: the room as that occupant's client knows it. */
export function saidTo({ archiveId, nick, messageId, children }: SaidMessage, at: Jid, to: Jid): Element {
  const from = nick === '' ? at : `${at}/${nick}`;
  return xml(
    'message',
    { type: 'groupchat', id: messageId, from: from.toString(), to: to.toString() },
    ...children,
    archiveId === undefined ? null : stanzaIdElement(at, archiveId),
  );
}
