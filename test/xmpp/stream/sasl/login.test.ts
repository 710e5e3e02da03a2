import { afterEach, describe, expect, it } from 'vitest';
import { TestClient } from '../client.ts';
import { type Rig, type RigOptions, startRig } from '../rig.ts';

let rig: Rig | undefined;
afterEach(async () => {
  await rig?.stop();
  rig = undefined;
});

async function secured(options: RigOptions = {}, version?: 'TLSv1.2' | 'TLSv1.3'): Promise<TestClient> {
  rig ??= await startRig({ directTls: true, ...options });
  const client = await TestClient.connectTls(rig.port, version ? { minVersion: version, maxVersion: version } : {});
  await client.open();
  return client;
}

const SASL = "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'";
const auth = (mechanism: string, text: string) => `<auth ${SASL} mechanism='${mechanism}'>${text}</auth>`;
const encode = (text: string) => Buffer.from(text).toString('base64');

describe('SCRAM', () => {
  it.each(['SCRAM-SHA-1', 'SCRAM-SHA-256', 'SCRAM-SHA-512'])('%s logs in, and proves the server', async (mechanism) => {
    const client = await secured();
    expect(await client.scram(mechanism)).toBe('success');
  });

  it.each([
    ['TLSv1.3', 'tls-exporter', 'SCRAM-SHA-256-PLUS'],
    ['TLSv1.3', 'tls-exporter', 'SCRAM-SHA-512-PLUS'],
    ['TLSv1.3', 'tls-server-end-point', 'SCRAM-SHA-256-PLUS'],
    ['TLSv1.2', 'tls-server-end-point', 'SCRAM-SHA-1-PLUS'],
  ] as const)('binds to the channel: %s, %s, %s', async (version, type, mechanism) => {
    const client = await secured({}, version);
    expect(await client.scram(mechanism, { gs2: `p=${type},,`, binding: client.binding(type) })).toBe('success');
  });

  it('offers tls-exporter only where it binds (RFC 9266 section 4.2)', async () => {
    const client = await secured({}, 'TLSv1.2');
    const answer = await client.scram('SCRAM-SHA-256-PLUS', {
      gs2: 'p=tls-exporter,,',
      binding: client.binding('tls-exporter'),
    });
    expect(answer).toContain('<not-authorized/>');
  });

  it('refuses the binding of another channel', async () => {
    const client = await secured();
    const answer = await client.scram('SCRAM-SHA-256-PLUS', { gs2: 'p=tls-exporter,,', binding: Buffer.alloc(32) });
    expect(answer).toContain('<not-authorized/>');
  });

  it('sees that somebody hid channel binding from the client', async () => {
    const client = await secured();
    expect(await client.scram('SCRAM-SHA-256', { gs2: 'y,,' })).toContain('<not-authorized/>');
  });

  it('takes the flag y where it has no channel binding itself', async () => {
    rig = await startRig({ allowPlainLoopback: true });
    const client = await TestClient.connect(rig.port);
    await client.open();
    expect(await client.scram('SCRAM-SHA-256', { gs2: 'y,,' })).toBe('success');
  });

  it.each([
    ['SCRAM-SHA-256', 'p=tls-exporter,,'],
    ['SCRAM-SHA-256-PLUS', 'n,,'],
    ['SCRAM-SHA-256', 'n'],
    ['SCRAM-SHA-256', 'n,,m=ext,'],
    ['SCRAM-SHA-256', ''],
  ])('%s refuses the header %j', async (mechanism, gs2) => {
    const client = await secured();
    expect(await client.scram(mechanism, { gs2 })).toContain('<malformed-request/>');
  });

  it.each([
    ['a wrong password', { password: 'wrong' }],
    ['nobody', { user: 'nobody' }],
    ['another nonce', { spoil: (final: string) => final.replace('r=', 'r=x') }],
    ['another header', { spoil: (final: string) => final.replace('c=biws', `c=${encode('y,,')}`) }],
  ])('answers %s with not-authorized', async (_what, options) => {
    const client = await secured();
    const answer = await client.scram('SCRAM-SHA-256', options);
    expect(answer).toContain('<not-authorized/>');
    expect(answer).not.toContain('<text');
  });

  it('tells that an account is disabled only to who knows its password', async () => {
    const client = await secured();
    expect(await client.scram('SCRAM-SHA-1', { user: 'tybalt', password: 'wrong' })).toContain('<not-authorized/>');
    expect(await client.scram('SCRAM-SHA-1', { user: 'tybalt', password: 'sw0rd' })).toContain('<account-disabled/>');
  });

  it('knows the name in any case', async () => {
    const client = await secured();
    expect(await client.scram('SCRAM-SHA-256', { user: 'JULIET' })).toBe('success');
  });

  it('lets a member act as itself and as nobody else', async () => {
    const client = await secured();
    const asRomeo = await client.scram('SCRAM-SHA-256', { gs2: 'n,a=romeo@example.test,' });
    expect(asRomeo).toContain('<invalid-authzid/>');
    expect(await client.scram('SCRAM-SHA-256', { gs2: 'n,a=juliet@example.test,' })).toBe('success');
  });
});

