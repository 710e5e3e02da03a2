import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { TestClock } from '../../extensions/harness.ts';
import { opened } from '../client.ts';
import { message, type RigOptions } from '../rig.ts';
import { startWebRig, type WebRig } from '../web/rig.ts';
import { BoshClient, NS_BOSH } from './client.ts';

let rig: WebRig | undefined;
afterEach(async () => {
  await rig?.stop();
  rig = undefined;
});

async function start(options: RigOptions = {}): Promise<WebRig> {
  rig = await startWebRig(options);
  return rig;
}

const EMPTY = `<body xmlns='${NS_BOSH}'/>`;
const terminate = (condition: string) => `<body xmlns='${NS_BOSH}' type='terminate' condition='${condition}'/>`;
const say = (text: string) => `<message xmlns='jabber:client' to='romeo@example.test'><body>${text}</body></message>`;
const bodies = (running: WebRig) => running.received.map(({ stanza }) => stanza.getChildText('body'));

describe('a stream over BOSH', () => {
  it('goes over session, SASL, restart and bind to stanzas both ways', async () => {
    const running = await start();
    const client = new BoshClient(running.http);
    const created = await client.create();
    expect(created).toMatch(
      /^<body xmlns='http:\/\/jabber.org\/protocol\/httpbind' xmlns:stream='http:\/\/etherx.jabber.org\/streams' sid='[\w-]{32}' wait='5' hold='1' maxpause='120' requests='2' inactivity='30' ver='1.11' xmlns:xmpp='urn:xmpp:xbosh' xmpp:version='1.0' xmpp:restartlogic='true' from='example.test'><stream:features>/,
    );
    expect(created).toContain('<mechanism>SCRAM-SHA-256</mechanism>');
    expect(created).not.toContain('starttls');
    expect(await client.login()).toContain('<bind ');
    expect(await client.bind()).toContain("<iq xmlns='jabber:client' ");
    running.engine = async (session) => session.send(message('juliet@example.test', 'ay'));
    expect(await client.send(say('wherefore'))).toBe(
      `<body xmlns='${NS_BOSH}'><message xmlns='jabber:client' to='juliet@example.test' type='chat'><body>ay</body></message></body>`,
    );
    expect(running.received[0]?.stanza.toString()).toBe(
      '<message to="romeo@example.test"><body>wherefore</body></message>',
    );
  });

  it('takes stanzas that name no namespace', async () => {
    const running = await start();
    const client = await BoshClient.bound(running.http);
    running.engine = async (session) => session.send(message('juliet@example.test', 'ay'));
    await client.send("<message to='romeo@example.test'><body>old style</body></message>");
    expect(bodies(running)).toEqual(['old style']);
  });

  it('holds a request until there is something to say, and answers it when the next one comes', async () => {
    const running = await start();
    const client = await BoshClient.bound(running.http);
    const held = client.send();
    const next = client.send(say('meanwhile'));
    expect(await held).toBe(EMPTY);
    running.sessions.all()[Symbol.iterator]().next().value?.send(message('juliet@example.test', 'news'));
    expect(await next).toContain('news');
  });

  it('answers with nothing when the client has waited long enough', async () => {
    const running = await start();
    const client = await BoshClient.bound(running.http, "to='example.test' wait='1' hold='1'");
    expect(await client.send()).toBe(EMPTY);
  });

  it('ends with what the client says last', async () => {
    const running = await start();
    const client = await BoshClient.bound(running.http);
    const ended = new Promise((resolve) => running.hooks.on('session ended', resolve));
    const held = client.send();
    expect(await client.send(say('farewell'), "type='terminate'")).toBe(EMPTY);
    expect(await held).toBe(`<body xmlns='${NS_BOSH}' type='terminate'/>`);
    await ended;
    expect(bodies(running)).toEqual(['farewell']);
    expect(await client.send()).toContain("type='terminate'");
  });

  it('ends with the server, which says so on the request that it holds', async () => {
    const running = await start();
    const client = await BoshClient.bound(running.http);
    const held = client.send();
    const idle = await BoshClient.bound(running.http, undefined, 'garden');
    // The held request has come in once a later one of the same address is through.
    await new BoshClient(running.http).create();
    const stopping = running.web.stop();
    expect(await held).toMatch(/condition='remote-stream-error'.*<stream:error><system-shutdown /);
    expect(await idle.send()).toMatch(/condition='remote-stream-error'.*<system-shutdown /);
    expect(await new BoshClient(running.http).create()).toBe(terminate('system-shutdown'));
    await stopping;
  });

  it('tells of a stream error, and is over then', async () => {
    const running = await start();
    const client = await BoshClient.bound(running.http);
    const reply = await client.send("<hello xmlns='urn:example'/>");
    expect(reply).toMatch(/ type='terminate' condition='remote-stream-error'>/);
    expect(reply).toContain('<stream:error><unsupported-stanza-type ');
    expect(reply).toContain("xmlns:stream='http://etherx.jabber.org/streams'");
  });

  it('refuses a restart that nobody waits for', async () => {
    const client = await BoshClient.bound((await start()).http);
    expect(await client.send('', "xmpp:restart='true' to='example.test'")).toContain('<bad-format ');
  });
});

