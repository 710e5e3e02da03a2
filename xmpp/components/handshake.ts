/** The handshake of XEP-0114 section 3: SHA-1 of the stream's id and the secret, in lower-case hexadecimal. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { escapeXML } from '../xml.ts';

/**
 * Compared in constant time. The text has the secret escaped as XML where it must be, which no component in use does: both forms
 * count.
 */
export function isHandshake(shown: string, streamId: string, secret: string): boolean {
  const plain = matches(shown, `${streamId}${secret}`);
  const escaped = matches(shown, `${streamId}${escapeXML(secret)}`);
  return plain || escaped;
}

function matches(shown: string, text: string): boolean {
  const digest = Buffer.from(createHash('sha1').update(text).digest('hex'));
  const given = Buffer.from(shown);
  return given.length === digest.length && timingSafeEqual(given, digest);
}