describe('PLAIN', () => {
  it('logs in over TLS', async () => {
    const client = await secured();
    await client.login();
    expect(await client.bind()).toContain('juliet@example.test');
  });

  it('needs encryption', async () => {
    rig = await startRig();
    const client = await TestClient.connect(rig.port);
    await client.open();
    client.plain('juliet', 'R0m30');
    expect(await client.until('</failure>')).toContain('<encryption-required/>');
  });

  it.each(['juliet\0R0m30', '\0juliet\0', '\0\0R0m30', '\0juliet\0R0m30\0'])('refuses %j', async (text) => {
    const client = await secured();
    client.send(auth('PLAIN', encode(text)));
    expect(await client.until('</failure>')).toContain('<malformed-request/>');
  });
});

describe('the exchange', () => {
  it.each([
    ['an unknown mechanism', auth('X-MAGIC', encode('x')), 'invalid-mechanism'],
    ['no base64', auth('PLAIN', 'a*b'), 'incorrect-encoding'],
    ['base64 without padding', auth('PLAIN', 'AGp1bGlldABSMG0zMA'), 'incorrect-encoding'],
    ['a response to nothing', `<response ${SASL}/>`, 'malformed-request'],
    ['an abort', `<abort ${SASL}/>`, 'aborted'],
    [
      'a name that is not UTF-8',
      auth('PLAIN', Buffer.from([0, 0xff, 0, 0x61]).toString('base64')),
      'malformed-request',
    ],
  ])('answers %s with its own failure', async (_what, text, condition) => {
    const client = await secured();
    client.send(text);
    expect(await client.until('</failure>')).toContain(`<${condition}/>`);
    expect(await client.scram('SCRAM-SHA-256')).toBe('success');
  });

  it('asks for the initial response that was left out', async () => {
    const client = await secured();
    client.send(`<auth ${SASL} mechanism='PLAIN'/>`);
    await client.until(/<challenge[^>]*\/>/);
    client.send(`<response ${SASL}>${encode('\0juliet\0R0m30')}</response>`);
    await client.until('<success');
  });

  it('ends the stream after too many failures', async () => {
    const client = await secured({ limits: { loginsPerMinute: 0 } });
    for (let i = 0; i < 5; i += 1) {
      client.plain('juliet', 'wrong');
      await client.until('</failure>');
    }
    client.plain('juliet', 'wrong');
    expect(await client.rest()).toContain('<policy-violation');
  });

  it('ends the stream of an address that guesses too much, whichever account it tries', async () => {
    const client = await secured({ limits: { loginsPerMinute: 2 } });
    for (const user of ['juliet', 'romeo']) {
      client.plain(user, 'wrong');
      await client.until('</failure>');
    }
    client.plain('mercutio', 'wrong');
    expect(await client.rest()).toContain('<policy-violation');
    const next = await secured();
    next.plain('juliet', 'R0m30');
    expect(await next.rest()).toContain('<policy-violation');
  });
});
