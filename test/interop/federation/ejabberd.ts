/** ejabberd as Debian has it, in a folder of its own; without Erlang's distribution, so that no epmd is started and left behind. */
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Internet } from '../../kit/internet.ts';
import { demand } from '../peer.ts';
import { Program } from './program.ts';
import { ForeignServer, passwordOf, type ServerOptions, type Site, siteFor } from './server.ts';

/** Where Debian keeps Erlang's libraries, on each of its architectures. */
const LIBRARIES = readdirSync('/usr/lib')
  .map((name) => join('/usr/lib', name))
  .find((folder) => folder.endsWith('-linux-gnu') && readdirSync(folder).some((name) => name.startsWith('ejabberd-')));

export const hasEjabberd = demand(LIBRARIES !== undefined, 'ejabberd', 'apt-get install ejabberd');

export async function startEjabberd(internet: Internet, options: ServerOptions): Promise<ForeignServer> {
  const site = await siteFor('ejabberd', internet, options, ['rooms', 'nodes']);
  const { domain, accounts, folder } = site;
  const write = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  // JSON is YAML as well.
  const config = write('ejabberd.yml', JSON.stringify(configuration(site)));
  const [dnsAddress = '', dnsPort = ''] = internet.dnsServer.split(':');
  const inetrc = write('inetrc', '{lookup,[dns]}.\n{resolv_conf,""}.\n{hosts_file,""}.\n');
  const register = accounts.map(
    (local) => `_=ejabberd_auth:try_register(${[local, domain, passwordOf(local)].map(binary).join()})`,
  );
  const orders = [
    `inet_db:ins_ns({${dnsAddress.replaceAll('.', ',')}},${dnsPort})`,
    '{ok,_}=application:ensure_all_started(ejabberd)',
    ...register,
    'io:format("ejabberd is ready~n")',
    // When the test is gone, its end of the pipe is closed.
    'eof=io:get_line("")',
    'halt()',
  ];
  const database = JSON.stringify(join(folder, 'database'));
  const launch = () =>
    Program.start(
      '/usr/bin/erl',
      ['+S', '1', '+sbwt', 'none', '-noshell', '-mnesia', 'dir', database, '-eval', `${orders.join()}.`],
      'ejabberd is ready',
      {
        HOME: folder,
        ERL_LIBS: LIBRARIES ?? '',
        ERL_INETRC: inetrc,
        ERL_CRASH_DUMP: join(folder, 'crash'),
        EJABBERD_CONFIG_PATH: config,
        EJABBERD_LOG_PATH: join(folder, 'log'),
        SPOOL_DIR: folder,
      },
    );
  return ForeignServer.start(internet, { ...site, launch });
}

function configuration({ domain, address, c2s, s2s, s2sTls, certificate, ca, proof, keeper }: Site): object {
  const from = (port: number, facts: object) => (port === 0 ? [] : [{ port, ip: address, ...facts }]);
  return {
    hosts: [domain],
    loglevel: 'info',
    certfiles: [certificate.certificate, certificate.key],
    ca_file: ca,
    s2s_use_starttls: 'required',
    auth_password_format: 'plain',
    listen: [
      ...from(c2s, { module: 'ejabberd_c2s', access: 'all' }),
      ...from(s2s, { module: 'ejabberd_s2s_in' }),
      ...from(s2sTls, { module: 'ejabberd_s2s_in', tls: true }),
    ],
    access_rules: { all_may: { allow: 'all' } },
    modules: {
      mod_adhoc: {},
      mod_blocking: {},
      mod_caps: {},
      mod_carboncopy: {},
      mod_disco: keeper === undefined ? {} : { server_info: [abuseGoesTo(`xmpp:${keeper}@${domain}`)] },
      mod_last: {},
      mod_mam: { default: 'always' },
      mod_muc: { host: `rooms.${domain}`, access_create: 'all', default_room_options: { public: true, mam: true } },
      mod_ping: {},
      mod_privacy: {},
      mod_private: {},
      mod_pubsub: { host: `nodes.${domain}`, plugins: ['flat', 'pep'] },
      mod_roster: { versioning: true },
      ...(proof === 'certificate' ? {} : { mod_s2s_dialback: {} }),
      mod_stream_mgmt: {},
      mod_vcard: {},
      mod_version: {},
      mod_time: {},
    },
  };
}

const abuseGoesTo = (uri: string) => ({ modules: 'all', name: 'abuse-addresses', urls: [uri] });

const binary = (text: string) => `<<${[...Buffer.from(text)].join()}>>`;
