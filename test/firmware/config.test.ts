import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkConfig, loadConfig, serverConfig } from '../../firmware/config.ts';
import { BoxError } from '../../firmware/errors.ts';
import { noExternalServices } from '../xmpp/extensions/harness.ts';

const problem = (toml: string): string => {
  try {
    checkConfig(toml, 'casp3r.toml');
  } catch (error) {
    if (error instanceof BoxError) return error.message;
    throw error;
  }
  return 'no problem';
};

describe('the keys of casp3r.toml', () => {
  it('all have defaults', () => {
    expect(checkConfig('', 'x')).toMatchObject({
      data: './data',
      log: 'info',
      server: { domain: 'casp3r.local', fallbacks: [] },
      listen: {
        address: '::',
        c2s: 5222,
        c2s_tls: 5223,
        s2s: 5269,
        s2s_tls: 5270,
        http: 5280,
        https: 5281,
        proxy: 7777,
      },
      access: { mode: 'family' },
      archive: { days: 0, search: true },
      rooms: {
        public: false,
        members_only: true,
        anonymous: false,
        archive: true,
        archive_days: 0,
        persistent: true,
        max_occupants: 100,
      },
      limits: { stanza_bytes: 262144, streams_per_address: 50 },
      upload: { max_bytes: 104857600, quota_bytes: 2147483648, days: 90, url: '' },
      federation: { enabled: true, hosts: {} },
      panel: { display: 'auto', i2c_bus: 1, i2c_address: 0x3c, buttons: { pair: 17, page: 27, power: 22 } },
    });
  });

  it('take the example of the documentation', () => {
    const toml = `data = "./data"
log = "info" # error warn info debug
[federation]
enabled = true
[federation.hosts]
"b.test" = "127.0.0.3:5269"
"c.test" = "[::1]:5269"
[dns]
servers = ["192.0.2.53"]
[panel]
i2c_address = 0x3c
[panel.buttons]
pair = 17`;
    expect(checkConfig(toml, 'x').federation.hosts).toEqual({ 'b.test': '127.0.0.3:5269', 'c.test': '[::1]:5269' });
  });

  it('take a domain in any form in which it can be written', () => {
    const toml =
      '[federation]\ndeny = ["xn--bcher-kva.Test", "Bücher.test"]\n[federation.hosts]\n"XN--BCHER-KVA.test" = "192.0.2.1:5269"';
    expect(checkConfig(toml, 'x').federation).toMatchObject({
      deny: ['bücher.test', 'bücher.test'],
      hosts: { 'bücher.test': '192.0.2.1:5269' },
    });
  });

  it.each([
    ['[listen]\nc2s_tsl = 1', 'casp3r.toml:2: unknown key "listen.c2s_tsl"; did you mean "c2s_tls"?'],
    ['\n[sever]\n', 'casp3r.toml:2: unknown key "sever"; did you mean "server"?'],
    ['[panel.buttons]\npear = 4', 'casp3r.toml:2: unknown key "panel.buttons.pear"; did you mean "pair"?'],
    ['[tls]\nzzzzzzz = 1', 'casp3r.toml:2: unknown key "tls.zzzzzzz"; known here: certificate, key, domains'],
    ['panel = { dsplay = "none" }', 'casp3r.toml:1: unknown key "panel.dsplay"; did you mean "display"?'],
  ])('an unknown key names its line and the nearest known one: %j', (toml, message) => {
    expect(problem(toml)).toBe(message);
  });

  it.each([
    [
      '[listen]\nc2s = "5222"',
      'casp3r.toml:2: listen.c2s must be a port from 1 to 65535, or 0 to switch it off, not "5222"',
    ],
    [
      '[listen]\n\nc2s = 65536',
      'casp3r.toml:3: listen.c2s must be a port from 1 to 65535, or 0 to switch it off, not 65536',
    ],
    ['log = "loud"', 'casp3r.toml:1: log must be one of "error", "warn", "info", "debug", not "loud"'],
    ['server = 3', 'casp3r.toml:1: server must be a table, not 3'],
    [
      '[server]\nfallbacks = ["a b"]',
      'casp3r.toml:2: server.fallbacks.0 must be a domain such as "chat.example", not "a b"',
    ],
    [
      '[limits]\nstanza_bytes = 99',
      'casp3r.toml:2: limits.stanza_bytes must be 0 or at least 10000, which RFC 6120 asks of every server, not 99',
    ],
    [
      '[tls]\ncertificate = "a.pem"',
      'casp3r.toml:2: tls.certificate and tls.key go together: give both files, or neither',
    ],
    [
      '[federation.hosts]\n"b.test" = "127.0.0.3"',
      'casp3r.toml:2: federation.hosts.b.test must be "ADDRESS:PORT", such as "192.0.2.7:5269" or "[2001:db8::7]:5269", or "ADDRESS:PORT tls" for direct TLS, not "127.0.0.3"',
    ],
  ])('a bad value says what is allowed: %j', (toml, message) => {
    expect(problem(toml)).toBe(message);
  });

  it('a text that is not TOML names its line', () => {
    expect(problem('log = "info"\ndata = nonsense here')).toMatch(/^casp3r\.toml:2: this is not TOML: ./);
  });

  it('of several problems the first in the file is told', () => {
    expect(problem('lag = 1\n[listen]\nc2s = -1')).toContain('casp3r.toml:1: unknown key "lag"');
  });
});

