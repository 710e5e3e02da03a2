import { describe, expect, it } from 'vitest';
import { StanzaError } from '../../../xmpp/routing/stanza-error.ts';
import { xml } from '../../../xmpp/xml.ts';
import { bound, header, opened, TestClient } from './client.ts';
import { message, openRig } from './rig.ts';

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('the way to a session', () => {
  it('goes over STARTTLS, SASL and bind to stanzas both ways', async () => {
    const running = await openRig({ allowPlainLoopback: false });
    const client = await TestClient.connect(running.port);
    expect(await client.open()).toContain("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls>");
    await client.startTls();
    const login = await client.open();
    expect(
      [...(login.split('</mechanisms>')[0] ?? '').matchAll(/<mechanism>([^<]+)/g)].map((match) => match[1]),
    ).toEqual([
      'SCRAM-SHA-512-PLUS',
      'SCRAM-SHA-256-PLUS',
      'SCRAM-SHA-1-PLUS',
      'SCRAM-SHA-512',
      'SCRAM-SHA-256',
      'SCRAM-SHA-1',
      'PLAIN',
    ]);
    expect(login).toContain("<channel-binding type='tls-exporter'/><channel-binding type='tls-server-end-point'/>");
    expect(login).toContain('<max-bytes>10000</max-bytes>');
    expect(login).not.toContain('<starttls');
    await client.login();
    expect(await client.bind()).toContain('<jid>juliet@example.test/balcony</jid>');
    running.engine = async (session) => session.send(message('juliet@example.test', 'ay'));
    client.send("<message to='romeo@example.test'><body>wherefore</body></message>");
    expect(await client.until('</message>')).toContain('<body>ay</body>');
    expect(running.received[0]?.stanza.toString()).toContain('wherefore');
    client.send('</stream:stream>');
    expect(await client.rest()).toBe('</stream:stream>');
  });

  it('goes over direct TLS with ALPN, and over IPv6', async () => {
    const running = await openRig({ directTls: true });
    const client = await TestClient.connectTls(running.port, { ALPNProtocols: ['xmpp-client'], host: '::1' });
    expect('alpnProtocol' in client.socket && client.socket.alpnProtocol).toBe('xmpp-client');
    expect(await client.open()).not.toContain('<starttls');
    await client.login();
    expect(await client.bind()).toContain('juliet@example.test/balcony');
  });

  it('shows a new certificate after a reload, while old streams go on', async () => {
    const running = await openRig({ directTls: true });
    const before = await TestClient.connectTls(running.port);
    const old = before.binding('tls-server-end-point');
    await running.newCertificate();
    running.context.tls.reload();
    const after = await TestClient.connectTls(running.port);
    expect(after.binding('tls-server-end-point')).not.toEqual(old);
    await before.open();
    const answer = await before.scram('SCRAM-SHA-256-PLUS', { gs2: 'p=tls-server-end-point,,', binding: old });
    expect(answer).toBe('success');
  });
});

