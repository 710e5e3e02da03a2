/** casp3r.toml: found, read, checked, and turned into what the parts of the box are told. smol-toml's and valibot's home. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parse, TomlError } from 'smol-toml';
import * as v from 'valibot';
import type { ServerConfig } from '../xmpp/config.ts';
import type { CertificateFiles } from './certificate-files.ts';
import { lineOf, nearest } from './config-lines.ts';
import { type ConfigFile, configSchema, knownKeys } from './config-schema.ts';
import { BoxError, reasonOf } from './errors.ts';

/** The file's keys, with defaults for those left out; `data` and the files of [tls] are absolute paths. */
export interface Config extends ConfigFile {
  /** Where it came from; undefined where there is no file and all is default. */
  file: string | undefined;
}

export interface ConfigPlace {
  /** What --config says. */
  file?: string | undefined;
  env: NodeJS.ProcessEnv;
  cwd: string;
}

const SYSTEM_FILE = '/etc/casp3r/casp3r.toml';

/**
 * Reads the first of: --config, $CASP3R_CONFIG, ./casp3r.toml, /etc/casp3r/casp3r.toml; none is all defaults. Relative paths in
 * a file are relative to its folder; $CASP3R_DATA goes before `data`.
 * @throws BoxError config-missing, config-unreadable, config-invalid
 */
export function loadConfig({ file, env, cwd }: ConfigPlace): Config {
  const named = file ?? (env.CASP3R_CONFIG || undefined);
  const path = named === undefined ? [resolve(cwd, 'casp3r.toml'), SYSTEM_FILE].find(existsSync) : resolve(cwd, named);
  const config = path === undefined ? checkConfig('', 'casp3r.toml') : checkConfig(read(path), path);
  const folder = path === undefined ? cwd : dirname(path);
  const inFolder = (name: string) => (name === '' ? '' : resolve(folder, name));
  const filesIn = ({ certificate, key }: CertificateFiles) => ({
    certificate: inFolder(certificate),
    key: inFolder(key),
  });
  return {
    ...config,
    file: path,
    data: env.CASP3R_DATA ? resolve(cwd, env.CASP3R_DATA) : resolve(folder, config.data),
    tls: {
      ...filesIn(config.tls),
      domains: Object.fromEntries(Object.entries(config.tls.domains).map(([name, files]) => [name, filesIn(files)])),
    },
    components: Object.fromEntries(
      Object.entries(config.components).map(([domain, { secret, secret_file }]) => [
        domain,
        { secret, secret_file: inFolder(secret_file) },
      ]),
    ),
    federation: { ...config.federation, ca: inFolder(config.federation.ca) },
  };
}

/** Checks a text; `file` is only for the messages. @throws BoxError config-invalid, for the first problem in the text */
export function checkConfig(toml: string, file: string): ConfigFile {
  const result = v.safeParse(configSchema, parseToml(toml, file));
  if (!result.success) {
    const problems = result.issues.map((issue) => {
      const path = (issue.path ?? []).map((part) => String(part.key));
      return { line: lineOf(toml, path), problem: describe(issue, path) };
    });
    problems.sort((one, other) => one.line - other.line);
    throw new BoxError('config-invalid', { file, ...problems[0] });
  }
  const { tls } = result.output;
  if ((tls.certificate === '') !== (tls.key === '')) {
    const problem = 'tls.certificate and tls.key go together: give both files, or neither';
    throw new BoxError('config-invalid', {
      file,
      line: lineOf(toml, ['tls', tls.key === '' ? 'certificate' : 'key']),
      problem,
    });
  }
  return result.output;
}

/** What only the running box knows: `tls` names the files in use, its own or the owner's; where it is found, what it can hold. */
export interface BoxFacts {
  tls: ServerConfig['tls'];
  componentSecrets: ServerConfig['components']['secrets'];
  externalServices: ServerConfig['externalServices'];
  uploadUrl: ServerConfig['upload']['url'];
  roomBytes: ServerConfig['upload']['roomBytes'];
  reachableAt: ServerConfig['reachableAt'];
  invitationUrl: ServerConfig['invitationUrl'];
  onion: NonNullable<ServerConfig['onion']>;
  torSocket?: ServerConfig['torSocket'];
  power?: ServerConfig['power'];
  downloads?: ServerConfig['downloads'];
  imports?: ServerConfig['imports'];
}

