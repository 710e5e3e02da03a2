/**
 * Who a rule speaks of, as an owner types it: `everyone`, `member`, `limited`, `administrator`, `guest` (whoever has no account
 * here), `stranger` (a guest who is not in the roster of the member whom it concerns, or of any where it concerns none),
 * `circle:NAME`, `account:JID`, `domain:DOMAIN`, `address:192.0.2.0/24`.
 */
import { Jid } from '../../routing/jid.ts';
import type { Role } from '../../store/model.ts';
import { readRange } from './range.ts';

/** Who acts, as far as it is known. */
export interface Party {
  /** Bare JID; absent for somebody who has not logged in. */
  jid?: string;
  domain?: string;
  /** Of a member of this server. */
  role?: Role;
  /** Names of the circles that the member is in, in lower case. */
  circles?: readonly string[];
  /** In the roster of the member whom it concerns; where it concerns none, of any. */
  known?: boolean;
  /** The member whom it concerns let them in, or has them in the roster: for that member they wait no longer. */
  accepted?: boolean;
  /** IPv4 or IPv6 address that the connection comes from. */
  address?: string;
}

export interface Subject {
  /** As it is kept: names prepared, lower case. */
  text: string;
  matches(party: Party): boolean;
}

/** The subjects of one word. */
const WORDS: Record<string, (party: Party) => boolean> = {
  everyone: () => true,
  member: ({ role }) => role !== undefined,
  limited: ({ role }) => role === 'limited',
  administrator: ({ role }) => role === 'administrator',
  guest: ({ role }) => role === undefined,
  stranger: ({ role, known }) => role === undefined && known !== true,
};

const SUBJECT_FORMS = `${Object.keys(WORDS).join(', ')}, circle:NAME, account:JID, domain:DOMAIN or address:RANGE`;

/** @throws RangeError, in words for who typed it */
export function readSubject(typed: string): Subject {
  const text = typed.trim();
  const word = WORDS[text.toLowerCase()];
  if (word) return { text: text.toLowerCase(), matches: word };
  const colon = text.indexOf(':');
  const kind = colon === -1 ? '' : text.slice(0, colon).toLowerCase();
  const value = text.slice(colon + 1).trim();
  const read = Object.hasOwn(KINDS, kind) && value !== '' ? KINDS[kind] : undefined;
  if (!read) throw new RangeError(`"${typed}" is nobody that a rule can name: ${SUBJECT_FORMS}`);
  const { value: prepared, matches } = read(value);
  return { text: `${kind}:${prepared}`, matches };
}

type Read = (value: string) => { value: string; matches: (party: Party) => boolean };

const KINDS: Record<string, Read> = {
  circle: (name) => {
    const value = name.normalize('NFC').replace(/\s+/g, ' ').toLowerCase();
    return { value, matches: ({ circles }) => circles?.includes(value) ?? false };
  },

  account: (typed) => {
    const jid = addressOf(typed);
    if (jid.local === '' || !jid.isBare) throw new RangeError(`"${typed}" is not the address of an account`);
    const value = jid.toString();
    return { value, matches: (party) => party.jid === value };
  },

  domain: (typed) => {
    const jid = addressOf(typed);
    if (jid.local !== '' || !jid.isBare) throw new RangeError(`"${typed}" is not a domain`);
    const value = jid.domain;
    const below = `.${value}`;
    // The services of a domain (its rooms, say) are the domain's.
    return { value, matches: ({ domain }) => domain === value || (domain?.endsWith(below) ?? false) };
  },

  address: (typed) => {
    const { text, holds } = readRange(typed);
    return { value: text, matches: ({ address }) => address !== undefined && holds(address) };
  },
};

function addressOf(typed: string): Jid {
  try {
    return Jid.parse(typed);
  } catch {
    throw new RangeError(`"${typed}" is not an address`);
  }
}
