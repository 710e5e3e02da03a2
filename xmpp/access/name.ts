/** The names that accounts may have. */
import { Jid } from '../routing/jid.ts';
import { StanzaError } from '../routing/stanza-error.ts';

/** Far below RFC 7622's 1023 bytes: a name is read, typed and shown on a small screen. */
const MAX_CHARACTERS = 64;

/**
 * Names that speak for the server: the mailboxes of RFC 2142, the contact roles of XEP-0157, and those to which a certificate
 * authority sends proofs of control of a domain (CA/Browser Forum Baseline Requirements, section 3.2.2.4.4).
 */
const RESERVED = new Set(
  `abuse admin admins administrator daemon feedback ftp hostmaster info marketing news noc noreply operator postmaster root sales
   security server service status support sysadmin system usenet uucp webmaster www xmpp`.split(/\s+/),
);

/**
 * The name as it is stored: the localpart of an address, prepared as RFC 7622 section 3.3 says.
 * @throws StanzaError not-acceptable, with a text for people
 */
export function prepareName(name: string): string {
  const local = tryPrepareName(name);
  if (local === undefined)
    throw notAcceptable(
      'A name holds letters, digits and marks such as . _ - but no spaces and none of " & \' / : < > @.',
    );
  if ([...local].length > MAX_CHARACTERS) throw notAcceptable(`A name has ${MAX_CHARACTERS} characters at most.`);
  return local;
}

/** Undefined where it cannot be the name of an account. */
export function tryPrepareName(name: string): string | undefined {
  if (name === '') return undefined;
  try {
    return Jid.of(name, 'localhost').local;
  } catch (error) {
    if (error instanceof StanzaError) return undefined;
    throw error;
  }
}

/** @throws StanzaError not-acceptable where the name speaks for the server */
export function assertNotReserved(local: string): void {
  if (RESERVED.has(local)) throw notAcceptable('This name is kept for those who run the server.');
}

const notAcceptable = (text: string) => new StanzaError('not-acceptable', { text });
