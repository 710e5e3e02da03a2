import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ownCertificate } from '../../firmware/certificate.ts';
import { checkCertificate } from '../../firmware/certificate-files.ts';

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