describe('rids', () => {
  it('put requests in order that come out of order', async () => {
    const running = await start();
    const client = await BoshClient.bound(running.http);
    const first = client.rid + 1;
    const second = client.send(say('two'), '', first + 1);
    await new BoshClient(running.http).create();
    expect(bodies(running)).toEqual([]);
    const answers = [client.send(say('one'), '', first), second];
    expect(await answers[0]).toBe(EMPTY);
    await expect.poll(() => bodies(running)).toEqual(['one', 'two']);
  });

  it('seen before are answered as before, and do nothing again', async () => {
    const running = await start();
    const client = await BoshClient.bound(running.http);
    running.engine = async (session) => session.send(message('juliet@example.test', 'once'));
    const answer = await client.send(say('once'));
    expect(await client.send(say('once'), '', client.rid)).toBe(answer);
    expect(bodies(running)).toEqual(['once']);
  });

  it('whose connection broke are taken up by another one', async () => {
    const running = await start();
    const client = await BoshClient.bound(running.http);
    const broken = new AbortController();
    const lost = client.send(say('here'), '', undefined, broken.signal);
    await expect.poll(() => bodies(running)).toEqual(['here']);
    broken.abort();
    await expect(lost).rejects.toThrow();
    const again = client.send(say('here'), '', client.rid);
    const [session] = running.sessions.all();
    session?.send(message('juliet@example.test', 'kept for you'));
    expect(await again).toContain('kept for you');
    expect(bodies(running)).toEqual(['here']);
  });

  it('that are held are answered with a recoverable error when they come again', async () => {
    const running = await start();
    const client = await BoshClient.bound(running.http);
    const first = client.send(say('here'));
    await expect.poll(() => bodies(running)).toEqual(['here']);
    const second = client.send(say('here'), '', client.rid);
    expect(await first).toBe(`<body xmlns='${NS_BOSH}' type='error'/>`);
    const [session] = running.sessions.all();
    session?.send(message('juliet@example.test', 'to the latest'));
    expect(await second).toContain('to the latest');
  });

  it.each([
    ['beyond the window', 5],
    ['long answered', -4],
  ])('%s end the session', async (_name, offset) => {
    const client = await BoshClient.bound((await start()).http);
    expect(await client.send('', '', client.rid + offset)).toBe(terminate('item-not-found'));
    expect(await client.send()).toBe(terminate('item-not-found'));
  });

  it('are needed', async () => {
    const client = new BoshClient((await start()).http);
    const { text } = await client.post(`<body xmlns='${NS_BOSH}' to='example.test'/>`);
    expect(text).toBe(terminate('bad-request'));
  });
});

describe('a client that asks too much', () => {
  it('with more requests at once than it may is turned out', async () => {
    const running = await start();
    const client = await BoshClient.bound(running.http);
    // The one before them never comes, so that none of them can be answered.
    const first = client.rid + 2;
    const replies = await Promise.all([client.send('', '', first), client.send('', '', first + 1)]);
    expect(replies).toContain(terminate('item-not-found'));
  });

  it('that polls too often is turned out', async () => {
    const running = await start();
    const client = await BoshClient.bound(running.http, "to='example.test' wait='0' hold='0'");
    await client.send();
    await client.send();
    expect(await client.send()).toMatch(/condition='policy-violation'/);
  });

  it('or faster than its rate loses nothing, and stays in order', async () => {
    const running = await start({ limits: { stanzasPerSecond: 20 } });
    const client = await BoshClient.bound(running.http, "to='example.test' wait='0' hold='0'");
    const all = Array.from({ length: 210 }, (_, n) => `<message to='romeo@example.test'><body>${n}</body></message>`);
    await client.send(all.join(''));
    await client.send(say('after'));
    await expect.poll(() => bodies(running).at(-1), { timeout: 5_000 }).toBe('after');
    expect(bodies(running).map(Number).slice(0, -1)).toEqual([...Array(210).keys()]);
  });

  it('and sends too much at once before its login gets 413', async () => {
    const client = new BoshClient((await start()).http);
    await client.create();
    const { status } = await client.post(
      `<body xmlns='${NS_BOSH}' sid='${client.sid}' rid='${client.rid + 1}'>${'<a/>'.repeat(5000)}</body>`,
    );
    expect(status).toBe(413);
    expect(await client.send()).toBe(terminate('policy-violation'));
  });

  it('may send more once it has logged in', async () => {
    const running = await start();
    const client = await BoshClient.bound(running.http);
    running.engine = async (session) => session.send(message('juliet@example.test', 'ay'));
    await client.send(say('a'.repeat(200_000)));
    expect(bodies(running)[0]).toHaveLength(200_000);
    const { status } = await client.post(
      `<body xmlns='${NS_BOSH}' sid='${client.sid}' rid='${client.rid + 1}'>${say('a'.repeat(270_000))}</body>`,
    );
    expect(status).toBe(413);
  });

  it('and takes too long to log in is told', async () => {
    const client = new BoshClient((await start({ limits: { loginSeconds: 1 } })).http);
    await client.create();
    expect(await client.send()).toContain('<connection-timeout ');
  });

  it('and reads nothing is given up', async () => {
    const running = await start();
    await BoshClient.bound(running.http);
    const ended = new Promise((resolve) => running.hooks.on('session ended', resolve));
    const [session] = running.sessions.all();
    for (let n = 0; n < 50; n += 1) session?.send(message('juliet@example.test', 'a'.repeat(200_000)));
    await ended;
    expect(running.undelivered.length).toBeGreaterThan(40);
  });
});

