/**
 * Domainparts (RFC 7622 section 3.2): host names as U-labels in lower case and NFC without a trailing dot, IPv4 addresses,
 * and IPv6 addresses in brackets, in their canonical form (RFC 5952).
 */
import { isIPv4, isIPv6 } from 'node:net';
import { domainToASCII, domainToUnicode } from 'node:url';
import { hasRightToLeft, satisfiesBidiRule } from './bidi.ts';
import { firstOutside } from './precis-class.ts';

const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
/** A URL's host may be `1.2` or `0x7f.1`, which stand for IPv4 addresses; no domainpart does. */
const NUMERIC_LAST_LABEL = /(?:^|\.)(?:\d+|0x[0-9a-f]*)$/;
/** No letter, digit, hyphen or dot, yet ASCII: `domainToASCII` would decode, strip or stop at some of these. */
const FOREIGN_ASCII = /(?![A-Za-z0-9.-])[\0-\x7F]/;

function isLabel(label: string): boolean {
  return LABEL.test(label) && (label.startsWith('xn--') || label.slice(2, 4) !== '--');
}

/** What IDNA2008 (RFC 5891 section 4.2) asks of a U-label beyond UTS 46, which lets symbols and emoji through. */
function isUnicodeLabel(label: string): boolean {
  return (
    !/^[-\p{M}]|-$/u.test(label) && label.slice(2, 4) !== '--' && firstOutside('IdentifierClass', label) === undefined
  );
}

function prepareIPv6(text: string): string | undefined {
  const address = text.slice(1, -1);
  return isIPv6(address) && !address.includes('%') ? new URL(`http://[${address}]`).hostname : undefined;
}

function prepareName(text: string): string | undefined {
  const ascii = domainToASCII(text);
  if (NUMERIC_LAST_LABEL.test(ascii) || !ascii.split('.').every(isLabel)) return undefined;
  const name = domainToUnicode(ascii).normalize('NFC');
  const labels = name.split('.');
  if (!labels.every(isUnicodeLabel) || domainToASCII(name) !== ascii) return undefined;
  if (labels.some(hasRightToLeft) && !labels.every(satisfiesBidiRule)) return undefined;
  return name;
}

/** The prepared domainpart, or undefined where there is none to be had. */
export function prepareDomain(text: string): string | undefined {
  if (text.length > 1024) return undefined;
  if (text.startsWith('[') && text.endsWith(']')) return prepareIPv6(text);
  if (FOREIGN_ASCII.test(text)) return undefined;
  const name = text.endsWith('.') ? text.slice(0, -1) : text;
  const lower = name.toLowerCase();
  if (isIPv4(lower)) return lower;
  if (!NUMERIC_LAST_LABEL.test(lower) && lower.split('.').every((label) => isLabel(label) && !label.startsWith('xn--')))
    return lower;
  return prepareName(name);
}
