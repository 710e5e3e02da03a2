/** Prosody 0.12 as Debian has it, in a folder of its own. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Internet } from '../../kit/internet.ts';
import { demand } from '../peer.ts';
import { Program } from './program.ts';
import { ForeignServer, passwordOf, type ServerOptions, type Site, siteFor } from './server.ts';

const PROGRAM = '/usr/bin/prosody';
export const hasProsody = demand(existsSync(PROGRAM), 'Prosody', 'apt-get install prosody');

const MODULES = [
  ...['roster', 'saslauth', 'disco', 'presence', 'message', 'iq', 'ping', 'pep', 'vcard4', 'vcard_legacy', 'blocklist'],
  ...['carbons', 'mam', 'offline', 'smacks', 'time', 'version', 'lastactivity', 'private', 'limits'],
];

export async function startProsody(internet: Internet, options: ServerOptions): Promise<ForeignServer> {
  const site = await siteFor('prosody', internet, options, ['rooms', 'files', 'lists']);
  const { domain, accounts, folder } = site;
  const file = join(folder, 'prosody.cfg.lua');
  writeFileSync(file, configuration({ ...site, dns: internet.dnsServer }));
  keepAccounts(join(folder, 'data'), domain, accounts);
  const launch = () => Program.start(PROGRAM, ['-F', '--config', file], 'prosody is ready');
  return ForeignServer.start(internet, { ...site, launch });
}

interface Told extends Site {
  dns: string;
}

/** Its own resolver knows no ports: what it asks of port 53 is brought to ours. Where it would use unbound, it is told that there is none. */
function configuration({
  domain,
  address,
  c2s,
  s2s,
  s2sTls,
  http,
  folder,
  dns,
  certificate,
  ca,
  proof,
  bidi,
  keeper,
}: Told): string {
  const [dnsAddress, dnsPort] = dns.split(':');
  const modules = [...MODULES, 'tls', 's2s', 's2s_auth_certs', ...(bidi ? ['s2s_bidi'] : [])];
  if (keeper !== undefined) modules.push('server_contact_info');
  const disabled = proof === 'certificate' ? ['dialback'] : [];
  return `
package.preload.lunbound = function () error("the test has a resolver of its own") end
do
  local methods = getmetatable(require "socket".udp4()).__index
  local connect = methods.setpeername
  methods.setpeername = function (self, host, port)
    if port == 53 then host, port = ${lua(dnsAddress ?? '')}, ${dnsPort} end
    return connect(self, host, port)
  end
end
prosody.events.add_handler("server-started", function () io.stdout:write("prosody is ready\\n"); io.stdout:flush() end)
run_as_root = true
log = { { levels = { min = "info" }, to = "console" } }
data_path = ${lua(join(folder, 'data'))}
pidfile = ${lua(join(folder, 'pid'))}
interfaces = { ${lua(address)} }
local_interfaces = { ${lua(address)} }
c2s_ports = { ${c2s} }
s2s_ports = { ${s2s || ''} }
s2s_direct_tls_ports = { ${s2sTls || ''} }
http_ports = { ${http} }
http_interfaces = { ${lua(address)} }
https_ports = {}
modules_enabled = { ${[...modules, ...(disabled.length > 0 ? [] : ['dialback'])].map(lua).join(', ')} }
modules_disabled = { ${[...disabled, 'posix', 'admin_socket'].map(lua).join(', ')} }
authentication = "internal_plain"
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
s2s_require_encryption = true
s2s_secure_auth = ${proof === 'certificate'}
archive_expires_after = "never"
default_archive_policy = true
ssl = {
  certificate = ${lua(certificate.certificate)};
  key = ${lua(certificate.key)};
  cafile = ${lua(ca)};
  capath = false;
}
VirtualHost ${lua(domain)}
${keeper === undefined ? '' : `  contact_info = { abuse = { ${lua(`xmpp:${keeper}@${domain}`)} } }`}
Component ${lua(`rooms.${domain}`)} "muc"
  modules_enabled = { "muc_mam" }
  muc_room_default_public = true
Component ${lua(`files.${domain}`)} "http_file_share"
${keeper === undefined ? '' : kept(domain, `${keeper}@${domain}`)}`;
}

const kept = (domain: string, keeper: string) => `
Component ${lua(`lists.${domain}`)} "pubsub"
  admins = { ${lua(keeper)} }
`;

/** As its storage has them: a folder for the host and a file for each account. */
function keepAccounts(data: string, domain: string, accounts: readonly string[]): void {
  const host = encodeURIComponent(domain).toLowerCase().replaceAll('.', '%2e');
  const folder = join(data, host, 'accounts');
  mkdirSync(folder, { recursive: true });
  for (const local of accounts)
    writeFileSync(join(folder, `${local}.dat`), `return { ["password"] = ${lua(passwordOf(local))} };\n`);
}

const lua = (text: string) => JSON.stringify(text);