describe('the stream header', () => {
  const head = (attributes: string) =>
    `<stream:stream ${attributes} xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>`;

  it.each([
    ['no domain', "version='1.0'", 'improper-addressing'],
    ['an unknown domain', "to='other.test' version='1.0'", 'host-unknown'],
    ['a domain that is none', "to='a@example.test' version='1.0'", 'host-unknown'],
    ['no version', "to='example.test'", 'unsupported-version'],
    ['a version before 1.0', "to='example.test' version='0.9'", 'unsupported-version'],
  ])('with %s is answered with a header and the error', async (_what, attributes, condition) => {
    const running = await openRig();
    const client = await TestClient.connect(running.port);
    client.send(head(attributes));
    const answer = await client.rest();
    expect(answer).toMatch(/^<\?xml version='1.0'\?><stream:stream [^>]*>/);
    expect(answer).toContain(`<stream:error><${condition} xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>`);
    expect(answer).toMatch(/<\/stream:stream>$/);
  });

  it('of a later version is answered with 1.0, from the domain to the sender, with an id', async () => {
    const running = await openRig();
    const client = await TestClient.connect(running.port);
    client.send(head(`to='EXAMPLE.test' version='1.1' from='juliet@example.test' xml:lang='it'`));
    const answer = await client.until('</stream:features>');
    expect(answer).toMatch(
      / id='[0-9a-f]{32}' from='example.test' to='juliet@example.test' version='1.0' xml:lang='en'/,
    );
  });

  it('gives stanzas their language', async () => {
    const running = await openRig();
    const client = await opened(running);
    client.plain('juliet', 'R0m30');
    await client.until('<success');
    client.send(head("to='example.test' version='1.0' xml:lang='it'"));
    await client.until('</stream:features>');
    await client.bind();
    client.send("<message/><message xml:lang='de'/>");
    while (running.received.length < 2) await turn();
    expect(running.received.map(({ stanza }) => stanza.attrs['xml:lang'])).toEqual(['it', 'de']);
  });

  it('gives them no language that would make them many times as large', async () => {
    const running = await openRig();
    const client = await opened(running);
    client.plain('juliet', 'R0m30');
    await client.until('<success');
    client.send(head(`to='example.test' version='1.0' xml:lang='it${'-latin'.repeat(10_000)}'`));
    await client.until('</stream:features>');
    await client.bind();
    client.send('<message/>');
    while (running.received.length === 0) await turn();
    expect(running.received[0]?.stanza.attrs['xml:lang']).toBeUndefined();
  });
});

