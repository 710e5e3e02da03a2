import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { request as requestTls } from 'node:https';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { openPages } from './pages-kit.ts';

const LINK = /^<(xmpp:home\.test\?register;preauth=([0-9A-F]+))>; rel="alternate"$/;

describe('the page of a code', () => {
  it.each(['GET', 'HEAD'])('tells the invitation in a Link header, to %s, in either case', async (method) => {
    const { pairing, ask } = await openPages();
    await pairing.press();
    const code = pairing.window?.code ?? '';
    for (const path of [`/J/${code}`, `/j/${code.toLowerCase()}`]) {
      const { status, headers, body } = await ask(path, { method });
      expect(status).toBe(200);
      expect(headers.link).toMatch(LINK);
      expect(body === '').toBe(method === 'HEAD');
    }
  });

  it('shows three ways on, with the invitation as a link and as a QR code', async () => {
    const { pairing, ask } = await openPages();
    await pairing.press();
    const { headers, body } = await ask(`/j/${pairing.window?.code}`, { headers: { 'User-Agent': 'Android' } });
    const uri = LINK.exec(String(headers.link))?.[1] ?? 'none';
    for (const part of [
      'I have an app',
      'Get an app',
      'Make my account here',
      'Conversations',
      `href="${uri}"`,
      '<svg class="qr"',
    ])
      expect(body).toContain(part);
    expect(body).not.toMatch(/<script|style=|src="http/);
  });

  it('is still there for the phone that had it, when the window has closed and the page is loaded anew', async () => {
    const { pairing, ask, clock } = await openPages();
    await pairing.press();
    const path = `/J/${pairing.window?.code}`;
    const first = await ask(path);
    clock.pass(6 * 60_000);
    const cookie = String(first.headers['set-cookie']).split(';')[0] ?? '';
    const again = await ask(path, { headers: { Cookie: cookie } });
    expect(again.status).toBe(200);
    expect(again.headers.link).toBe(first.headers.link);
    expect((await ask(path)).status).toBe(404);
  });

  it('makes the account, the first one administrator, and says what to type into any app', async () => {
    const { pairing, ask, host } = await openPages();
    await pairing.press();
    const page = await ask(`/J/${pairing.window?.code}`);
    const action = /action="([^"]+)"/.exec(page.body)?.[1] ?? '';
    const { status, body } = await ask(action, { form: { name: ' Juliet ', password: 'a rose by any name' } });
    expect(status).toBe(200);
    for (const part of ['Welcome, juliet', 'juliet@home.test', 'administrator', '127.0.0.1', '5222', '5223', 'AB:CD'])
      expect(body).toContain(part);
    expect(host.accounts.list()).toMatchObject([{ local: 'juliet', role: 'administrator' }]);
    const again = await ask(action, { form: { name: 'romeo', password: 'a rose by any name' } });
    expect(again.status).toBe(404);
    expect(host.accounts.list()).toHaveLength(1);
  });

  it.each([
    [{ name: '', password: 'long enough' }, 'Choose a name.'],
    [{ name: 'no spaces', password: 'long enough' }, 'A name holds letters'],
    [{ name: 'romeo', password: 'short' }, 'at least 8 characters'],
    [{ name: 'juliet', password: 'long enough' }, 'Somebody has this name already'],
    [{ name: 'postmaster', password: 'long enough' }, 'kept for those who run the server'],
  ])('says kindly what is wrong with %j, and keeps the invitation', async (form, problem) => {
    const { host, ask } = await openPages();
    await host.accounts.create({ local: 'juliet', password: 'long enough', role: 'member' });
    const { code } = await host.invites.create();
    const { status, body } = await ask(`/j/${code}`, { form });
    expect(status).toBe(422);
    expect(body).toContain(problem);
    expect(host.invites.find(code)).toBeDefined();
    expect(host.accounts.list()).toHaveLength(1);
  });

  it('shows what was typed as text, never as a part of the page', async () => {
    const { host, ask } = await openPages();
    const { code } = await host.invites.create();
    const { body } = await ask(`/j/${code}`, {
      form: { name: '"><script>alert(1)</script>', password: 'long enough' },
    });
    expect(body).not.toContain('<script>');
    expect(body).toContain('&quot;&gt;&lt;script&gt;');
  });

  it('a typed code is found whatever its case and spaces; a wrong one is told and counted', async () => {
    const { pairing, ask } = await openPages();
    await pairing.press();
    const code = pairing.window?.code ?? '';
    const { status, headers } = await ask(`/j?code=${code.slice(0, 4).toLowerCase()}%20${code.slice(4)}`);
    expect(status).toBe(303);
    expect((await ask(String(headers.location))).status).toBe(200);
    for (let tries = 0; tries < 20; tries++) expect((await ask('/j/WRONGONE')).status).toBe(404);
    expect((await ask('/j/WRONGONE')).status).toBe(429);
    expect(pairing.window).toBeUndefined();
  });
});

