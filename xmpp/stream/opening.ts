/** The opening of a stream: what a header must say, and the header that answers it (RFC 6120 section 4.7). */
import { Jid } from '../routing/jid.ts';
import type { StreamHeader } from './parser.ts';
import { NS_STREAM } from './parser.ts';
import { attribute } from './serialize.ts';
import { StreamError } from './stream-error.ts';

export const NS_CLIENT = 'jabber:client';

/** Longer than any in use (RFC 5646 section 4.4.1): it is added to all that the client says. */
const MAX_LANGUAGE = 35;
/** A language tag of RFC 5646, by its shape. */
const LANGUAGE = /^[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*$/;

export interface Opening {
  /** Prepared. */
  domain: string;
  /** The language of what the client sends, where it said so. */
  lang: string | undefined;
  /** Who the client says that it is: a hint, and no proof. */
  from: Jid | undefined;
}

/**
 * @param hostOf who serves a domain
 * @throws StreamError unsupported-version, improper-addressing, host-unknown, invalid-from
 */
export function readOpening(header: StreamHeader, hostOf: (domain: string) => object | undefined): Opening {
  const major = /^(\d{1,5})\.\d{1,5}$/.exec(header.version ?? '')?.[1];
  if (major === undefined || Number(major) < 1) throw new StreamError('unsupported-version', 'XMPP 1.0 is needed');
  if (header.to === undefined) throw new StreamError('improper-addressing', "the stream header has no 'to'");
  const domain = domainOf(header.to);
  const host = domain === undefined ? undefined : hostOf(domain);
  if (domain === undefined || !host) throw new StreamError('host-unknown');
  const from = tryJid(header.from);
  // XEP-0388 section 2.1.
  if (from && hostOf(from.domain) !== host) throw new StreamError('invalid-from');
  return { domain, lang: isLanguage(header.lang) ? header.lang : undefined, from };
}

function tryJid(text: string | undefined): Jid | undefined {
  try {
    return text === undefined ? undefined : Jid.parse(text);
  } catch {
    return undefined;
  }
}

function isLanguage(tag: string | undefined): boolean {
  return tag !== undefined && tag.length <= MAX_LANGUAGE && LANGUAGE.test(tag);
}

/** The prepared domain, where that is all that the address has. */
export function domainOf(to: string): string | undefined {
  try {
    const jid = Jid.parse(to);
    return jid.local === '' && jid.isBare ? jid.domain : undefined;
  } catch {
    return undefined;
  }
}

/** @param from the domain that answers; undefined where the client named none that is served here */
export function responseHeader(id: string, from: string | undefined, to: string | undefined): string {
  const addresses = (from ? ` from='${attribute(from)}'` : '') + (to ? ` to='${attribute(to)}'` : '');
  return (
    `<?xml version='1.0'?><stream:stream xmlns='${NS_CLIENT}' xmlns:stream='${NS_STREAM}'` +
    ` id='${id}'${addresses} version='1.0' xml:lang='en'>`
  );
}
