/** SASL2 over a real stream: what holds beyond the exchange itself. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { TestClient } from '../client.ts';
import { type Rig, startRig } from '../rig.ts';

const NS = "xmlns='urn:xmpp:sasl:2'";
const plain = (user: string, password: string, authzid = '') =>
  `<authenticate ${NS} mechanism='PLAIN'><initial-response>${Buffer.from(`${authzid}\0${user}\0${password}`).toString(
    'base64',
  )}</initial-response><bind xmlns='urn:xmpp:bind:0'/></authenticate>`;
const header = (from: string) =>
  `<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='example.test' from='${from}' version='1.0'>`;

let rig: Rig;
beforeEach(async () => {
  rig = await startRig({ directTls: true });
});
afterEach(() => rig.stop());

async function opened(from?: string): Promise<TestClient> {
  const client = await TestClient.connectTls(rig.port);
  if (from === undefined) await client.open();
  else {
    client.send(header(from));
    await client.until('</stream:features>');
  }
  return client;
}

test('what a client sends behind its login, without waiting, is done after it', async () => {
  const client = await opened();
  client.send(`${plain('juliet', 'R0m30')}<message to='romeo@example.test'><body>wherefore</body></message>`);
  expect(await client.until('</stream:features>')).not.toContain("<bind xmlns='urn:ietf");
  await expect.poll(() => rig.received.map(({ stanza }) => stanza.getChildText('body'))).toEqual(['wherefore']);
});

test('a member may send more at once than a stranger, though there is no new stream', async () => {
  const client = await opened();
  client.send(plain('juliet', 'R0m30'));
  await client.until('</stream:features>');
  const long = 'o'.repeat(20_000);
  client.send(`<message to='romeo@example.test'><body>${long}</body></message>`);
  await expect.poll(() => rig.received.map(({ stanza }) => stanza.getChildText('body'))).toEqual([long]);
});

test('who opened the stream as somebody else may not act as itself by name (XEP-0388 section 2.3)', async () => {
  const client = await opened('romeo@example.test');
  client.send(plain('juliet', 'R0m30', 'juliet@example.test'));
  expect(await client.until('</failure>')).toContain('<invalid-authzid');
  client.send(plain('juliet', 'R0m30', 'romeo@example.test'));
  expect(await client.until('</failure>')).toContain('<invalid-authzid');
});

test('who opened it as itself may', async () => {
  const client = await opened('juliet@example.test');
  client.send(plain('juliet', 'R0m30', 'juliet@example.test'));
  expect(await client.until('</success>')).toContain('<authorization-identifier>juliet@example.test/');
});

test('a password that is another by the time that it is proved logs nobody in', async () => {
  for (const profile of ['sasl:2', 'xmpp-sasl']) {
    const client = await opened();
    let stamp = 'old';
    Object.assign(rig.host.accounts, {
      secretsStamp: () => stamp,
      checkPassword: async (local: string) => {
        stamp = 'new';
        return rig.host.accounts.find(local);
      },
    });
    if (profile === 'sasl:2') client.send(plain('juliet', 'R0m30'));
    else {
      const data = Buffer.from('\0juliet\0R0m30').toString('base64');
      client.send(`<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${data}</auth>`);
      await client.until('<success');
      await client.open();
      client.send("<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>");
    }
    expect(await client.rest()).toMatch(/<stream:error><not-authorized/);
    expect([...rig.sessions.all()]).toEqual([]);
  }
});

test('a guess at a disabled account fails like any other', async () => {
  const client = await opened();
  client.send(plain('tybalt', 'a guess'));
  expect(await client.until('</failure>')).toContain('<not-authorized');
});

test('wrong tries of both profiles are counted together, and the sixth ends the stream', async () => {
  const client = await opened();
  const sasl1 = Buffer.from('\0juliet\0wrong').toString('base64');
  for (let i = 0; i < 3; i += 1) {
    client.send(`<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${sasl1}</auth>`);
    expect(await client.until('</failure>')).toContain('<not-authorized');
  }
  for (let i = 0; i < 2; i += 1) {
    client.send(plain('juliet', 'wrong'));
    expect(await client.until('</failure>')).toContain('<not-authorized');
  }
  client.send(plain('juliet', 'wrong'));
  expect(await client.rest()).toContain('<policy-violation');
});

test('a resource too many is refused with the login', async () => {
  const clients = await Promise.all(Array.from({ length: 32 }, () => opened()));
  for (const client of clients) {
    client.send(plain('juliet', 'R0m30'));
    await client.until('</success>');
  }
  const one = await opened();
  one.send(plain('juliet', 'R0m30'));
  const answer = await one.rest();
  expect(answer).toContain('<resource-constraint');
  expect(answer).not.toContain('<success');
});

test('a login stands where it cannot be noted, as on a full disk', async () => {
  Object.assign(rig.host, {
    clients: {
      knows: () => false,
      loggedIn: () => Promise.reject(new Error('disk full')),
      endSessions: () => undefined,
    },
    log: rig.context.log,
  });
  const client = await opened();
  const agent = "<user-agent id='d4565fa7-4d72-4749-b3d3-740edbf87770'/>";
  const wants = "<request-token xmlns='urn:xmpp:fast:0' mechanism='HT-SHA-256-NONE'/>";
  client.send(plain('juliet', 'R0m30').replace('<bind', `${agent}${wants}<bind`));
  const success = await client.until('</success>');
  expect(success).toContain('<bound');
  expect(success).not.toContain('<token');
});
