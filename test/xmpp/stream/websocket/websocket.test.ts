import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { TestClock } from '../../extensions/harness.ts';
import { bound as boundTcp, opened, TestClient } from '../client.ts';
import { message, type RigOptions } from '../rig.ts';
import { startWebRig, type WebRig } from '../web/rig.ts';
import { CLOSE, NS_FRAMING, OPEN, WebClient } from './client.ts';

let rig: WebRig | undefined;
const clients: WebClient[] = [];
afterEach(async () => {
  for (const { socket } of clients.splice(0)) socket.terminate();
  await rig?.stop();
  rig = undefined;
});

async function start(options: RigOptions = {}): Promise<WebRig> {
  rig = await startWebRig(options);
  return rig;
}

async function connected(running: WebRig): Promise<WebClient> {
  const client = await WebClient.connect(running.http);
  clients.push(client);
  return client;
}

async function open(running: WebRig): Promise<WebClient> {
  const client = await connected(running);
  await client.open();
  return client;
}

async function bound(running: WebRig, resource = 'balcony'): Promise<WebClient> {
  const client = await WebClient.bound(running.http, resource);
  clients.push(client);
  return client;
}

describe('a stream over WebSocket', () => {
  it('goes over open, SASL and bind to stanzas both ways, each message a document of its own', async () => {
    const running = await start();
    const client = await connected(running);
    client.send(OPEN);
    expect(await client.next()).toMatch(
      /^<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' id='[0-9a-f]{32}' from='example.test' version='1.0' xml:lang='en'\/>$/,
    );
    const features = await client.next();
    expect(features).toMatch(/^<stream:features xmlns:stream='http:\/\/etherx.jabber.org\/streams'>/);
    expect(features).toContain('<mechanism>SCRAM-SHA-256</mechanism>');
    expect(features).not.toContain('starttls');
    expect(features).not.toContain('-PLUS');
    await client.login();
    expect(await client.bind()).toMatch(/^<iq xmlns='jabber:client' /);
    running.engine = async (session) => session.send(message('juliet@example.test', 'ay'));
    client.send("<message xmlns='jabber:client' to='romeo@example.test'><body>wherefore</body></message>");
    expect(await client.next()).toBe(
      "<message xmlns='jabber:client' to='juliet@example.test' type='chat'><body>ay</body></message>",
    );
    expect(running.received[0]?.stanza.toString()).toBe(
      '<message to="romeo@example.test"><body>wherefore</body></message>',
    );
  });

  it('may have to give way to others until it has logged in, as streams over TCP may', async () => {
    const running = await start();
    const { newcomers } = running.context.doors;
    const client = await open(running);
    expect(newcomers.count).toBe(1);
    await client.login();
    expect(newcomers.count).toBe(0);
    const stranger = await connected(running);
    const tcp = await opened(running);
    await expect.poll(() => newcomers.count).toBe(2);
    stranger.socket.terminate();
    tcp.cut();
    await expect.poll(() => newcomers.count).toBe(0);
  });

  it('ends when the client closes it, and takes the session along', async () => {
    const running = await start();
    const client = await bound(running);
    const ended = new Promise((resolve) => running.hooks.on('session ended', resolve));
    client.send(CLOSE);
    expect(await client.rest()).toEqual([CLOSE]);
    expect(client.code).toBe(1000);
    await ended;
  });

  it('ends with the server, whose close comes first', async () => {
    const running = await start();
    const client = await bound(running);
    const stopping = running.web.stop();
    const [error, close] = await client.rest();
    expect(error).toContain('<system-shutdown ');
    expect(close).toBe(CLOSE);
    expect(client.code).toBe(1000);
    await stopping;
    await expect(WebClient.connect(running.http)).rejects.toThrow('503');
  });

  it('answers pings, and takes fragments', async () => {
    const client = await connected(await start());
    const pong = once(client.socket, 'pong');
    client.socket.ping('are you there');
    expect(String((await pong)[0])).toBe('are you there');
    client.socket.send(OPEN.slice(0, 20), { fin: false });
    client.socket.send(OPEN.slice(20), { fin: true });
    expect(await client.next()).toContain('<open ');
  });

  it('is kept up by pings, and cut where nobody answers them', async () => {
    const clock = new TestClock();
    const running = await start({ clock });
    const silent = await WebClient.bound(running.http, 'silent', { autoPong: false });
    const lively = await WebClient.bound(running.http, 'lively');
    clients.push(silent, lively);
    running.engine = async (session) => session.send(message('juliet@example.test', 'ay'));
    const asked = [once(silent.socket, 'ping'), once(lively.socket, 'ping')];
    clock.pass(30_000);
    await Promise.all(asked);
    // Its pong has come in with this.
    lively.send("<message xmlns='jabber:client' to='romeo@example.test'/>");
    await lively.next();
    const gone = once(silent.socket, 'close');
    clock.pass(30_000);
    await gone;
    expect(lively.code).toBeUndefined();
  });

  it('may begin each message with an XML declaration', async () => {
    const client = await connected(await start());
    client.send(`<?xml version='1.0'?>${OPEN}`);
    expect(await client.next()).toContain('<open ');
  });
});

