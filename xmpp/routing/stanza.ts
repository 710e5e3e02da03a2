/** Replies and small readings of stanzas (RFC 6120 section 8). */
import { clone, type Element, firstChild, xml } from '../xml.ts';
import type { StanzaError } from './stanza-error.ts';

export function isStanza(element: Element): boolean {
  return element.name === 'message' || element.name === 'presence' || element.name === 'iq';
}

/** The result that answers an IQ of type get or set: addresses swapped, id kept. */
export function iqResult(request: Element, payload?: Element | null): Element {
  const { id, from, to } = request.attrs;
  return xml('iq', { type: 'result', id, from: to, to: from }, payload);
}

/**
 * The error that answers a stanza. The original payload stands before the error, as RFC 6120 section 8.3.1 allows.
 * Never call it for a stanza of type error or result: `mayBeAnswered` says so.
 */
export function errorReply(stanza: Element, error: StanzaError): Element {
  const { id, from, to } = stanza.attrs;
  const reply = xml(stanza.name, { type: 'error', id, from: to, to: from });
  const payload = error.payload ?? (stanza.name === 'iq' ? firstChild(stanza) : undefined);
  if (payload) reply.append(clone(payload));
  reply.append(error.toElement());
  return reply;
}

/** False for errors and IQ results, which are never answered (RFC 6120 section 8.3.1, to prevent loops). */
export function mayBeAnswered(stanza: Element): boolean {
  const { type } = stanza.attrs;
  return type !== 'error' && !(stanza.name === 'iq' && type === 'result');
}