describe('a second server', () => {
  it('gives nobody more codes to guess', async () => {
    const { ask, server } = await openPages();
    await server.servers.add('club.test', 'community');
    const guess = async (host: string) => (await ask('/j/WRONGONE', { headers: { Host: host } })).status;
    for (let n = 0; n < 50; n += 1) if ((await guess('localhost')) === 429) break;
    expect(await guess('club.test')).toBe(429);
  });

  it('has its pages where its name is asked for, and its invitations wherever they are opened', async () => {
    const { ask, server, host } = await openPages();
    await server.servers.add('club.test', 'community');
    const club = server.hosts[1];
    expect((await ask('/', { headers: { Host: 'club.test:5280' } })).body).toContain('This is club.test');
    expect((await ask('/', { headers: { Host: '192.0.2.7' } })).body).toContain('This is home.test');
    const code = (await club?.invites.create())?.code ?? '';
    const { headers, body } = await ask(`/j/${code}`);
    expect(headers.link).toContain('xmpp:club.test?register');
    expect(body).toContain('@club.test');
    expect((await ask(`/j/${code}`, { form: { name: 'juliet', password: 'a rose by any name' } })).body).toContain(
      'juliet@club.test',
    );
    expect(club?.accounts.list()).toMatchObject([{ local: 'juliet', role: 'administrator' }]);
    expect(host.accounts.list()).toEqual([]);
  });
});

describe('every page', () => {
  it('keeps browsers strict', async () => {
    const { ask } = await openPages();
    const { status, headers, body } = await ask('/');
    expect(status).toBe(200);
    expect(body).toContain('home.test');
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['referrer-policy']).toBe('same-origin');
    expect((await ask('/style.css')).headers['content-type']).toMatch(/^text\/css/);
    expect((await ask('/nowhere')).status).toBe(404);
  });

  it('is there over https as well, with a certificate that can be changed', async () => {
    const { https, tls, server } = await openPages();
    server.reloadCertificate();
    const status = await new Promise((resolve, reject) => {
      const ca = readFileSync(tls.certificate);
      const sent = requestTls({ host: '127.0.0.1', port: https, servername: 'home.test', ca, path: '/', agent: false });
      sent.on('error', reject).on('response', (answer) => resolve(answer.resume().statusCode));
      sent.end();
    });
    expect(status).toBe(200);
  });

  it.each([['xmpp-client'], []])('shares the https port with streams of XMPP; their ALPN: %j', async (...alpn) => {
    const { https, server } = await openPages();
    const socket = connectTls({ host: '127.0.0.1', port: https, rejectUnauthorized: false, ALPNProtocols: alpn });
    socket.write(
      "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='home.test' version='1.0'>",
    );
    let text = '';
    socket.setEncoding('utf8').on('data', (part) => {
      text += part;
    });
    await expect.poll(() => text).toContain('SCRAM-SHA-256-PLUS');
    const gone = once(socket, 'close');
    await server.stop();
    await gone;
    expect(text).toContain('system-shutdown');
  });

  it('has limits: a body, a header, a hurry', async () => {
    const { ask, host } = await openPages();
    const { code } = await host.invites.create();
    expect((await ask(`/j/${code}`, { form: { name: 'x'.repeat(9000), password: 'y' } })).status).toBe(413);
    const pieces = { headers: { 'Transfer-Encoding': 'chunked' } };
    expect((await ask(`/j/${code}`, { ...pieces, form: { name: 'anna', password: 'y' } })).status).toBe(411);
    expect((await ask('/portal/login', { ...pieces, form: { address: 'root' } })).status).toBe(403);
    expect((await ask('/portal', { method: 'DELETE' })).status).toBe(404);
    expect((await ask('/', { headers: { 'X-Long': 'x'.repeat(9000) } })).status).toBe(431);
    const statuses = await Promise.all(Array.from({ length: 120 }, async () => (await ask('/')).status));
    expect(statuses).toContain(429);
  });

  it('counts those whom a proxy on this machine speaks for each by itself', async () => {
    const { ask } = await openPages();
    const of = (address: string) => ask('/', { headers: { 'X-Forwarded-For': `192.0.2.9, ${address}` } });
    const statuses = await Promise.all(Array.from({ length: 120 }, async () => (await of('198.51.100.7')).status));
    expect(statuses).toContain(429);
    expect((await of('198.51.100.8')).status).toBe(200);
    expect((await of('198.51.100.7')).status).toBe(429);
  });

  it('what is no HTTP gets a 400 and the end', async () => {
    const { http } = await openPages();
    const text = await new Promise<string>((resolve, reject) => {
      const socket = connect(http, '127.0.0.1', () => socket.write("<?xml version='1.0'?><stream:stream>\r\n\r\n"));
      let got = '';
      socket.on('data', (part) => {
        got += part;
      });
      socket.on('error', reject).on('close', () => resolve(got));
    });
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
  });
});

