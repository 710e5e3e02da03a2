/** Domains as they stand in the attributes of streams and stanzas. */
import { prepareDomain } from '../routing/domainpart.ts';

/** The prepared domain of an address, whatever its other parts; undefined where it has none. */
export function domainOf(address: string): string | undefined {
  const [bare = ''] = address.split('/', 1);
  return prepareDomain(bare.slice(bare.indexOf('@') + 1)) || undefined;
}

/** The prepared domain, where the text is a domain and nothing else. */
export function domainIn(text: string | undefined): string | undefined {
  return text === undefined || /[@/]/.test(text) ? undefined : prepareDomain(text) || undefined;
}