/** What the XMPP server is told. */
export function serverConfig(config: Config, facts: BoxFacts): ServerConfig {
  const {
    tls,
    componentSecrets,
    externalServices,
    uploadUrl,
    roomBytes,
    reachableAt,
    invitationUrl,
    onion,
    torSocket,
    power,
    downloads,
    imports,
  } = facts;
  const { listen, limits, archive, access, rooms, upload } = config;
  return {
    listen: {
      address: listen.address,
      c2s: listen.c2s,
      c2sTls: listen.c2s_tls,
      s2s: listen.s2s,
      s2sTls: listen.s2s_tls,
      proxy: listen.proxy,
      proxyProtocol: listen.proxy_protocol,
    },
    components: { address: listen.component_address, port: listen.component, secrets: componentSecrets },
    tls: { ...tls, byDomain: config.tls.domains },
    allowPlainLoopback: listen.allow_plain_loopback,
    archive: { days: archive.days, search: archive.search },
    access: { logDays: access.log_days, forwardReports: access.forward_reports, blocklists: access.blocklists },
    rooms: {
      public: rooms.public,
      membersOnly: rooms.members_only,
      anonymous: rooms.anonymous,
      archive: rooms.archive,
      archiveDays: rooms.archive_days,
      persistent: rooms.persistent,
      maxOccupants: rooms.max_occupants,
    },
    limits: {
      stanzaBytes: limits.stanza_bytes,
      bytesBeforeLogin: 10_000,
      depth: 100,
      attributes: 100,
      streamsPerAddress: limits.streams_per_address,
      stanzasPerSecond: limits.stanzas_per_second,
      loginsPerMinute: limits.logins_per_minute,
      registrationsPerHour: limits.registrations_per_hour,
      loginSeconds: 60,
      resumeSeconds: 900,
      resumeStanzas: 1000,
    },
    csi: limits.csi,
    quotas: { archive: limits.archive_bytes, nodes: limits.node_bytes, private: limits.private_bytes },
    upload: {
      maxBytes: upload.max_bytes,
      quotaBytes: upload.quota_bytes,
      days: upload.days,
      url: uploadUrl,
      roomBytes,
    },
    federation: federationConfig(config.federation),
    dns: config.dns,
    externalServices,
    reachableAt,
    invitationUrl,
    onion,
    contact: config.server.contact,
    ...(torSocket && { torSocket }),
    ...(power && { power }),
    ...(downloads && { downloads }),
    ...(imports && { imports }),
  };
}

function federationConfig(keys: Config['federation']): ServerConfig['federation'] {
  const { require_certificate, stanzas_per_second, share_peers, domains, ...rest } = keys;
  const own = Object.entries(domains).map(([domain, rules]) => [
    domain,
    {
      ...(rules.require_certificate === undefined ? {} : { requireCertificate: rules.require_certificate }),
      ...(rules.dialback === undefined ? {} : { dialback: rules.dialback }),
      ...(rules.stanzas_per_second === undefined ? {} : { stanzasPerSecond: rules.stanzas_per_second }),
    },
  ]);
  return {
    ...rest,
    requireCertificate: require_certificate,
    stanzasPerSecond: stanzas_per_second,
    sharePeers: share_peers,
    domains: Object.fromEntries(own) as ServerConfig['federation']['domains'],
  };
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new BoxError(missing ? 'config-missing' : 'config-unreadable', { file: path, reason: reasonOf(error) });
  }
}

function parseToml(toml: string, file: string): unknown {
  try {
    return parse(toml);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    // The library's message goes on with an excerpt of the file; the first line is the reason.
    const reason = error.message.split('\n')[0]?.replace(/^Invalid TOML document: /, '') ?? '';
    throw new BoxError('config-invalid', { file, line: error.line, problem: `this is not TOML: ${reason}` });
  }
}

function describe(issue: v.BaseIssue<unknown>, path: string[]): string {
  const key = path.at(-1) ?? '';
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    const known = knownKeys(path.slice(0, -1));
    const meant = nearest(key, known);
    return `unknown key "${path.join('.')}"; ${meant ? `did you mean "${meant}"?` : `known here: ${known.join(', ')}`}`;
  }
  return `${path.join('.')} ${issue.message}, not ${JSON.stringify(issue.input)}`;
}
