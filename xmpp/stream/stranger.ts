/** IQs of a peer that has not logged in: those that an extension takes (in-band registration), nothing else. */
import type { Host } from '../extension.ts';
import type { StrangerStream } from '../routing/before-login.ts';
import { errorReply, iqResult } from '../routing/stanza.ts';
import { StanzaError } from '../routing/stanza-error.ts';
import { type Element, firstChild } from '../xml.ts';
import { StreamError } from './stream-error.ts';

/** The answer. @throws StreamError not-authorized where nobody takes it (RFC 6120 section 4.9.3.12) */
export async function answerStranger(host: Host, stream: StrangerStream, stanza: Element): Promise<Element> {
  const payload = firstChild(stanza);
  const { type } = stanza.attrs;
  const handler = payload && (type === 'get' || type === 'set') ? host.beforeLogin.find(type, payload) : undefined;
  if (!handler || !payload || (type !== 'get' && type !== 'set')) throw new StreamError('not-authorized');
  try {
    return iqResult(stanza, await handler({ type, stanza, payload, stream }));
  } catch (error) {
    if (error instanceof StanzaError) return errorReply(stanza, error);
    host.log.error({ error: String(error), payload: payload.name }, 'a handler before login failed');
    return errorReply(stanza, new StanzaError('internal-server-error'));
  }
}
