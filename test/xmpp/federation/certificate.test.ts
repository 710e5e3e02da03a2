/** Which certificates prove a domain: those that public authorities give now, and nothing that only looks like one. */
import { X509Certificate } from 'node:crypto';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Anchors } from '../../../xmpp/federation/certificate/anchors.ts';
import { problemOfChain } from '../../../xmpp/federation/certificate/chain.ts';
import { namesDomain } from '../../../xmpp/federation/certificate/names.ts';
import { Authority, CertificateFolder, Extension, type Issued, type Wanted } from '../../kit/ca.ts';

const domains = ['a.test', '*.b.test', 'xn--bcher-kva.test'];

function chainOf({ certificate }: Issued): X509Certificate[] {
  const pems = certificate.match(/-----BEGIN[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
  return pems.map((pem) => new X509Certificate(pem));
}

async function world() {
  const authority = await Authority.create();
  const folder = new CertificateFolder();
  onTestFinished(() => folder.remove());
  const anchors = new Anchors(folder.write('ca.pem', authority.root));
  return {
    authority,
    problem: (issued: Issued) => problemOfChain(chainOf(issued), anchors, Date.now()),
    issue: (wanted: Partial<Wanted>) => authority.issue({ domains, ...wanted }),
  };
}

describe('a chain is good', () => {
  test('whether it is meant for servers, for both sides, or says nothing', async () => {
    const { issue, problem } = await world();
    for (const purpose of ['server', 'both', 'none'] as const)
      expect(problem(await issue({ purpose }))).toBeUndefined();
  });

  test('over authorities in between, in any order', async () => {
    const { authority, problem } = await world();
    const lower = await (await authority.issueAuthority('One')).issueAuthority('Two', { authority: { pathLength: 0 } });
    const issued = await lower.issue({ domains });
    expect(problem(issued)).toBeUndefined();
    const [leaf, ...others] = chainOf(issued).map((one) => one.toString());
    expect(problem({ ...issued, certificate: [leaf, ...others.reverse()].join('\n') })).toBeUndefined();
  });
});

describe('a chain is refused', () => {
  test('that is out of date, on either side', async () => {
    const { issue, problem } = await world();
    expect(problem(await issue({ toDays: -1 }))).toMatch(/^it expired on \d{4}-\d\d-\d\d$/);
    expect(problem(await issue({ fromDays: 1 }))).toMatch(/^it is valid from /);
  });

  test('that leads to nobody who is believed, though it has the same name', async () => {
    const { problem } = await world();
    expect(problem(await (await Authority.create()).issue({ domains }))).toContain('nobody that is believed here');
  });

  test('whose authority in between is missing or out of date', async () => {
    const { authority, problem } = await world();
    const lower = await authority.issueAuthority('One');
    const issued = await lower.issue({ domains });
    const [leaf] = chainOf(issued);
    expect(problem({ ...issued, certificate: String(leaf) })).toContain('(One did)');
    const old = await authority.issueAuthority('Old', { toDays: -1 });
    expect(problem(await old.issue({ domains }))).toContain('expired');
  });

  test('that a certificate signed which may sign none, or not so deep', async () => {
    const { authority, problem } = await world();
    const server = await authority.issueAuthority('A server', {
      authority: {},
      extensions: [],
    });
    expect(problem(await server.issue({ domains }))).toBeUndefined();
    const shallow = await authority.issueAuthority('Shallow', { authority: { pathLength: 0 } });
    const deeper = await shallow.issueAuthority('Deeper');
    expect(problem(await deeper.issue({ domains }))).toContain('more authorities over it than allowed');
    const impostor = await authority.issuePretender('a.test');
    expect(problem(await impostor.issue({ domains: ['bank.test'] }))).toContain('nobody that is believed here');
  });

  test('that is meant for other things, or holds what is not understood', async () => {
    const { issue, problem } = await world();
    expect(problem(await issue({ purpose: 'mail' }))).toBe('it is not meant for servers');
    const strange = new Extension('1.2.3.4', true, new Uint8Array([5, 0]));
    expect(problem(await issue({ extensions: [strange] }))).toContain('1.2.3.4');
    const harmless = new Extension('1.2.3.4', false, new Uint8Array([5, 0]));
    expect(problem(await issue({ extensions: [harmless] }))).toBeUndefined();
  });
});

describe('a certificate names', () => {
  test('its domains, a star for exactly one label, and not what only its subject says', async () => {
    const { authority } = await world();
    const [leaf] = chainOf(await authority.issue({ domains }));
    const named = ['a.test', 'x.b.test', 'b.test', 'x.y.b.test', 'x.a.test', 'bücher.test', 'test'];
    expect(named.filter((domain) => leaf && namesDomain(leaf, domain))).toEqual(['a.test', 'x.b.test', 'bücher.test']);
    const [bare] = chainOf(await authority.issueNamed('a.test', []));
    expect(bare && namesDomain(bare, 'a.test')).toBe(false);
  });

  test('what an SRVName or an XmppAddr in it says', async () => {
    const { authority } = await world();
    const other = (oid: string, tag: number, text: string) => ({ oid, tag, text });
    const [leaf] = chainOf(
      await authority.issueNamed('x', [
        other('1.3.6.1.5.5.7.8.7', 0x16, '_xmpp-server.srv.test'),
        other('1.3.6.1.5.5.7.8.7', 0x16, '_imap.mail.test'),
        other('1.3.6.1.5.5.7.8.5', 0x0c, 'addr.test'),
        other('1.3.6.1.5.5.7.8.5', 0x0c, 'evil.test, othername:XmppAddr:bank.test'),
      ]),
    );
    const named = ['srv.test', 'mail.test', 'addr.test', 'bank.test', 'evil.test', 'x'];
    expect(named.filter((domain) => leaf && namesDomain(leaf, domain))).toEqual(['srv.test', 'addr.test']);
  });
});
