/**
 * Whether a certificate names a domain: RFC 6125 and RFC 6120 section 13.7.1.2. A dNSName with at most one `*` as its whole first
 * label, an SRVName of XMPP servers, or an XmppAddr. The common name counts for nothing.
 */
import type { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { asciiOf } from '../resolver/resolver.ts';

const RULES = { subject: 'never', partialWildcards: false, multiLabelWildcards: false } as const;
const OTHER_NAMES = [/^othername:\s*SRVName::?_xmpp-server\.(.+)$/i, /^othername:\s*XmppAddr::?(.+)$/i];

export function namesDomain(certificate: X509Certificate, domain: string): boolean {
  const ascii = asciiOf(domain);
  const address = ascii.replace(/^\[|\]$/g, '');
  if (isIP(address) !== 0) return certificate.checkIP(address) !== undefined;
  return certificate.checkHost(ascii, RULES) !== undefined || otherNames(certificate).includes(ascii);
}

/** Node gives null where the names cannot be read. */
function otherNames({ subjectAltName }: X509Certificate): string[] {
  const names = (subjectAltName ?? '').match(/[^,"]*(?:"(?:[^"\\]|\\.)*")?[^,"]*(?:, |$)/g) ?? [];
  return names.flatMap((entry) => {
    const name = entry.replace(/, $/, '').trim();
    // What is quoted holds characters that no domain has.
    const found = OTHER_NAMES.map((form) => form.exec(name)?.[1]).find((text) => text !== undefined);
    return found === undefined || found.includes('"') ? [] : [asciiOf(found.toLowerCase())];
  });
}

/** For a person: what it is a certificate for. */
export function namesIn({ subjectAltName, subject }: X509Certificate): string {
  const names = subjectAltName?.replace(/\b(DNS|IP Address):/g, '') ?? subject?.replaceAll('\n', ', ') ?? 'nobody';
  return names.length > 200 ? `${names.slice(0, 200)}…` : names;
}
