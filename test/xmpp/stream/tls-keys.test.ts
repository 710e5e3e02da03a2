import { X509Certificate } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { TlsKeys } from '../../../xmpp/stream/tls.ts';
import { Authority, CertificateFolder } from '../../kit/ca.ts';

async function keys() {
  const folder = new CertificateFolder();
  onTestFinished(() => folder.remove());
  const authority = await Authority.create();
  const issue = async (name: string) => folder.writeIssued(name, await authority.issue({ domains: [name] }));
  const club = await issue('club.test');
  return {
    club,
    keys: new TlsKeys(await issue('home.test'), { 'club.test': club, 'bücher.test': await issue('book.test') }),
  };
}

const shown = (keys: TlsKeys, name: string | undefined) =>
  new X509Certificate(keys.identityFor(name).pem.certificate).subjectAltName;

test('a name is shown the certificate of its domain, and any other the one for all', async () => {
  const { keys: tls } = await keys();
  tls.reload();
  expect(shown(tls, 'club.test')).toBe('DNS:club.test');
  expect(shown(tls, 'rooms.Club.test')).toBe('DNS:club.test');
  expect(shown(tls, 'xn--bcher-kva.test')).toBe('DNS:book.test');
  expect(shown(tls, 'bücher.test')).toBe('DNS:book.test');
  for (const other of ['home.test', 'notclub.test', 'test', '', undefined])
    expect(shown(tls, other)).toBe('DNS:home.test');
});

test('one bad file among them leaves all as they were', async () => {
  const { keys: tls, club } = await keys();
  tls.reload();
  writeFileSync(join(club.certificate), 'no certificate');
  expect(() => tls.reload()).toThrow(/cannot use the certificate .*club/);
  expect(shown(tls, 'club.test')).toBe('DNS:club.test');
});