describe('what is no body', () => {
  const cases: [name: string, content: string][] = [
    ['broken XML', `<body xmlns='${NS_BOSH}'`],
    ['another element', `<hello xmlns='${NS_BOSH}' rid='1'/>`],
    ['another namespace', "<body xmlns='urn:example' rid='1' to='example.test'/>"],
    ['text', `<body xmlns='${NS_BOSH}' rid='1' to='example.test'>hello</body>`],
    ['a DOCTYPE', `<!DOCTYPE body><body xmlns='${NS_BOSH}' rid='1' to='example.test'/>`],
    ['a comment', `<body xmlns='${NS_BOSH}' rid='1' to='example.test'><!-- --></body>`],
    ['an entity', `<body xmlns='${NS_BOSH}' rid='1' to='&x;'/>`],
    ['nothing', ''],
    ['two', `<body xmlns='${NS_BOSH}' rid='1' to='example.test'/><body/>`],
    ['a rid that is no number', `<body xmlns='${NS_BOSH}' rid='one' to='example.test'/>`],
    ['a rid beyond 2^53', `<body xmlns='${NS_BOSH}' rid='9007199254740993' to='example.test'/>`],
  ];
  it.each(cases)('%s is a bad request', async (_name, content) => {
    const client = new BoshClient((await start()).http);
    expect((await client.post(content)).text).toBe(terminate('bad-request'));
  });

  it('what is no UTF-8 is one as well', async () => {
    const client = new BoshClient((await start()).http);
    const bytes = Uint8Array.from([
      ...Buffer.from(`<body xmlns='${NS_BOSH}' rid='1' to='`),
      0xff,
      ...Buffer.from("'/>"),
    ]);
    expect((await client.post(bytes)).text).toBe(terminate('bad-request'));
  });

  it.each([
    ["to='nowhere.test'", 'host-unknown'],
    ['', 'improper-addressing'],
    ["to='example.test' xmpp:version='0.9'", 'bad-request'],
  ])('a session with %s is refused', async (attributes, condition) => {
    const client = new BoshClient((await start()).http);
    expect(await client.create(attributes)).toBe(terminate(condition));
  });

  it('a session that nobody knows is not found', async () => {
    const client = new BoshClient((await start()).http);
    client.sid = 'made-up';
    expect(await client.send()).toBe(terminate('item-not-found'));
  });
});

describe('key sequences', () => {
  const sha1 = (text: string) => createHash('sha1').update(text).digest('hex');
  const keys = ['seed'];
  for (let n = 0; n < 4; n += 1) keys.push(sha1(keys.at(-1) ?? ''));
  const [, k1, k2 = '', k3, k4] = keys;

  it('let go on who knows the next key', async () => {
    const client = new BoshClient((await start()).http);
    await client.create(`to='example.test' wait='1' hold='1' newkey='${k3?.toUpperCase()}'`);
    expect(await client.send('', `key='${k2}'`)).not.toContain('terminate');
    expect(await client.send('', `key='${k1}' newkey='${k4}'`)).not.toContain('terminate');
    expect(await client.send('', `key='${k3}'`)).not.toContain('terminate');
  });

  it.each([
    ['without a key', ''],
    ['with a wrong one', "key='ca393b51b682f61f98e7877d61146407f3d0a770'"],
  ])('end the session for a request %s', async (_name, attributes) => {
    const client = new BoshClient((await start()).http);
    await client.create(`to='example.test' newkey='${k3}'`);
    expect(await client.send('', attributes)).toBe(terminate('item-not-found'));
  });

  it('give no answer again without the key that went with it', async () => {
    const client = new BoshClient((await start()).http);
    await client.create(`to='example.test' wait='0' hold='1' newkey='${k3}'`);
    await client.send('', `key='${k2}'`);
    expect(await client.send('', '', client.rid)).toBe(terminate('item-not-found'));
  });
});

