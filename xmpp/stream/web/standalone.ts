/** Elements that leave the stream's context: on their own they name the namespaces that a stream header would have declared. */
import { NS_CLIENT } from '../opening.ts';
import { NS_STREAM } from '../parser.ts';

const STANZA = /^<(?:message|presence|iq)(?=[\s/>])/;
const OWN_NAMESPACE = /^[^>]* xmlns='/;

/** @param text an element as it stands in a stream of `jabber:client` (stream/serialize.ts) */
export function qualified(text: string): string {
  const [start] = STANZA.exec(text) ?? [];
  if (start === undefined || OWN_NAMESPACE.test(text)) return text;
  return `${start} xmlns='${NS_CLIENT}'${text.slice(start.length)}`;
}

export const isOfStreamNamespace = (text: string) => text.startsWith('<stream:');

/** The same, with the prefix `stream` declared where it is used. */
export function standalone(text: string): string {
  if (!isOfStreamNamespace(text)) return qualified(text);
  return text.replace(/^<stream:\w+/, (start) => `${start} xmlns:stream='${NS_STREAM}'`);
}
