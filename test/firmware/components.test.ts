import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { CertificateKeeper } from '../../firmware/certificate-keeper.ts';
import { componentSecrets } from '../../firmware/component-secrets.ts';
import { checkConfig, loadConfig } from '../../firmware/config.ts';
import { systemClock } from '../../xmpp/clock.ts';
import { silentLog } from '../xmpp/extensions/harness.ts';

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'casp3r-components-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

it('a component has a secret in the file, or in a file beside it', () => {
  const cwd = folder();
  writeFileSync(join(cwd, 'irc.secret'), 'from a file\n');
  const toml =
    '[components]\n"IRC.test" = { secret_file = "irc.secret" }\n"echo.test" = { secret = "from the table" }\n';
  writeFileSync(join(cwd, 'casp3r.toml'), toml);
  const config = loadConfig({ env: {}, cwd });
  expect(Object.fromEntries(componentSecrets(config))).toEqual({
    'irc.test': 'from a file',
    'echo.test': 'from the table',
  });
  rmSync(join(cwd, 'irc.secret'));
  expect(() => componentSecrets(config)).toThrow(/component irc\.test cannot be read from .*irc\.secret \(ENOENT/);
});

it.each([
  ['"irc.test" = { secret = "short" }', /2: components\.irc\.test\.secret must be a secret of at least 8/],
  ['"irc.test" = {}', /2: components\.irc\.test must have either/],
  ['"irc.test" = { secret = "long enough", secret_file = "x" }', /2: components\.irc\.test must have either/],
  ['"irc.test" = { password = "long enough" }', /2: .*password/],
  ['"not a domain" = { secret = "long enough" }', /2: .*domain/],
])('%s is a mistake with its line', (line, problem) => {
  expect(() => checkConfig(`[components]\n${line}\n`, 'casp3r.toml')).toThrow(problem);
});

it('the own certificate names components below the domains of the box, and no others', async () => {
  const keeper = new CertificateKeeper({
    given: { certificate: '', key: '' },
    components: ['irc.home.test', 'irc.elsewhere.test', 'evilhome.test'],
    folder: join(folder(), 'tls'),
    lan: () => ({ v4: [], v6: [] }),
    clock: systemClock,
    log: silentLog,
  });
  const server = { id: '1', domain: 'home.test', fallbacks: [], mode: 'family', registration: 'closed' } as const;
  await keeper.prepare({
    servers: { all: () => [{ ...server, fallbacks: [] }] },
    components: { all: () => [{ domain: 'bot.home.test', secret: 'hush' }] },
  });
  const names = new X509Certificate(readFileSync(keeper.files.certificate)).subjectAltName ?? '';
  expect(names).toContain('DNS:irc.home.test');
  expect(names).toContain('DNS:bot.home.test');
  expect(names).not.toMatch(/elsewhere|evilhome/);
});
