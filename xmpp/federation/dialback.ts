/** Server dialback (XEP-0220): its elements, and its keys as XEP-0185 makes them. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { StanzaCondition } from '../routing/stanza-error.ts';
import { StanzaError } from '../routing/stanza-error.ts';
import { type Element, xml } from '../xml.ts';
import { PeerFailure } from './failure.ts';

export const NS_DIALBACK = 'jabber:server:dialback';
/** Section 2.4.2: errors that do not end the stream are understood. */
export const NS_DIALBACK_FEATURE = 'urn:xmpp:features:dialback';

/** Who is to be believed to whom, on the stream of this id (of the receiving server's header). */
export interface DialbackClaim {
  sender: string;
  target: string;
  streamId: string;
}

export function dialbackKey(secret: string, { sender, target, streamId }: DialbackClaim): string {
  const key = createHash('sha256').update(secret).digest('hex');
  return createHmac('sha256', key).update(`${target} ${sender} ${streamId}`).digest('hex');
}

export function isDialbackKey(secret: string, claim: DialbackClaim, key: string): boolean {
  const right = Buffer.from(dialbackKey(secret, claim));
  const given = Buffer.from(key.trim());
  return right.length === given.length && timingSafeEqual(right, given);
}

/** The prefix is the one that the stream's header declares; XEP-0220 section 2 asks for it. */
export function dialbackElement(
  name: 'result' | 'verify',
  attrs: { from: string; to: string; id?: string | undefined; type?: 'valid' | 'invalid' | 'error' },
  content?: string | Element,
): Element {
  return xml(`db:${name}`, attrs, content);
}

/** Section 2.4.2: `type='error'`, which leaves the stream as it is. */
export function dialbackError(
  name: 'result' | 'verify',
  addresses: { from: string; to: string; id?: string | undefined },
  condition: StanzaCondition,
  text?: string,
): Element {
  const error = new StanzaError(condition, text === undefined ? {} : { text });
  return dialbackElement(name, { ...addresses, type: 'error' }, error.toElement());
}

/** Errors that another try in a minute would not change. */
const LASTING = new Set([
  'item-not-found',
  'not-authorized',
  'not-allowed',
  'forbidden',
  'policy-violation',
  'remote-server-not-found',
]);

/** What an answer of type error or invalid says, in words. */
export function refusalOf(answer: Element): PeerFailure {
  if (answer.attrs.type === 'invalid')
    return new PeerFailure('it does not believe that this is who it says (dialback)', {
      kind: 'invalid',
      lasting: true,
    });
  const children = answer.getChild('error')?.getChildElements() ?? [];
  const condition = children.find(({ name }) => name !== 'text')?.name ?? 'error';
  const text = children.find(({ name }) => name === 'text')?.getText();
  const said = `it refused dialback: ${condition}${text ? ` (${text.slice(0, 200)})` : ''}`;
  return new PeerFailure(said, { kind: 'refused', lasting: LASTING.has(condition) });
}
