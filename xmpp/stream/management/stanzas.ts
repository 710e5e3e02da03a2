/** The elements of stream management (XEP-0198). */
import type { StanzaCondition } from '../../routing/stanza-error.ts';
import { type Element, xml } from '../../xml.ts';
import { StreamError } from '../stream-error.ts';

export const NS_SM = 'urn:xmpp:sm:3';
const NS_STANZAS = 'urn:ietf:params:xml:ns:xmpp-stanzas';

/** Counters are unsigned 32-bit numbers that wrap (section 4). */
const WRAP = 2 ** 32;

export const wrapped = (count: number) => ((count % WRAP) + WRAP) % WRAP;

/** @throws StreamError where it is no counter */
export function counter(text: string | undefined): number {
  if (text === undefined || !/^\d{1,10}$/.test(text) || Number(text) >= WRAP) {
    throw new StreamError('bad-format', "'h' is not a counter");
  }
  return Number(text);
}

export function failed(condition: StanzaCondition, h?: number): Element {
  return xml('failed', { xmlns: NS_SM, h }, xml(condition, { xmlns: NS_STANZAS }));
}

/** Section 6. */
export function handledTooHigh(h: number, sent: number): StreamError {
  const details = xml('handled-count-too-high', { xmlns: NS_SM, h, 'send-count': sent });
  return new StreamError('undefined-condition', `You acknowledged ${h} stanzas, but only ${sent} were sent.`, details);
}

export const isTrue = (value: string | undefined) => value === 'true' || value === '1';