describe('where the configuration is found', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'casp3r-config-'));
    mkdirSync(join(folder, 'elsewhere'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const write = (name: string, domain: string) =>
    writeFileSync(join(folder, name), `[server]\ndomain = "${domain}"\n[tls]\ncertificate = "c.pem"\nkey = "k.pem"`);

  it('--config goes before $CASP3R_CONFIG before ./casp3r.toml before the defaults', () => {
    const load = (file?: string, env = {}) => loadConfig({ file, env, cwd: folder }).server.domain;
    expect(load()).toBe('casp3r.local');
    write('casp3r.toml', 'here.test');
    write('elsewhere/other.toml', 'env.test');
    write('flag.toml', 'flag.test');
    expect(load()).toBe('here.test');
    expect(load(undefined, { CASP3R_CONFIG: 'elsewhere/other.toml' })).toBe('env.test');
    expect(load('flag.toml', { CASP3R_CONFIG: 'elsewhere/other.toml' })).toBe('flag.test');
  });

  it('relative paths are relative to the file, and $CASP3R_DATA goes before `data`', () => {
    write('elsewhere/other.toml', 'x.test');
    const config = loadConfig({ file: 'elsewhere/other.toml', env: {}, cwd: folder });
    expect(config.data).toBe(join(folder, 'elsewhere/data'));
    expect(config.tls.key).toBe(join(folder, 'elsewhere/k.pem'));
    expect(loadConfig({ env: { CASP3R_DATA: 'mine' }, cwd: folder }).data).toBe(join(folder, 'mine'));
  });

  it('a file that was asked for and is not there is an error', () => {
    expect(() => loadConfig({ file: 'no.toml', env: {}, cwd: folder })).toThrow(
      /There is no configuration file .*no\.toml/,
    );
    expect(() => loadConfig({ file: 'elsewhere', env: {}, cwd: folder })).toThrow(/cannot be read \(EISDIR/);
  });

  it('gives the XMPP server its part', () => {
    const tls = { certificate: 'c', key: 'k' };
    const uploadUrl = (domain: string) => `https://${domain}/upload`;
    const facts = {
      tls,
      componentSecrets: new Map(),
      externalServices: noExternalServices,
      uploadUrl,
      roomBytes: () => 1,
      reachableAt: (domain: string) => domain,
      invitationUrl: () => undefined,
      onion: () => '',
    };
    const config = serverConfig(loadConfig({ env: {}, cwd: folder }), facts);
    expect(config).toMatchObject({
      listen: { c2s: 5222, c2sTls: 5223, s2s: 5269, s2sTls: 5270, proxy: 7777 },
      tls,
      limits: { bytesBeforeLogin: 10_000 },
      upload: { maxBytes: 104_857_600, quotaBytes: 2_147_483_648, days: 90 },
    });
  });
});
