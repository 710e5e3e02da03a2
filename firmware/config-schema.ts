/** Every key of casp3r.toml with its default and what it may be. The keys of later issues are taken already. */
import { isIP } from 'node:net';
import * as v from 'valibot';
import { isPlace } from '../xmpp/stream/proxies.ts';

const text = (say: string) => v.string(say);
const flag = v.boolean('must be true or false');
const port = whole(0, 65_535, 'must be a port from 1 to 65535, or 0 to switch it off');
const size = whole(0, Number.MAX_SAFE_INTEGER, 'must be a number of bytes; 0 for no limit but the disk');
const days = whole(0, 36_500, 'must be a number of days; 0 for as long as the account');
const limit = whole(0, Number.MAX_SAFE_INTEGER, 'must be a whole number; 0 switches the limit off');
const domain = v.pipe(
  text('must be a domain such as "chat.example"'),
  v.regex(/^(?=.{1,253}$)[^\s@/."'<>&:]+(\.[^\s@/."'<>&:]+)*$/u, 'must be a domain such as "chat.example"'),
  v.transform((name) => name.toLowerCase()),
);

function whole(least: number, most: number, say: string) {
  return v.pipe(v.number(say), v.integer(say), v.minValue(least, say), v.maxValue(most, say));
}

function oneOf<const T extends readonly string[]>(names: T) {
  return v.picklist(names, `must be one of ${names.map((name) => `"${name}"`).join(', ')}`);
}

/** A table whose keys all have defaults, and which may itself be left out. */
function table<T extends v.ObjectEntries>(entries: T) {
  return v.optional(v.strictObject(entries, 'must be a table'), {} as never);
}

const hostAndPort = v.pipe(
  text('must be "ADDRESS:PORT"'),
  v.regex(
    /^(\[[0-9a-fA-F:.]+\]|[^\s:[\]]+):\d{1,5}( tls)?$/,
    'must be "ADDRESS:PORT", such as "192.0.2.7:5269" or "[2001:db8::7]:5269", or "ADDRESS:PORT tls" for direct TLS',
  ),
);

const BLOCKLISTS = 'must be a list of nodes such as ["xmpp:xmppbl.org?;node=muc_bans_sha256"]';
const blocklist = v.pipe(
  text(BLOCKLISTS),
  v.regex(/^xmpp:[^\s?;/]+\?;node=[^\s;&]+$/u, BLOCKLISTS),
  v.transform((uri) => {
    const [service = '', node = ''] = uri.slice('xmpp:'.length).split('?;node=');
    return { service: service.toLowerCase(), node: decodeNode(node) };
  }),
);

/** Percent-encoded, as a URI has it; one that is not is taken as it stands. */
function decodeNode(node: string): string {
  try {
    return decodeURIComponent(node);
  } catch {
    return node;
  }
}

const PROXIES = 'must be a list of addresses or ranges such as ["127.0.0.1", "10.0.0.0/8"]';
const proxyPlace = v.pipe(text(PROXIES), v.check(isPlace, PROXIES));
const EXTERNAL = 'must be the IP address that the Internet sees; empty for what DNS says of the domain';
const RANGE = 'must be "FIRST-LAST", two ports from 1024 to 65535';
const portRange = v.pipe(
  text(RANGE),
  v.regex(/^\d{4,5}-\d{4,5}$/, RANGE),
  v.transform((range) => {
    const [first = 0, last = 0] = range.split('-').map(Number);
    return { first, last };
  }),
  v.check(({ first, last }) => first >= 1024 && first <= last && last <= 65_535, RANGE),
);

const SECRET = 'must be a secret of at least 8 characters';
const component = v.pipe(
  v.strictObject(
    {
      secret: v.optional(
        v.pipe(
          text(SECRET),
          v.check((secret) => secret === '' || secret.length >= 8, SECRET),
        ),
        '',
      ),
      secret_file: v.optional(text('must be a file'), ''),
    },
    'must be a table with a secret or a secret_file',
  ),
  v.check(
    ({ secret, secret_file }) => (secret === '') !== (secret_file === ''),
    'must have either a secret or a secret_file',
  ),
);

const uris = v.array(
  v.pipe(
    text('must be an address'),
    v.regex(/^[a-z][a-z0-9+.-]*:\S+$/i, 'must be an address such as "mailto:abuse@chat.example"'),
  ),
  'must be a list of addresses',
);

const outsideUrl = v.pipe(
  text('must be an address that begins with https://'),
  v.check(
    (url) => url === '' || (/^https:\/\/[^?#]+$/.test(url) && URL.canParse(url)),
    'must be an address that begins with https://, without ? and #',
  ),
  v.transform((url) => url.replace(/\/+$/, '')),
);

const PEM_FILE = 'must be a file';
const LED = 'must be a light of /sys/class/leds such as "ACT"';
const bcmPin = whole(0, 27, 'must be a BCM pin from 0 to 27');

export const configSchema = v.strictObject({
  data: v.optional(v.pipe(text('must be a folder'), v.minLength(1, 'must be a folder')), './data'),
  log: v.optional(oneOf(['error', 'warn', 'info', 'debug']), 'info'),
  server: table({
    domain: v.optional(domain, 'casp3r.local'),
    fallbacks: v.optional(v.array(domain, 'must be a list of domains'), []),
    contact: table({
      abuse: v.optional(uris),
      admin: v.optional(uris),
      feedback: v.optional(uris),
      sales: v.optional(uris),
      security: v.optional(uris),
      status: v.optional(uris),
      support: v.optional(uris),
    }),
  }),
  listen: table({
    address: v.optional(v.pipe(text('must be an IP address'), v.ip('must be an IP address; "::" takes all')), '::'),
    c2s: v.optional(port, 5222),
    c2s_tls: v.optional(port, 5223),
    s2s: v.optional(port, 5269),
    s2s_tls: v.optional(port, 5270),
    http: v.optional(port, 5280),
    https: v.optional(port, 5281),
    proxy: v.optional(port, 7777),
    proxy_protocol: v.optional(v.array(proxyPlace, PROXIES), []),
    component: v.optional(port, 5347),
    component_address: v.optional(
      v.pipe(text('must be an IP address'), v.ip('must be an IP address; "127.0.0.1" for this machine only')),
      '127.0.0.1',
    ),
    allow_plain_loopback: v.optional(flag, false),
  }),
  tls: table({
    certificate: v.optional(text('must be a file'), ''),
    key: v.optional(text('must be a file'), ''),
    domains: v.optional(
      v.record(
        domain,
        v.strictObject(
          { certificate: text(PEM_FILE), key: text(PEM_FILE) },
          'must be a table with certificate and key',
        ),
        'must be a table of domains, each with certificate and key',
      ),
      {},
    ),
  }),
  access: table({
    mode: v.optional(oneOf(['private', 'family', 'community', 'open']), 'family'),
    registration: v.optional(oneOf(['closed', 'invite', 'open'])),
    log_days: v.optional(whole(0, 36_500, 'must be a number of days; 0 keeps the record for ever'), 365),
    forward_reports: v.optional(flag, false),
    blocklists: v.optional(v.array(blocklist, BLOCKLISTS), []),
  }),
  archive: table({
    days: v.optional(whole(0, 36_500, 'must be a number of days; 0 keeps messages for ever'), 0),
    search: v.optional(flag, true),
  }),
  rooms: table({
    public: v.optional(flag, false),
    members_only: v.optional(flag, true),
    anonymous: v.optional(flag, false),
    archive: v.optional(flag, true),
    archive_days: v.optional(whole(0, 36_500, 'must be a number of days; 0 for as long as [archive] says'), 0),
    persistent: v.optional(flag, true),
    max_occupants: v.optional(
      v.picklist(
        [0, 10, 20, 30, 50, 100, 200, 500],
        'must be 10, 20, 30, 50, 100, 200 or 500; 0 for no limit of its own',
      ),
      100,
    ),
  }),
  limits: table({
    stanza_bytes: v.optional(
      v.pipe(
        limit,
        v.check(
          (bytes) => bytes === 0 || bytes >= 10_000,
          'must be 0 or at least 10000, which RFC 6120 asks of every server',
        ),
      ),
      262_144,
    ),
    streams_per_address: v.optional(limit, 50),
    stanzas_per_second: v.optional(limit, 100),
    logins_per_minute: v.optional(limit, 30),
    registrations_per_hour: v.optional(limit, 20),
    csi: v.optional(flag, true),
    archive_bytes: v.optional(limit, 2_147_483_648),
    node_bytes: v.optional(limit, 104_857_600),
    private_bytes: v.optional(limit, 10_485_760),
  }),
  upload: table({
    max_bytes: v.optional(size, 104_857_600),
    quota_bytes: v.optional(size, 2_147_483_648),
    days: v.optional(days, 90),
    url: v.optional(outsideUrl, ''),
  }),
  web: table({
    url: v.optional(outsideUrl, ''),
  }),
  federation: table({
    enabled: v.optional(flag, true),
    mode: v.optional(oneOf(['open', 'allow-list']), 'open'),
    allow: v.optional(v.array(domain, 'must be a list of domains'), []),
    deny: v.optional(v.array(domain, 'must be a list of domains'), []),
    require_certificate: v.optional(flag, false),
    dialback: v.optional(flag, true),
    stanzas_per_second: v.optional(limit, 500),
    share_peers: v.optional(flag, false),
    ca: v.optional(text('must be a file'), ''),
    hosts: v.optional(v.record(domain, hostAndPort, 'must be a table of domain = "ADDRESS:PORT"'), {}),
    domains: v.optional(
      v.record(
        domain,
        v.strictObject(
          { require_certificate: v.optional(flag), dialback: v.optional(flag), stanzas_per_second: v.optional(limit) },
          'must be a table',
        ),
        'must be a table of domains, each a table',
      ),
      {},
    ),
  }),
  calls: table({
    enabled: v.optional(flag, true),
    port: v.optional(whole(1, 65_535, 'must be a port from 1 to 65535'), 3478),
    tls_port: v.optional(port, 5349),
    relay_ports: v.optional(portRange, '49152-49251'),
    external_ip: v.optional(
      v.pipe(
        text(EXTERNAL),
        v.check((address) => address === '' || isIP(address) !== 0, EXTERNAL),
      ),
      '',
    ),
    allow_lan: v.optional(flag, false),
  }),
  tor: table({
    enabled: v.optional(flag, false),
  }),
  components: v.optional(
    v.record(domain, component, 'must be a table of domains, each with a secret or a secret_file'),
    {},
  ),
  dns: table({
    servers: v.optional(
      v.array(
        v.pipe(
          text('must be an IP address'),
          v.check(
            (server) => isIP(server) !== 0 || /^(\[[0-9a-fA-F:.]+\]|[\d.]+):\d{1,5}$/.test(server),
            'must be an IP address',
          ),
        ),
        'must be a list of IP addresses',
      ),
      [],
    ),
  }),
  panel: table({
    display: v.optional(oneOf(['auto', 'ssd1306', 'sh1106', 'simulated', 'none']), 'auto'),
    language: v.optional(oneOf(['en', 'de']), 'en'),
    i2c_bus: v.optional(whole(0, 255, 'must be the number of an I2C bus'), 1),
    i2c_address: v.optional(whole(0x03, 0x77, 'must be an I2C address from 0x03 to 0x77'), 0x3c),
    column_offset: v.optional(v.picklist(['auto', 0, 2, 4], 'must be "auto", 0, 2 or 4'), 'auto'),
    rotation: v.optional(v.picklist([0, 180], 'must be 0 or 180'), 0),
    contrast: v.optional(whole(0, 255, 'must be a number from 0 to 255'), 207),
    inverted: v.optional(flag, false),
    led: v.optional(v.pipe(text(LED), v.regex(/^[^/]*$/, LED)), ''),
    buttons: table({
      pair: v.optional(bcmPin, 17),
      page: v.optional(bcmPin, 27),
      power: v.optional(bcmPin, 22),
    }),
  }),
});

export type ConfigFile = v.InferOutput<typeof configSchema>;
export type LogLevel = ConfigFile['log'];

/** The keys that a table of the schema knows, for suggestions. Empty where any key goes. */
export function knownKeys(path: readonly string[]): string[] {
  let entries: Record<string, unknown> = configSchema.entries;
  for (const name of path) {
    const next = entries[name] as { wrapped?: { entries?: Record<string, unknown> } } | undefined;
    if (!next?.wrapped?.entries) return [];
    entries = next.wrapped.entries;
  }
  return Object.keys(entries);
}
