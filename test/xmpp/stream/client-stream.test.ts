import { afterEach, describe, expect, it } from 'vitest';
import { xml } from '../../../xmpp/xml.ts';
import { header, TestClient } from './client.ts';
import { type Rig, type RigOptions, startRig } from './rig.ts';

let rig: Rig | undefined;
afterEach(async () => {
  await rig?.stop();
  rig = undefined;
});

async function start(options: RigOptions = {}): Promise<Rig> {
  rig = await startRig(options);
  return rig;
}

describe('the way to a session', () => {
  it('goes over STARTTLS, SASL and bind to stanzas both ways', async () => {
    const running = await start();
    const client = await TestClient.connect(running.port);
    expect(await client.open()).toContain("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls>");
    await client.startTls();
    const login = await client.open();
    expect(login).toContain('<mechanism>SCRAM-SHA-256-PLUS</mechanism>');
    expect(login).not.toContain('<starttls');
    await client.login();
    expect(await client.bind()).toContain('<jid>juliet@example.test/balcony</jid>');
    running.engine = async (session) =>
      session.send(xml('message', { from: 'romeo@example.test' }, xml('body', {}, 'ay')));
    client.send("<message to='romeo@example.test'><body>wherefore</body></message>");
    expect(await client.until('</message>')).toContain('<body>ay</body>');
    expect(running.received[0]?.stanza.toString()).toContain('wherefore');
    client.send('</stream:stream>');
    expect(await client.rest()).toBe('</stream:stream>');
  });

  it('goes over direct TLS with ALPN', async () => {
    const running = await start({ directTls: true });
    const client = await TestClient.connectTls(running.port, { ALPNProtocols: ['xmpp-client'] });
    expect('alpnProtocol' in client.socket && client.socket.alpnProtocol).toBe('xmpp-client');
    expect(await client.open()).not.toContain('<starttls');
    await client.login();
    expect(await client.bind()).toContain('juliet@example.test/balcony');
    client.cut();
  });
});

describe('before login', () => {
  it('refuses what is pipelined behind <starttls/>', async () => {
    const running = await start();
    const client = await TestClient.connect(running.port);
    await client.open();
    client.send(`<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>${header()}`);
    const answer = await client.rest();
    expect(answer).toContain('<policy-violation');
    expect(answer).not.toContain('<proceed');
  });

  it('refuses stanzas with not-authorized', async () => {
    const running = await start({ allowPlainLoopback: true });
    const client = await TestClient.connect(running.port);
    await client.open();
    client.send("<message to='romeo@example.test'/>");
    expect(await client.rest()).toContain('<not-authorized');
    expect(running.received).toEqual([]);
  });
});