describe('the page of the panel', () => {
  it('is for this machine only, by address and by name', async () => {
    const { ask, http } = await openPages();
    expect((await ask('/panel')).status).toBe(200);
    expect((await ask('/panel', { headers: { Host: `localhost:${http}` } })).status).toBe(200);
    // A proxy on this machine, by what it says of itself, and nginx as it is by default.
    const bare = connect(http, '127.0.0.1').setEncoding('utf8');
    bare.write('GET /panel HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n');
    expect(String((await once(bare, 'data'))[0])).toMatch(/^HTTP\/1\.1 403/);
    bare.destroy();
    for (const name of ['X-Forwarded-For', 'X-Forwarded-Proto', 'Via', 'Forwarded'])
      expect((await ask('/panel', { headers: { [name]: '198.51.100.7' } })).status).toBe(403);
    for (const path of ['/panel', '/panel/events', '/panel.png', '/panel.js'])
      expect((await ask(path, { headers: { Host: 'evil.example' } })).status).toBe(403);
  });

  it('is not for who comes through a proxy on this machine that tells where they are', async () => {
    const { http } = await openPages(['127.0.0.1']);
    const asked = 'GET /panel HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';
    const statusBehind = async (header: string) => {
      const socket = connect(http, '127.0.0.1').setEncoding('utf8');
      socket.write(`${header}\r\n${asked}`);
      const [text] = await once(socket, 'data');
      socket.destroy();
      return String(text).slice(9, 12);
    };
    expect(await statusBehind('PROXY TCP4 192.0.2.1 127.0.0.1 5000 5280')).toBe('403');
    expect(await statusBehind('PROXY TCP4 127.0.0.1 127.0.0.1 5000 5280')).toBe('200');
  });

  it('presses for its own form, and for nobody else’s', async () => {
    const { ask, presses, http } = await openPages();
    const own = { Origin: `http://127.0.0.1:${http}` };
    const form = { button: 'pair', held: '120' };
    expect((await ask('/panel/press', { form })).status).toBe(403);
    expect((await ask('/panel/press', { form, headers: { Origin: 'http://evil.example' } })).status).toBe(403);
    expect((await ask('/panel/press', { form: { button: 'bell' }, headers: own })).status).toBe(400);
    expect(presses).toEqual([]);
    expect((await ask('/panel/press', { form, headers: own })).status).toBe(303);
    expect((await ask('/panel/press', { form: { button: 'page' }, headers: own })).status).toBe(303);
    expect(presses).toEqual([
      ['pair', 120],
      ['page', 0],
    ]);
  });

  it('tells each new picture, and forgets who left', async () => {
    const { http, frame, watchers } = await openPages();
    const pictures: string[] = [];
    await new Promise<void>((resolve, reject) => {
      const sent = request({ host: '127.0.0.1', port: http, path: '/panel/events', agent: false });
      sent.on('error', reject).on('response', (answer) => {
        answer.on('error', () => {});
        answer.setEncoding('utf8').on('data', (part: string) => {
          pictures.push(part);
          if (pictures.length === 2) {
            sent.destroy();
            resolve();
            return;
          }
          frame.fill(0xaa);
          for (const tell of watchers) tell();
        });
      });
      sent.end();
    });
    expect(pictures.map((part) => Buffer.from(part.slice(6), 'base64')[0])).toEqual([0x55, 0xaa]);
    await expect.poll(() => watchers.size).toBe(0);
  });

  it('draws the panel as a picture for browsers without scripts', async () => {
    const { ask } = await openPages();
    const { headers } = await ask('/panel.png');
    expect(headers['content-type']).toBe('image/png');
  });
});

describe('a file that is made as it is fetched', () => {
  it('is given once, within ten minutes, to who has its address', async () => {
    const { downloads, clock, ask } = await openPages();
    const lines = ['<a>\n', 'ü'.repeat(100_000), '</a>'];
    const offered = () => new URL(downloads.offer('alice.xml', () => lines)?.url ?? '').pathname;
    const path = offered();
    expect((await ask(path, { method: 'HEAD' })).status).toBe(404);
    const { status, headers, body } = await ask(path);
    expect(status).toBe(200);
    expect(headers['content-disposition']).toContain('alice.xml');
    expect(headers['cache-control']).toBe('no-store');
    expect(body).toBe(lines.join(''));
    expect((await ask(path)).status).toBe(404);
    const late = offered();
    clock.pass(10 * 60_000);
    expect((await ask(late)).status).toBe(404);
  });
});
