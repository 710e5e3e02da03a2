import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { describe, expect, it } from 'vitest';
import { Newcomers } from '../../../../xmpp/stream/newcomers.ts';
import { TestClock } from '../../extensions/harness.ts';
import { message } from '../rig.ts';
import { BoshClient, NS_BOSH } from './client.ts';
import { bodies, EMPTY, say, start, terminate } from './rig.ts';

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

  it('or would have one namespace written a thousand times gets nothing', async () => {
    const running = await start();
    const client = await BoshClient.bound(running.http);
    const long = `urn:${'x'.repeat(20_000)}`;
    const many = `<message xmlns='jabber:client' xmlns:a='${long}' to='romeo@example.test'>${'<a:b/>'.repeat(1_000)}</message>`;
    expect(await client.send(many)).toBe(terminate('bad-request'));
    expect(running.received).toEqual([]);
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

  it('is a newcomer until its login, and gives way to others', async () => {
    const running = await start();
    running.context.doors.newcomers = new Newcomers(0, 2);
    const { newcomers } = running.context.doors;
    const member = new BoshClient(running.http);
    await member.create();
    await member.login();
    expect(newcomers.count).toBe(0);
    const [first, second, third] = [1, 2, 3].map(() => new BoshClient(running.http));
    for (const client of [first, second, third]) await client?.create();
    expect(newcomers.count).toBe(2);
    expect(await first?.send()).toBe(terminate('item-not-found'));
    expect(await third?.send(say('too early'))).toContain('<not-authorized ');
    await expect.poll(() => newcomers.count).toBe(1);
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