describe('a message that is none', () => {
  const cases: [name: string, sent: string, condition: string][] = [
    ['broken XML', '<message xmlns="jabber:client"><body></message>', 'not-well-formed'],
    ['no XML', 'hello', 'not-well-formed'],
    ['white space', ' ', 'not-well-formed'],
    ['nothing', '', 'not-well-formed'],
    ['half an element', '<message xmlns="jabber:client">', 'not-well-formed'],
    ['two elements', `${OPEN}${OPEN}`, 'not-well-formed'],
    ['a second open', OPEN, 'bad-format'],
    ['no namespace', '<message/>', 'invalid-namespace'],
    ['a stranger', '<hello xmlns="urn:example"/>', 'unsupported-stanza-type'],
    ['a DOCTYPE', '<!DOCTYPE message><message xmlns="jabber:client"/>', 'restricted-xml'],
    ['a comment', '<message xmlns="jabber:client"><!-- --></message>', 'restricted-xml'],
    ['a processing instruction', '<?php ?><message xmlns="jabber:client"/>', 'restricted-xml'],
    ['an entity', '<message xmlns="jabber:client"><body>&eacute;</body></message>', 'restricted-xml'],
    ['a prefix out of nowhere', '<stream:error/>', 'bad-namespace-prefix'],
    ['depth', `<message xmlns="jabber:client">${'<a>'.repeat(70)}${'</a>'.repeat(70)}</message>`, 'policy-violation'],
  ];
  it.each(cases)('%s ends the stream', async (_name, sent, condition) => {
    const client = await bound(await start());
    client.send(sent);
    const [error, close] = await client.rest();
    expect(error).toMatch(/^<stream:error xmlns:stream='http:\/\/etherx.jabber.org\/streams'>/);
    expect(error).toContain(`<${condition} `);
    expect(close).toBe(CLOSE);
    expect(client.code).toBe(1000);
  });

  it('a stanza before open is answered with a header, an error and a close', async () => {
    const client = await connected(await start());
    client.send("<message xmlns='jabber:client'/>");
    const [header, error, close] = await client.rest();
    expect(header).toContain('<open ');
    expect(error).toContain('<bad-format ');
    expect(close).toBe(CLOSE);
  });

  it.each([
    ["to='nowhere.test' version='1.0'", 'host-unknown'],
    ["version='1.0'", 'improper-addressing'],
    ["to='example.test'", 'unsupported-version'],
  ])('an open with %s is refused', async (attributes, condition) => {
    const client = await connected(await start());
    client.send(`<open xmlns='${NS_FRAMING}' ${attributes}/>`);
    const [header, error] = await client.rest();
    expect(header).toContain('<open ');
    expect(error).toContain(`<${condition} `);
  });

  it('bytes are closed with 1003', async () => {
    const client = await open(await start());
    client.socket.send(Buffer.from('<presence/>'));
    const [error] = await client.rest();
    expect(error).toContain('<bad-format ');
    expect(client.code).toBe(1003);
  });

  it('what is no UTF-8 is closed with 1007', async () => {
    const client = await open(await start());
    client.socket.send(Buffer.from([0x3c, 0xff]), { binary: false });
    await client.rest();
    expect(client.code).toBe(1007);
  });

  it('too much before login is refused, whole or not', async () => {
    const running = await start();
    const whole = await open(running);
    whole.send(`<message xmlns='jabber:client'>${'a'.repeat(10_000)}</message>`);
    expect((await whole.rest())[0]).toContain('<policy-violation ');
    const begun = await open(running);
    begun.socket.send('<', { fin: false });
    const timer = setInterval(() => begun.socket.send('a'.repeat(5000), { fin: false }), 5);
    const [error] = await begun.rest();
    clearInterval(timer);
    expect(error).toContain('<policy-violation ');
    expect(begun.code).toBe(1009);
  });

  it('too much after login ends stream and session', async () => {
    const running = await start({ limits: { stanzaBytes: 20_000 } });
    const client = await bound(running);
    const ended = new Promise((resolve) => running.hooks.on('session ended', resolve));
    client.send(`<message xmlns='jabber:client'><body>${'a'.repeat(15_000)}</body></message>`);
    client.send(`<message xmlns='jabber:client'><body>${'a'.repeat(25_000)}</body></message>`);
    await client.rest();
    expect(client.code).toBe(1009);
    await ended;
    expect(running.received).toHaveLength(1);
  });
});

