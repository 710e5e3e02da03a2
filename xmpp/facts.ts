/** The XEPs that the server speaks, told from the extensions' own objects: the table docs/xeps.md and the DOAP file. */
import type { XepFact } from './extension.ts';
import { extensions } from './extensions.ts';

/** What is part of the stream and of the routing rather than an extension. */
const coreFacts: readonly XepFact[] = [
  { number: '0114', title: 'Jabber Component Protocol', version: '1.6', status: 'complete' },
  {
    number: '0124',
    title: 'Bidirectional-streams Over Synchronous HTTP (BOSH)',
    version: '1.11.2',
    status: 'complete',
  },
  { number: '0156', title: 'Discovering Alternative XMPP Connection Methods', version: '1.4.0', status: 'complete' },
  { number: '0206', title: 'XMPP Over BOSH', version: '1.4', status: 'complete' },
  { number: '0198', title: 'Stream Management', version: '1.6.3', status: 'complete' },
  {
    number: '0178',
    title: 'Best Practices for Use of SASL EXTERNAL with Certificates',
    version: '1.2',
    status: 'partial',
    note: 'Servers.',
  },
  {
    number: '0386',
    title: 'Bind 2',
    version: '1.1.0',
    status: 'complete',
    note: 'Offline messages that the archive has not are kept and delivered.',
  },
  {
    number: '0388',
    title: 'Extensible SASL Profile',
    version: '1.0.4',
    status: 'complete',
    note: 'No 0-RTT; the same mechanisms for every name.',
  },
  {
    number: '0438',
    title: 'Best practices for password hashing and storage',
    version: '0.2.0',
    status: 'partial',
    note: 'No pepper, as SCRAM has no place for one.',
  },
  { number: '0185', title: 'Dialback Key Generation and Validation', version: '1.0', status: 'complete' },
  { number: '0220', title: 'Server Dialback', version: '1.1.1', status: 'complete' },
  { number: '0288', title: 'Bidirectional Server-to-Server Connections', version: '0.4', status: 'complete' },
  { number: '0368', title: 'SRV records for XMPP over TLS', version: '1.1.0', status: 'complete' },
  { number: '0440', title: 'SASL Channel-Binding Type Capability', version: '1.0.0', status: 'complete' },
  { number: '0474', title: 'SASL SCRAM Downgrade Protection', version: '0.5.0', status: 'complete' },
  { number: '0478', title: 'Stream Limits Advertisement', version: '0.2.0', status: 'complete' },
  { number: '0480', title: 'SASL Upgrade Tasks', version: '0.2.0', status: 'complete' },
  {
    number: '0484',
    title: 'Fast Authentication Streamlining Tokens',
    version: '0.2.0',
    status: 'complete',
    note: 'No 0-RTT. HT-SHA-256 bound to the channel by exporter or end point, or not at all.',
  },
  { number: '0515', title: 'TLS Channel-Binding Downgrade Protection', version: '0.1.0', status: 'complete' },
];

/** One fact a XEP, by number. Of two that share one, the partial fact is the true one. */
export function xepFacts(): XepFact[] {
  const byNumber = new Map<string, XepFact>();
  for (const fact of [...coreFacts, ...extensions.flatMap(({ xep }) => xep)]) {
    const known = byNumber.get(fact.number);
    if (!known || fact.status === 'partial') byNumber.set(fact.number, fact);
  }
  return [...byNumber.values()].sort((a, b) => a.number.localeCompare(b.number));
}

/** Labels of the services beside a host's domains, such as `rooms`. */
export function serviceSubdomains(): string[] {
  return extensions.flatMap(({ subdomains = [] }) => subdomains);
}

/** Markdown for docs/xeps.md. */
export function xepTable(): string {
  const rows = xepFacts().map(
    ({ number, title, version, status, note }) =>
      `| [${number}](https://xmpp.org/extensions/xep-${number}.html) | ${title} | ${version} | ${status} | ${note ?? ''} |`,
  );
  return [
    '# What the server speaks',
    '',
    'RFC 6120, 6121, 7395, 7590 and 7622, and these extensions. Made from the sources by `npm run docs`; do not edit.',
    '',
    '| XEP | title | version | status | note |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

/** The project's description for software lists (DOAP with the XMPP vocabulary of XEP-0453). */
export function doap(): string {
  const supports = xepFacts().map(
    ({ number, version, status, note }) => `    <implements>
      <xmpp:SupportedXep>
        <xmpp:xep rdf:resource="https://xmpp.org/extensions/xep-${number}.html"/>
        <xmpp:version>${version}</xmpp:version>
        <xmpp:status>${status}</xmpp:status>${note === undefined ? '' : `\n        <xmpp:note xml:lang="en">${note}</xmpp:note>`}
      </xmpp:SupportedXep>
    </implements>`,
  );
  const rfcs = ['6120', '6121', '7395', '7590', '7622'].map(
    (number) => `    <implements rdf:resource="https://www.rfc-editor.org/info/rfc${number}"/>`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>
<!-- Made from the sources by \`npm run docs\`; do not edit. -->
<rdf:RDF xmlns="http://usefulinc.com/ns/doap#" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:xmpp="https://linkmauve.fr/ns/xmpp-doap#">
  <Project>
    <name>CASP3R</name>
    <shortdesc xml:lang="en">A chat server of your own on a Raspberry Pi</shortdesc>
    <programming-language>TypeScript</programming-language>
    <os>Linux</os>
    <category rdf:resource="https://linkmauve.fr/ns/xmpp-doap#category-server"/>
    <license rdf:resource="https://www.gnu.org/licenses/agpl-3.0.html"/>
${[...rfcs, ...supports].join('\n')}
  </Project>
</rdf:RDF>
`;
}
