/** The kinds of values that the keys of casp3r.toml take, each with what it says of a wrong one. */
import { isIP } from 'node:net';
import * as v from 'valibot';
import { prepareDomain } from '../xmpp/routing/domainpart.ts';
import { isPlace } from '../xmpp/stream/proxies.ts';

export const text = (say: string) => v.string(say);

export function whole(least: number, most: number, say: string) {
  return v.pipe(v.number(say), v.integer(say), v.minValue(least, say), v.maxValue(most, say));
}

export function oneOf<const T extends readonly string[]>(names: T) {
  return v.picklist(names, `must be one of ${names.map((name) => `"${name}"`).join(', ')}`);
}

/** A table whose keys all have defaults, and which may itself be left out. */
export function table<T extends v.ObjectEntries>(entries: T) {
  return v.optional(v.strictObject(entries, 'must be a table'), {} as never);
}

export const flag = v.boolean('must be true or false');
export const port = whole(0, 65_535, 'must be a port from 1 to 65535, or 0 to switch it off');
export const size = whole(0, Number.MAX_SAFE_INTEGER, 'must be a number of bytes; 0 for no limit but the disk');
export const limit = whole(0, Number.MAX_SAFE_INTEGER, 'must be a whole number; 0 switches the limit off');
/** @param none what 0 means */
export const days = (none: string) => whole(0, 36_500, `must be a number of days; 0 ${none}`);
export const file = text('must be a file');
export const bcmPin = whole(0, 27, 'must be a BCM pin from 0 to 27');

export const domain = v.pipe(
  text('must be a domain such as "chat.example"'),
  v.regex(/^(?=.{1,253}$)[^\s@/."'<>&:]+(\.[^\s@/."'<>&:]+)*$/u, 'must be a domain such as "chat.example"'),
  // As addresses have it, in whichever form it was typed: `xn--…` or the letters that it stands for.
  v.transform((name) => prepareDomain(name) ?? ''),
  v.check((name) => name !== '', 'must be a domain such as "chat.example"'),
);
export const domains = v.array(domain, 'must be a list of domains');

/** @param such an address for example, with what it takes in */
export const ipAddress = (such: string) =>
  v.pipe(text('must be an IP address'), v.ip(`must be an IP address; ${such}`));

const place = v.pipe(
  text('must be "ADDRESS:PORT"'),
  v.regex(
    /^(?:dns|(\[[0-9a-fA-F:.]+\]|[^\s:[\]]+):\d{1,5}( tls)?)$/,
    'must be "ADDRESS:PORT", such as "192.0.2.7:5269" or "[2001:db8::7]:5269", or "ADDRESS:PORT tls" for direct TLS',
  ),
);

const PLACES = 'must be "ADDRESS:PORT", or a list of places to be tried in turn, "dns" among them';
export const places = v.union([place, v.pipe(v.array(place, PLACES), v.minLength(1, PLACES))], PLACES);

const NAME_SERVER = 'must be an IP address';
export const nameServers = v.array(
  v.pipe(
    text(NAME_SERVER),
    v.check((server) => isIP(server) !== 0 || /^(\[[0-9a-fA-F:.]+\]|[\d.]+):\d{1,5}$/.test(server), NAME_SERVER),
  ),
  'must be a list of IP addresses',
);

const PROXIES = 'must be a list of addresses or ranges such as ["127.0.0.1", "10.0.0.0/8"]';
export const proxies = v.array(v.pipe(text(PROXIES), v.check(isPlace, PROXIES)), PROXIES);

const EXTERNAL = 'must be the IP address that the Internet sees; empty for what DNS says of the domain';
export const externalIp = v.pipe(
  text(EXTERNAL),
  v.check((address) => address === '' || isIP(address) !== 0, EXTERNAL),
);

const RANGE = 'must be "FIRST-LAST", two ports from 1024 to 65535';
export const portRange = v.pipe(
  text(RANGE),
  v.regex(/^\d{4,5}-\d{4,5}$/, RANGE),
  v.transform((range) => {
    const [first = 0, last = 0] = range.split('-').map(Number);
    return { first, last };
  }),
  v.check(({ first, last }) => first >= 1024 && first <= last && last <= 65_535, RANGE),
);

export const outsideUrl = v.pipe(
  text('must be an address that begins with https://'),
  v.check(
    (url) => url === '' || (/^https:\/\/[^?#]+$/.test(url) && URL.canParse(url)),
    'must be an address that begins with https://, without ? and #',
  ),
  v.transform((url) => url.replace(/\/+$/, '')),
);

export const uris = v.array(
  v.pipe(
    text('must be an address'),
    v.regex(/^[a-z][a-z0-9+.-]*:\S+$/i, 'must be an address such as "mailto:abuse@chat.example"'),
  ),
  'must be a list of addresses',
);

const BLOCKLISTS = 'must be a list of nodes such as ["xmpp:xmppbl.org?;node=muc_bans_sha256"]';
export const blocklists = v.array(
  v.pipe(
    text(BLOCKLISTS),
    v.regex(/^xmpp:[^\s?;/]+\?;node=[^\s;&]+$/u, BLOCKLISTS),
    v.transform((uri) => {
      const [service = '', node = ''] = uri.slice('xmpp:'.length).split('?;node=');
      return { service: service.toLowerCase(), node: decodeNode(node) };
    }),
  ),
  BLOCKLISTS,
);

/** Percent-encoded, as a URI has it; one that is not is taken as it stands. */
function decodeNode(node: string): string {
  try {
    return decodeURIComponent(node);
  } catch {
    return node;
  }
}

const SECRET = 'must be a secret of at least 8 characters';
export const component = v.pipe(
  v.strictObject(
    {
      secret: v.optional(
        v.pipe(
          text(SECRET),
          v.check((secret) => secret === '' || secret.length >= 8, SECRET),
        ),
        '',
      ),
      secret_file: v.optional(file, ''),
    },
    'must be a table with a secret or a secret_file',
  ),
  v.check(
    ({ secret, secret_file }) => (secret === '') !== (secret_file === ''),
    'must have either a secret or a secret_file',
  ),
);

const LED = 'must be a light of /sys/class/leds such as "ACT"';
export const light = v.pipe(text(LED), v.regex(/^[^/]*$/, LED));
