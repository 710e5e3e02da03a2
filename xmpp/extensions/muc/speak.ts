/** What is said in a room: archived first, then told to everyone in the order in which it came in. */
import type { Turn } from '../../routing/lane.ts';
import { type Change, change } from '../../store/changes.ts';
import type { Id } from '../../store/model.ts';
import { type Element, share, xml } from '../../xml.ts';
import { isOn } from './config.ts';
import type { Muc } from './context.ts';
import { say } from './delivery.ts';
import type { Room } from './room.ts';
import type { SaidMessage } from './said.ts';

export interface Speech {
  /** '' where the room itself speaks. */
  nick?: string;
  /** Who is behind it: bare and full JID. */
  writer: string;
  writerFull: string;
  messageId?: string | undefined;
  children: readonly Element[];
  /** Whether an archive keeps it. */
  isKept?: boolean;
}

/** Resolves when it is on disk, with `changes`, and everyone has been told. */
export async function speak(
  muc: Muc,
  room: Room,
  speech: Speech,
  changes: readonly Change[] = [],
  turn?: Turn,
): Promise<void> {
  const { store, clock } = muc.host;
  const { nick = '', children, isKept = true } = speech;
  const isArchived = isKept && isOn(room.config, 'enablearchiving');
  const said: SaidMessage = {
    archiveId: isArchived ? store.newId() : undefined,
    atMs: clock.nowMs(),
    nick,
    messageId: speech.messageId ?? store.newId(),
    children: children.map(share),
  };
  const archived = said.archiveId === undefined ? [] : [archiveChange(muc, room, speech, said, said.archiveId)];
  await muc.rooms.commit(room, ...changes, ...archived);
  await turn?.();
  if (isKept) room.history.add(said);
  say(muc.host, room, said);
}

function archiveChange(muc: Muc, room: Room, speech: Speech, said: SaidMessage, id: Id): Change {
  const { nick, messageId, children, atMs } = said;
  const address = room.addressAt(muc.host.server.domain);
  const from = nick === '' ? address.toString() : `${address}/${nick}`;
  const attrs = { xmlns: 'jabber:client', type: 'groupchat', id: messageId, from };
  // Built by hand, so that the parts which are shared keep the parents that they have.
  const stanza = xml('message', attrs);
  stanza.children.push(...children);
  return change('message archived', {
    account: room.row.id,
    id,
    peer: speech.writer,
    peerFull: speech.writerFull,
    direction: 'in',
    atMs,
    stanza: stanza.toString(),
  });
}
