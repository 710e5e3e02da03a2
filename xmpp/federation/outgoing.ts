/** A stanza on its way out. */
import type { Jid } from '../routing/jid.ts';
import { isStanza, mayBeAnswered } from '../routing/stanza.ts';
import { serialize } from '../stream/serialize.ts';
import type { Element } from '../xml.ts';

const NS_PING = 'urn:xmpp:ping';

export interface Outgoing {
  stanza: Element;
  from: Jid;
  to: Jid;
  text: string;
  bytes: number;
  atMs: number;
  /** It was written to a link that was lost before the peer acknowledged it. */
  retried: boolean;
}

export function outgoing(stanza: Element, from: Jid, to: Jid, nowMs: number): Outgoing {
  const text = serialize(stanza);
  return { stanza, from, to, text, bytes: Buffer.byteLength(text), atMs: nowMs, retried: false };
}

/** What may be sent again though the peer may have it: a client knows a message by its id, presence by being the same. */
export const mayRepeat = ({ stanza }: Outgoing) => isStanza(stanza) && stanza.name !== 'iq';

/** Of the box itself (pulse.ts), or of a member: it is not missed either way. */
const isPing = ({ stanza }: Outgoing) => stanza.name === 'iq' && stanza.getChild('ping', NS_PING) !== undefined;

/** Something is done where it is lost: it goes again, or its sender hears of it. */
export const isMissed = (outgoing: Outgoing) =>
  mayRepeat(outgoing) || (mayBeAnswered(outgoing.stanza) && !isPing(outgoing));

/** Between whom: one of our domains and one of theirs. */
export const pairOf = (local: string, remote: string) => `${local} ${remote}`;
