import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ownCertificate } from '../../firmware/certificate.ts';
import { checkCertificate } from '../../firmware/certificate-files.ts';
import { CertificateKeeper } from '../../firmware/certificate-keeper.ts';
import { systemClock } from '../../xmpp/clock.ts';
import { Authority } from '../kit/ca.ts';
import { silentLog } from '../xmpp/extensions/harness.ts';

const DAY_MS = 86_400_000;
const NOW_MS = Date.parse('2026-11-22T12:00:00Z');
const names = { domains: ['casp3r.local', 'chat.example', 'localhost'], addresses: ['192.168.1.7', 'fd00::7'] };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'casp3r-tls-'));
});
afterEach(() => rmSync(folder, { recursive: true }));
const shown = () => new X509Certificate(readFileSync(join(folder, 'certificate.pem')));

describe('the box’s own certificate', () => {
  it('names all that the box serves, for its owner’s eyes only', async () => {
    expect(await ownCertificate(folder, names, NOW_MS)).toMatchObject({ made: true });
    for (const domain of names.domains) expect(shown().checkHost(domain)).toBe(domain);
    for (const address of names.addresses) expect(shown().checkIP(address)).toBe(address);
    expect(shown().publicKey.asymmetricKeyDetails?.namedCurve).toBe('prime256v1');
    expect(shown().verify(shown().publicKey)).toBe(true);
    expect(Date.parse(shown().validTo) - Date.parse(shown().validFrom)).toBeLessThanOrEqual(825 * DAY_MS);
    for (const file of ['certificate.pem', 'key.pem']) expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600);
  });

  it('serves TLS 1.3 to a client that trusts it', async () => {
    const files = await ownCertificate(folder, names, Date.now());
    const pem = readFileSync(files.certificate);
    const server = createServer({ cert: pem, key: readFileSync(files.key) }, (socket) => socket.end('hello'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const protocol = await new Promise((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port, ca: pem, servername: 'chat.example' }, () => {
        resolve(socket.getProtocol());
        socket.end();
      });
      socket.on('error', reject);
    });
    server.close();
    expect(protocol).toBe('TLSv1.3');
  });

  it('stays as long as it covers the names, whatever the addresses do', async () => {
    await ownCertificate(folder, names, NOW_MS);
    const before = shown().fingerprint256;
    expect(await ownCertificate(folder, { ...names, addresses: ['10.0.0.1'] }, NOW_MS + 700 * DAY_MS)).toMatchObject({
      made: false,
    });
    expect(shown().fingerprint256).toBe(before);
  });

  it.each([
    ['a name is missing', { ...names, domains: [...names.domains, 'new.example'] }, NOW_MS],
    ['it is near its end', names, NOW_MS + 780 * DAY_MS],
  ])('is made anew with the same key where %s', async (_, wanted, nowMs) => {
    await ownCertificate(folder, names, NOW_MS);
    const before = shown();
    expect(await ownCertificate(folder, wanted, nowMs)).toMatchObject({ made: true });
    expect(shown().fingerprint256).not.toBe(before.fingerprint256);
    expect(shown().publicKey.equals(before.publicKey)).toBe(true);
  });
});

describe('a certificate of the owner’s', () => {
  it('is told apart from what is none, and from another one’s key', async () => {
    const files = await ownCertificate(folder, names, NOW_MS);
    expect(() => checkCertificate(files)).not.toThrow();
    const other = await ownCertificate(join(folder, 'other'), names, NOW_MS);
    expect(() => checkCertificate({ ...files, key: other.key })).toThrow(
      /other\/key\.pem cannot be used \(it is not the key/,
    );
    writeFileSync(files.certificate, 'no PEM');
    expect(() => checkCertificate(files)).toThrow(/certificate\.pem cannot be used/);
    expect(() => checkCertificate({ ...files, certificate: 'none.pem' })).toThrow(/none\.pem cannot be used \(ENOENT/);
  });
});

describe('what the owner’s certificates lack of a name that a server gets', () => {
  const keeper = async (domains?: Record<string, readonly string[]>, general?: readonly string[]) => {
    const authority = await Authority.create();
    const written = async (name: string, dnsNames: readonly string[]) => {
      const issued = await authority.issue({ domains: dnsNames });
      const files = { certificate: join(folder, `${name}.pem`), key: join(folder, `${name}.key`) };
      writeFileSync(files.certificate, issued.certificate);
      writeFileSync(files.key, issued.key);
      return files;
    };
    const own = await Promise.all(
      Object.entries(domains ?? {}).map(async ([name, dnsNames]) => [name, await written(name, dnsNames)] as const),
    );
    const given = general ? await written('general', general) : { certificate: '', key: '' };
    return new CertificateKeeper({
      given: { ...given, domains: Object.fromEntries(own) },
      components: [],
      folder,
      lan: () => ({ v4: [], v6: [] }),
      clock: systemClock,
      log: silentLog,
    });
  };

  it('is nothing where the box makes its own', async () => {
    expect((await keeper()).lacking('club.example')).toEqual([]);
  });

  it('is each name that no certificate of theirs has', async () => {
    const general = ['home.example', '*.home.example', 'club.example', 'rooms.club.example', 'upload.club.example'];
    const kept = await keeper({}, general);
    expect(kept.lacking('home.example')).toEqual([]);
    expect(kept.lacking('club.example').sort()).toEqual([
      'multicast.club.example',
      'proxy.club.example',
      'pubsub.club.example',
    ]);
    expect(kept.lacking('else.example')).toContain('else.example');
  });

  it('goes by the files of the nearest domain', async () => {
    const kept = await keeper({
      'example.org': ['example.org'],
      'münchen.example.org': ['*.xn--mnchen-3ya.example.org'],
    });
    expect(kept.lacking('münchen.example.org')).toEqual(['münchen.example.org']);
    expect(kept.lacking('chat.example.org')).toContain('rooms.chat.example.org');
    expect(kept.lacking('home.example')).toEqual([]);
  });
});