describe('a client that is silent', () => {
  it('is taken to be gone after half a minute', async () => {
    const clock = new TestClock();
    const running = await start({ clock });
    const client = await BoshClient.bound(running.http);
    const ended = new Promise((resolve) => running.hooks.on('session ended', resolve));
    clock.pass(29_000);
    expect([...running.sessions.all()]).toHaveLength(1);
    clock.pass(2_000);
    await ended;
    expect(await client.send()).toBe(terminate('item-not-found'));
  });

  it('is waited for as long as it asked', async () => {
    const clock = new TestClock();
    const running = await start({ clock });
    const client = await BoshClient.bound(running.http);
    expect(await client.send('', "pause='100'")).toBe(EMPTY);
    clock.pass(99_000);
    expect(await client.send('', "pause='100'")).toBe(EMPTY);
    const ended = new Promise((resolve) => running.hooks.on('session ended', resolve));
    clock.pass(101_000);
    await ended;
  });

  it('may say so before, and gets all its requests back, empty', async () => {
    const running = await start();
    const client = await BoshClient.bound(running.http);
    const held = client.send();
    expect(await client.send('', "pause='60'")).toBe(EMPTY);
    expect(await held).toBe(EMPTY);
    const [session] = running.sessions.all();
    session?.send(message('juliet@example.test', 'kept'));
    expect(await client.send()).toContain('kept');
  });
});

describe('who may come in', () => {
  it('is any page, without credentials', async () => {
    const running = await start();
    const url = `http://127.0.0.1:${running.http}/http-bind`;
    const preflight = await fetch(url, { method: 'OPTIONS', headers: { Origin: 'https://chat.example' } });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-origin')).toBe('*');
    expect(preflight.headers.get('access-control-allow-headers')).toBe('Content-Type');
    const answer = await fetch(url, { method: 'POST', body: EMPTY });
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
    expect(answer.headers.get('content-security-policy')).toContain('sandbox');
    expect((await fetch(url)).status).toBe(405);
  });

  it('is no one in the clear, but who comes through a proxy on this machine', async () => {
    const running = await start({ allowPlainLoopback: false });
    const { status, text } = await new BoshClient(running.http).post(EMPTY);
    expect(status).toBe(403);
    expect(text).toContain('use https');
    const client = new BoshClient(running.http, {
      'X-Forwarded-Proto': 'https',
      'X-Forwarded-For': '198.51.100.7',
    });
    expect(await client.create()).toContain('<mechanism>PLAIN</mechanism>');
  });

  it('is no address that asks more than a hundred times a second', { timeout: 30_000 }, async () => {
    const running = await start({ clock: new TestClock() });
    const ask = () => fetch(`http://127.0.0.1:${running.http}/http-bind`, { method: 'OPTIONS' });
    for (let n = 0; n < 100; n += 1) await Promise.all(Array.from({ length: 10 }, ask));
    expect((await ask()).status).toBe(429);
  });

  it('is counted by address', async () => {
    const running = await start({ limits: { streamsPerAddress: 1 } });
    await new BoshClient(running.http).create();
    expect(await new BoshClient(running.http).create()).toBe(terminate('policy-violation'));
  });

  it('does not keep a half-sent request waiting for others', async () => {
    const running = await start();
    const slow = httpRequest({ port: running.http, host: '127.0.0.1', path: '/http-bind', method: 'POST' });
    slow.setHeader('Content-Length', '100');
    slow.on('error', () => undefined);
    slow.write('<body');
    await once(slow, 'socket');
    expect(await new BoshClient(running.http).create()).toContain('<stream:features>');
    slow.destroy();
  });
});

it('a session can be resumed over TCP', async () => {
  const running = await start();
  const client = await BoshClient.bound(running.http);
  const enabled = await client.send("<enable xmlns='urn:xmpp:sm:3' resume='true'/>");
  const id = / id='([^']*)'/.exec(enabled)?.[1];
  const tcp = await opened(running);
  await tcp.login();
  const held = client.send();
  tcp.send(`<resume xmlns='urn:xmpp:sm:3' previd='${id}' h='0'/>`);
  await tcp.until('<resumed');
  expect(await held).toContain('<conflict ');
});