describe('who may come in', () => {
  it('is who offers the subprotocol xmpp, at the right place', async () => {
    const running = await start();
    const plain = connect(running.http, '127.0.0.1');
    plain.write(
      'GET /xmpp-websocket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    );
    const [answer] = await once(plain, 'data');
    expect(String(answer)).toMatch(/^HTTP\/1.1 400 .*subprotocol "xmpp"/s);
    await expect(WebClient.connect(running.http, {}, '/elsewhere')).rejects.toThrow('404');
    const page = await fetch(`http://127.0.0.1:${running.http}/xmpp-websocket`);
    expect(page.status).toBe(426);
  });

  it('is no one in the clear, but who comes through a proxy on this machine', async () => {
    const running = await start({ allowPlainLoopback: false });
    await expect(WebClient.connect(running.http)).rejects.toThrow('403');
    const headers = { 'X-Forwarded-Proto': 'https', 'X-Forwarded-For': '203.0.113.9, 198.51.100.7' };
    const client = await WebClient.connect(running.http, { headers });
    clients.push(client);
    const features = await client.open();
    expect(features).toContain('<mechanism>PLAIN</mechanism>');
    // There is nothing that a browser could bind to.
    expect(features).not.toContain('-PLUS');
    await client.login();
    await client.bind();
    const [session] = running.sessions.all();
    expect(session?.outlet).toMatchObject({ address: '198.51.100.7', secure: true });
  });

  it('is counted by address, the one that the proxy names', async () => {
    const running = await start({ limits: { streamsPerAddress: 1 } });
    await connected(running);
    await expect(WebClient.connect(running.http)).rejects.toThrow('429');
    await expect(TestClient.connect(running.port).then((client) => client.open())).rejects.toThrow('policy-violation');
    const headers = { 'X-Forwarded-Proto': 'https', 'X-Forwarded-For': '198.51.100.7' };
    clients.push(await WebClient.connect(running.http, { headers }));
    await expect(WebClient.connect(running.http, { headers })).rejects.toThrow('429');
  });

  it('has a time to log in', async () => {
    const client = await connected(await start({ limits: { loginSeconds: 1 } }));
    expect((await client.rest()).join()).toContain('<connection-timeout ');
  });
});

describe('a client that is too fast', () => {
  it('is not read while its stanzas wait, and nothing of it is lost', async () => {
    const running = await start({ limits: { stanzasPerSecond: 50 } });
    const client = await bound(running);
    const done = new Promise<void>((resolve) => {
      running.engine = async () => {
        if (running.received.length === 600) resolve();
      };
    });
    for (let n = 0; n < 600; n += 1) client.send(`<message xmlns='jabber:client' id='${n}'/>`);
    await done;
    expect(running.received.map(({ stanza }) => Number(stanza.attrs.id))).toEqual([...Array(600).keys()]);
  });

  it('is cut off where it reads nothing', async () => {
    const running = await start();
    const client = await bound(running);
    client.socket.pause();
    const ended = new Promise((resolve) => running.hooks.on('session ended', resolve));
    const [session] = running.sessions.all();
    const large = 'a'.repeat(200_000);
    const feed = setInterval(() => session?.send(message('juliet@example.test', large)), 1);
    await ended;
    clearInterval(feed);
  });
});

describe('resumption', () => {
  const NS_SM = 'urn:xmpp:sm:3';

  async function managed(running: WebRig): Promise<{ client: WebClient; id: string }> {
    const client = await bound(running);
    client.send(`<enable xmlns='${NS_SM}' resume='true'/>`);
    return { client, id: /id='([^']*)'/.exec(await client.next())?.[1] ?? '' };
  }

  it('goes from WebSocket to TCP and back', async () => {
    const running = await start();
    const { client, id } = await managed(running);
    client.socket.terminate();
    const [session] = running.sessions.all();
    const tcp = await opened(running);
    await tcp.login();
    session?.send(message('juliet@example.test', 'while you were away'));
    tcp.send(`<resume xmlns='${NS_SM}' previd='${id}' h='0'/>`);
    await tcp.until('<resumed');
    expect(await tcp.until('</message>')).toContain('while you were away');
    const back = await connected(running);
    await back.open();
    await back.login();
    back.send(`<resume xmlns='${NS_SM}' previd='${id}' h='1'/>`);
    expect(await back.next()).toContain('<resumed ');
    expect(await tcp.rest()).toContain('<conflict ');
    session?.send(message('juliet@example.test', 'welcome back'));
    expect(await back.next()).toContain('welcome back');
  });

  it('needs no close: a socket that is gone waits for it', async () => {
    const running = await start();
    const { client, id } = await managed(running);
    client.socket.close();
    await client.rest();
    const again = await connected(running);
    await again.open();
    await again.login();
    again.send(`<resume xmlns='${NS_SM}' previd='${id}' h='0'/>`);
    expect(await again.next()).toContain('<resumed ');
  });

  it('of a TCP stream leaves other streams alone', async () => {
    const running = await start();
    const other = await boundTcp(running, 'garden');
    const { client, id } = await managed(running);
    client.socket.terminate();
    const again = await connected(running);
    await again.open();
    await again.login('romeo', 'Jul13t');
    again.send(`<resume xmlns='${NS_SM}' previd='${id}' h='0'/>`);
    expect(await again.next()).toContain('<item-not-found ');
    expect(other.closed).toBe(false);
  });
});
