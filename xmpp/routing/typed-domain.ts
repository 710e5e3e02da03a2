/** Domains as people type them. */
import { Jid } from './jid.ts';

/** Prepared. @throws RangeError in words, where it is none */
export function typedDomain(typed: string): string {
  try {
    const jid = Jid.parse(typed.trim());
    if (jid.local === '' && jid.isBare) return jid.domain;
  } catch {
    // Said below.
  }
  throw new RangeError(`"${typed}" is not a domain`);
}