describe('before login', () => {
  it.each([header(), ' <x', "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>"])(
    'what is slipped in behind <starttls/> ends the stream: %s',
    async (injected) => {
      const running = await openRig({ allowPlainLoopback: false });
      const client = await opened(running);
      client.send(`<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>${injected}`);
      const answer = await client.rest();
      expect(answer).toContain('<stream:error>');
      expect(answer).not.toContain('<proceed');
    },
  );

  it('stanzas are refused with not-authorized, before and after TLS', async () => {
    const running = await openRig({ allowPlainLoopback: false });
    for (const secure of [false, true]) {
      const client = await opened(running);
      if (secure) {
        await client.startTls();
        await client.open();
      }
      client.send("<message to='romeo@example.test'/>");
      expect(await client.rest()).toContain('<not-authorized');
    }
    expect(running.received).toEqual([]);
  });

  it('other elements are refused with unsupported-stanza-type', async () => {
    const client = await opened(await openRig());
    client.send("<hello xmlns='urn:hello'/>");
    expect(await client.rest()).toContain('<unsupported-stanza-type');
  });

  it('IQs go to who takes them, with a memory of the stream, and errors come back', async () => {
    const running = await openRig();
    running.host.beforeLogin.handle('set', 'preauth', 'urn:xmpp:pars:0', ({ stream }) => {
      if (stream.memory.has('seen')) throw new StanzaError('item-not-found');
      stream.memory.set('seen', 'yes');
      return undefined;
    });
    const client = await opened(running);
    const iq = "<iq type='set' id='1' to='example.test'><preauth xmlns='urn:xmpp:pars:0' token='t'/></iq>";
    client.send(iq);
    expect(await client.until(/<iq[^>]*\/>/)).toContain("type='result'");
    client.send(iq);
    expect(await client.until('</iq>')).toContain('<item-not-found');
    client.send("<iq type='get' id='2'><query xmlns='jabber:iq:roster'/></iq>");
    expect(await client.rest()).toContain('<not-authorized');
  });

  it('a stranger who reads nothing is cut off long before a member would be', async () => {
    const running = await openRig();
    running.host.beforeLogin.handle('get', 'ask', 'urn:example', () =>
      xml('ask', { xmlns: 'urn:example' }, 'x'.repeat(200_000)),
    );
    const client = await opened(running);
    client.send("<iq type='get' id='1'><ask xmlns='urn:example'/></iq>");
    expect(await client.rest()).toBe('');
  });

  it('extensions add their features', async () => {
    const running = await openRig();
    const seen: boolean[] = [];
    running.hooks.on('stream features', ({ authenticated, add }) => {
      seen.push(authenticated);
      add(xml('ver', { xmlns: 'urn:xmpp:features:rosterver' }));
    });
    const client = await TestClient.connect(running.port);
    expect(await client.open()).toContain('urn:xmpp:features:rosterver');
    await client.login();
    expect(seen).toEqual([false, true]);
  });

  it('there is little time, and few bytes', async () => {
    const running = await openRig({ limits: { loginSeconds: 1 } });
    const slow = await TestClient.connect(running.port);
    const large = await opened(running);
    large.send(`<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${'A'.repeat(10_000)}</auth>`);
    expect(await large.rest()).toContain('<policy-violation');
    expect(await slow.rest()).toContain('<connection-timeout');
  });

  it('a TLS handshake that is none ends quietly', async () => {
    const running = await openRig({ directTls: true });
    const client = await TestClient.connect(running.port);
    client.send('GET / HTTP/1.1\r\n\r\n');
    await client.rest();
    expect((await TestClient.connectTls(running.port)).closed).toBe(false);
  });

  it('TLS 1.1 is too old', async () => {
    const running = await openRig({ directTls: true });
    const old = { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
    await expect(TestClient.connectTls(running.port, old)).rejects.toThrow();
  });
});

describe('streams of one address', () => {
  it('are limited, and counted off when they end, TLS or not', async () => {
    const running = await openRig({ limits: { streamsPerAddress: 2 } });
    const first = await opened(running);
    const second = await opened(running);
    await second.startTls();
    const third = await TestClient.connect(running.port);
    expect(await third.rest()).toContain('<policy-violation');
    for (const client of [first, second]) {
      client.cut();
      for (;;) {
        const next = await TestClient.connect(running.port);
        next.send(header());
        const fits = await next.until('</stream:features>').catch(() => undefined);
        if (fits) break;
      }
    }
  });
});

describe('bind', () => {
  it('makes a resource where the client gave none', async () => {
    const client = await opened(await openRig());
    await client.login();
    client.send("<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>");
    expect(await client.until('</iq>')).toMatch(/<jid>juliet@example.test\/[\w-]{12}<\/jid>/);
  });

  it('refuses a resource that is none, and lets the client try again', async () => {
    const client = await opened(await openRig());
    await client.login();
    expect(await client.bind('a'.repeat(2000))).toContain('<bad-request');
    expect(await client.bind('b')).toContain('<jid>');
  });

  it('is not for who logged in before the name was given to somebody else', async () => {
    const running = await openRig();
    const client = await opened(running);
    await client.login();
    const { accounts } = running.host;
    const find = accounts.find.bind(accounts);
    accounts.find = (local) => {
      const found = find(local);
      return found && { ...found, id: 'another' };
    };
    client.send("<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>");
    expect(await client.rest()).toContain('<not-authorized');
  });

  it('gives a resource in use to the newer session; the older gets conflict', async () => {
    const running = await openRig();
    const older = await bound(running);
    const newer = await bound(running);
    expect(await older.rest()).toContain('<conflict');
    expect(running.sessions.ofAccount('juliet')).toHaveLength(1);
    expect(newer.closed).toBe(false);
  });

  it('has an end', async () => {
    const running = await openRig();
    for (let i = 0; i < 32; i += 1) await bound(running, `r${i}`);
    const client = await opened(running);
    await client.login();
    expect(await client.bind('one-more')).toContain('<resource-constraint');
    expect(await client.bind('r0')).toContain('<jid>');
  });

  it('is the only thing that may come before stanzas', async () => {
    const client = await opened(await openRig());
    await client.login();
    client.send('<presence/>');
    expect(await client.rest()).toContain('<not-authorized');
  });

  it('happens once; the session of RFC 3921 is granted for form', async () => {
    const client = await bound(await openRig());
    expect(await client.bind('second')).toContain('<not-allowed');
    client.send("<iq type='set' id='s'><session xmlns='urn:ietf:params:xml:ns:xmpp-session'/></iq>");
    expect(await client.until(/<iq[^>]*\/>/)).toBe("<iq type='result' id='s'/>");
  });
});
