/** What stands in the archive in the place of a message that was taken back (XEP-0424 section 4, XEP-0425 section 4). */
import { dateTime } from '../../clock.ts';
import type { ArchivedMessage } from '../../store/archive-model.ts';
import { type Change, change } from '../../store/changes.ts';
import { type Element, parse, xml } from '../../xml.ts';
import { NS_OCCUPANT_ID, NS_RETRACT } from './namespaces.ts';

export const isTombstone = ({ stanza }: ArchivedMessage) =>
  parse(stanza).getChild('retracted', NS_RETRACT) !== undefined;

/**
 * Who wrote it stays, what was written does not.
 * @param retractionId the id of the message that took it back, where its writer did
 */
export function tombstoneOf(
  message: ArchivedMessage,
  nowMs: number,
  retractionId: string | undefined,
  children: readonly Element[] = [],
): Change {
  const { attrs, children: said } = parse(message.stanza);
  const writer = said.filter(
    (child): child is Element => typeof child !== 'string' && child.getNS() === NS_OCCUPANT_ID,
  );
  const retracted = xml('retracted', { xmlns: NS_RETRACT, id: retractionId, stamp: dateTime(nowMs) }, ...children);
  const stanza = xml('message', { ...attrs }, ...writer, retracted);
  return change('archived message replaced', { ...message, stanza: stanza.toString() });
}
