/** Every key of casp3r.toml with its default and what it may be. */
import * as v from 'valibot';
import {
  bcmPin,
  blocklists,
  component,
  days,
  domain,
  domains,
  externalIp,
  file,
  flag,
  ipAddress,
  light,
  limit,
  nameServers,
  oneOf,
  outsideUrl,
  places,
  port,
  portRange,
  proxies,
  size,
  table,
  text,
  uris,
  whole,
} from './config-values.ts';

export const configSchema = v.strictObject({
  data: v.optional(v.pipe(text('must be a folder'), v.minLength(1, 'must be a folder')), './data'),
  log: v.optional(oneOf(['error', 'warn', 'info', 'debug']), 'info'),
  server: table({
    domain: v.optional(domain, 'casp3r.local'),
    fallbacks: v.optional(domains, []),
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
    address: v.optional(ipAddress('"::" takes all'), '::'),
    c2s: v.optional(port, 5222),
    c2s_tls: v.optional(port, 5223),
    s2s: v.optional(port, 5269),
    s2s_tls: v.optional(port, 5270),
    http: v.optional(port, 5280),
    https: v.optional(port, 5281),
    proxy: v.optional(port, 7777),
    proxy_protocol: v.optional(proxies, []),
    component: v.optional(port, 5347),
    component_address: v.optional(ipAddress('"127.0.0.1" for this machine only'), '127.0.0.1'),
    allow_plain_loopback: v.optional(flag, false),
  }),
  tls: table({
    certificate: v.optional(file, ''),
    key: v.optional(file, ''),
    domains: v.optional(
      v.record(
        domain,
        v.strictObject({ certificate: file, key: file }, 'must be a table with certificate and key'),
        'must be a table of domains, each with certificate and key',
      ),
      {},
    ),
  }),
  access: table({
    mode: v.optional(oneOf(['private', 'family', 'community', 'open']), 'family'),
    registration: v.optional(oneOf(['closed', 'invite', 'open'])),
    log_days: v.optional(days('keeps the record for ever'), 365),
    forward_reports: v.optional(flag, false),
    blocklists: v.optional(blocklists, []),
  }),
  archive: table({
    days: v.optional(days('keeps messages for ever'), 0),
    search: v.optional(flag, true),
  }),
  rooms: table({
    public: v.optional(flag, false),
    members_only: v.optional(flag, true),
    anonymous: v.optional(flag, false),
    archive: v.optional(flag, true),
    archive_days: v.optional(days('for as long as [archive] says'), 0),
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
    days: v.optional(days('for as long as the account'), 90),
    url: v.optional(outsideUrl, ''),
  }),
  web: table({
    url: v.optional(outsideUrl, ''),
  }),
  federation: table({
    enabled: v.optional(flag, true),
    mode: v.optional(oneOf(['open', 'allow-list']), 'open'),
    allow: v.optional(domains, []),
    deny: v.optional(domains, []),
    require_certificate: v.optional(flag, false),
    dialback: v.optional(flag, true),
    stanzas_per_second: v.optional(limit, 500),
    share_peers: v.optional(flag, false),
    ca: v.optional(file, ''),
    hosts: v.optional(v.record(domain, places, 'must be a table of domain = "ADDRESS:PORT"'), {}),
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
    external_ip: v.optional(externalIp, ''),
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
    servers: v.optional(nameServers, []),
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
    led: v.optional(light, ''),
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
