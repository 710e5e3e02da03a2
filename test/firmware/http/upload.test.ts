/** Files over real HTTP on loopback: every status, and what is on the disk afterwards. */
import { randomBytes } from 'node:crypto';
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { type IncomingHttpHeaders, request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { Hono } from 'hono';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { WebEnv } from '../../../firmware/http/app.ts';
import { WebServer } from '../../../firmware/http/web-server.ts';
import { COMMAND_LINE } from '../../../xmpp/access/acts.ts';
import { RuleBook } from '../../../xmpp/access/rules/rule-book.ts';
import { change } from '../../../xmpp/store/changes.ts';
import type { UploadSlot } from '../../../xmpp/store/upload-model.ts';
import { freePorts } from '../../kit/ports.ts';
import { silentLog } from '../../xmpp/extensions/harness.ts';
import { openHome } from '../home.ts';
import { KEPT_DAYS, openFiles, openUploads } from './uploads.ts';

const DAY_MS = 86_400_000;
const SLOT_MS = 300_000;

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

interface Asked {
  headers?: Record<string, string | number>;
  body?: Buffer;
}

async function openServer() {
  const home = await openHome();
  const { folder, host, clock, server } = home;
  const { store } = host;
  const files = await openFiles(home);
  const uploads = { server: await openUploads(home, files), plain: true };
  const [port = 0] = await freePorts(1);
  const app = new Hono<WebEnv>();
  const { doors } = server;
  const secured = { protocols: [], take: () => undefined };
  const web = new WebServer({
    address: '127.0.0.1',
    http: port,
    https: 0,
    doors,
    app,
    uploads,
    imports: { handle: () => false },
    streams: server.web,
    secured,
    log: silentLog,
  });
  await web.start();
  onTestFinished(() => web.stop());
  const alice = await host.accounts.create({ local: 'alice', password: 'secret of alice', role: 'member' });

  const slot = async (facts: Partial<UploadSlot> = {}) => {
    const made: UploadSlot = {
      id: randomBytes(24).toString('base64url'),
      account: alice.id,
      name: 'soup.jpg',
      bytes: 5,
      type: 'image/jpeg',
      purpose: 'message',
      madeMs: clock.nowMs(),
      expiresMs: clock.nowMs() + SLOT_MS,
      untilMs: 0,
      ...facts,
    };
    await store.journal.commit(change('upload slot made', made));
    return { ...made, path: `/upload/${made.id}/${encodeURIComponent(made.name)}` };
  };

  const ask = (method: string, path: string, { headers = {}, body }: Asked = {}) =>
    new Promise<Answer>((resolve, reject) => {
      const length = body && headers['Transfer-Encoding'] === undefined && { 'Content-Length': body.length };
      const sent = request({ host: '127.0.0.1', port, path, method, headers: { ...length, ...headers }, agent: false });
      sent.on('error', reject).on('response', (answer) => {
        const parts: Buffer[] = [];
        answer.on('data', (part: Buffer) => parts.push(part));
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(parts) }),
        );
      });
      sent.end(body);
    });
  const put = (path: string, text = 'hello', headers: Asked['headers'] = { 'Content-Type': 'image/jpeg' }) =>
    ask('PUT', path, { headers, body: Buffer.from(text) });
  const names = () => readdirSync(join(folder, 'uploads'));
  return { ...home, port, files, alice, slot, ask, put, names };
}

describe('a file', () => {
  it('comes in once and is given out as it was, to its owner alone on the disk', async () => {
    const { slot, put, ask, names, folder } = await openServer();
    const { path, id } = await slot();
    expect((await ask('GET', path)).status).toBe(404);
    expect((await put(path)).status).toBe(201);
    const got = await ask('GET', path);
    expect([got.status, got.body.toString()]).toEqual([200, 'hello']);
    expect(names()).toEqual([id]);
    expect(statSync(join(folder, 'uploads', id)).mode & 0o777).toBe(0o600);
    expect((await put(path, 'other')).status).toBe(409);
    expect((await ask('GET', path)).body.toString()).toBe('hello');
  });

  it('of many megabytes keeps its bytes', async () => {
    const { slot, ask } = await openServer();
    const body = randomBytes(8_000_000);
    const { path } = await slot({ bytes: body.length, type: '' });
    expect((await ask('PUT', path, { body })).status).toBe(201);
    expect((await ask('GET', path)).body.equals(body)).toBe(true);
  });

  it('of no bytes is one as well', async () => {
    const { slot, put, ask } = await openServer();
    const { path } = await slot({ bytes: 0 });
    expect((await put(path, '')).status).toBe(201);
    expect(await ask('GET', path)).toMatchObject({ status: 200, headers: { 'content-length': '0' } });
  });

  it('is refused unless it is what the slot is for, and the slot is good for another try', async () => {
    const { slot, put, ask, names } = await openServer();
    const { path } = await slot();
    expect((await put(path, 'longer')).status).toBe(413);
    expect((await put(path, 'less')).status).toBe(400);
    expect((await put(path, 'hello', { 'Content-Type': 'text/html' })).status).toBe(415);
    expect((await put(path, 'hello', { 'Content-Encoding': 'gzip' })).status).toBe(415);
    expect((await put(path, 'hello', { 'Content-Range': 'bytes 0-4/5' })).status).toBe(400);
    expect((await put(path, 'hello', { 'Transfer-Encoding': 'chunked' })).status).toBe(411);
    expect((await ask('POST', path, { body: Buffer.from('hello') })).status).toBe(405);
    expect(names()).toEqual([]);
    expect((await put(path, 'hello', { 'Content-Type': 'IMAGE/jpeg; q=1' })).status).toBe(201);
  });

  it('is refused too late, without a slot, and from a member who may not log in', async () => {
    const { slot, put, clock, host, alice, files, names } = await openServer();
    const late = await slot();
    clock.pass(SLOT_MS);
    expect((await put(late.path)).status).toBe(410);
    await files.removeOld();
    expect((await put(late.path)).status).toBe(404);
    expect((await put(`/upload/${'A'.repeat(32)}/soup.jpg`)).status).toBe(404);
    const other = await slot();
    const book = new RuleBook(host);
    for (const action of ['login', 'upload']) {
      const rule = { subject: `account:${host.addressOf(alice)}`, action, decision: 'deny' } as const;
      const { id } = await book.add(rule, COMMAND_LINE);
      expect((await put(other.path)).status).toBe(403);
      await book.remove(id, COMMAND_LINE);
    }
    await host.accounts.setStatus(alice, 'disabled');
    expect((await put(other.path)).status).toBe(403);
    expect(names()).toEqual([]);
  });

  it('that is cut leaves nothing, and its slot stays good', async () => {
    const { slot, put, ask, names, port, files } = await openServer();
    const { path, id } = await slot();
    const socket = connect(port, '127.0.0.1');
    socket.write(`PUT ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhel`);
    await until(() => names().includes(`${id}.part`));
    expect((await ask('GET', path)).status).toBe(404);
    expect((await put(path)).status).toBe(409);
    socket.destroy();
    await until(() => !files.isComing(id));
    expect(names()).toEqual([]);
    expect((await put(path)).status).toBe(201);
  });

  it('cannot be had by any trick with paths', async () => {
    const { slot, put, ask, folder } = await openServer();
    const { path, id } = await slot();
    await put(path);
    writeFileSync(join(folder, 'secret'), 'secret');
    const tricks = [
      '/upload/../secret',
      '/upload/..%2fsecret/x',
      '/upload/%2e%2e/secret',
      `/upload/${id}/../../secret`,
      `/upload/${id}`,
      `/upload/${id}/`,
      `/upload/${id}.part/x`,
      `/upload/${id}%00/x`,
      `/upload/${id.slice(1)}/soup.jpg`,
      '/upload//etc/passwd',
    ];
    for (const trick of tricks) {
      expect([trick, (await ask('GET', trick)).status]).toEqual([trick, 404]);
      expect([trick, (await ask('PUT', trick, { body: Buffer.from('x') })).status]).toEqual([trick, 404]);
    }
    // The name is for people: whatever it says, the file is the one of the id.
    expect((await ask('GET', `/upload/${id}/..%2f..%2fsecret`)).body.toString()).toBe('hello');
  });

  it('goes with its time, with its account, and when nobody knows it', async () => {
    const { slot, put, ask, clock, files, host, alice, names, folder } = await openServer();
    host.hooks.on('account forgotten', () => files.sweepSoon());
    const story = await slot({ purpose: 'ephemeral', untilMs: clock.nowMs() + DAY_MS });
    const face = await slot({ purpose: 'profile' });
    const picture = await slot();
    for (const { path } of [story, face, picture]) await put(path);
    clock.pass(DAY_MS);
    expect((await ask('GET', story.path)).status).toBe(404);
    clock.pass(KEPT_DAYS * DAY_MS);
    await files.removeOld();
    expect(names()).toEqual([face.id]);
    for (const name of ['stray', 'half.part']) writeFileSync(join(folder, 'uploads', name), '');
    await files.start();
    expect(names()).toEqual([face.id]);
    await host.accounts.remove(alice);
    expect((await ask('GET', face.path)).status).toBe(404);
    await files.stop();
    expect(names()).toEqual([]);
  });
});

describe('what is given out', () => {
  it.each([
    ['photo.jpg', 'image/jpeg', 'image/jpeg', 'inline'],
    ['film.mp4', 'video/mp4', 'video/mp4', 'inline'],
    ['trap.html', 'text/html', 'application/octet-stream', 'attachment'],
    ['trap.svg', 'image/svg+xml', 'application/octet-stream', 'attachment'],
    ['trap.js', 'text/javascript', 'application/octet-stream', 'attachment'],
    ['letter.txt', 'text/plain; charset=utf-8', 'text/plain; charset=utf-8', 'attachment'],
    ['whatever', '', 'application/octet-stream', 'attachment'],
  ])('%s of type %j is no program of this origin', async (name, type, shownAs, disposition) => {
    const { slot, ask } = await openServer();
    const { path } = await slot({ name, type });
    await ask('PUT', path, { headers: type === '' ? {} : { 'Content-Type': type }, body: Buffer.from('hello') });
    const { headers } = await ask('GET', path);
    expect(headers).toMatchObject({
      'content-type': shownAs,
      'content-disposition': `${disposition}; filename*=UTF-8''${name}`,
      'x-content-type-options': 'nosniff',
      'access-control-allow-origin': '*',
    });
    expect(headers['content-security-policy']).toMatch(/^default-src 'none';.* sandbox$/);
  });

  it('has a name in any script', async () => {
    const { slot, put, ask } = await openServer();
    const { path } = await slot({ name: "très 'cool'\"\r.jpg" });
    await put(path);
    const { headers } = await ask('HEAD', path);
    expect(headers['content-disposition']).toBe("inline; filename*=UTF-8''tr%C3%A8s%20%27cool%27%22%0D.jpg");
    expect(headers['content-length']).toBe('5');
  });

  it.each([
    ['bytes=0-1', 206, 'bytes 0-1/5', 'he'],
    ['bytes=3-', 206, 'bytes 3-4/5', 'lo'],
    ['bytes=-2', 206, 'bytes 3-4/5', 'lo'],
    ['bytes=-99', 206, 'bytes 0-4/5', 'hello'],
    ['bytes=1-99', 206, 'bytes 1-4/5', 'ello'],
    ['bytes=5-', 416, 'bytes */5', '416 Range Not Satisfiable\n'],
    ['bytes=-0', 416, 'bytes */5', '416 Range Not Satisfiable\n'],
    ['bytes=2-1', 200, undefined, 'hello'],
    ['bytes=0-1,3-4', 200, undefined, 'hello'],
    ['lines=1-2', 200, undefined, 'hello'],
  ])('is cut by Range: %s', async (range, status, contentRange, body) => {
    const { slot, put, ask } = await openServer();
    const { path } = await slot();
    await put(path);
    const got = await ask('GET', path, { headers: { Range: range } });
    expect([got.status, got.headers['content-range'], got.body.toString()]).toEqual([status, contentRange, body]);
  });

  it('is asked for again only where it changed', async () => {
    const { slot, put, ask } = await openServer();
    const { path } = await slot();
    await put(path);
    const { etag = '' } = (await ask('HEAD', path)).headers;
    expect(await ask('GET', path, { headers: { 'If-None-Match': etag } })).toMatchObject({ status: 304 });
    const range = (condition: string) => ask('GET', path, { headers: { Range: 'bytes=0-0', 'If-Range': condition } });
    expect((await range(etag)).status).toBe(206);
    expect((await range('"other"')).status).toBe(200);
  });

  it('is there for pages of any origin', async () => {
    const { slot, ask } = await openServer();
    const { path } = await slot();
    expect(await ask('OPTIONS', path)).toMatchObject({
      status: 204,
      headers: {
        'access-control-allow-origin': '*',
        'access-control-allow-methods': 'OPTIONS, HEAD, GET, PUT',
        'access-control-allow-headers': expect.stringContaining('Content-Type'),
      },
    });
  });
});

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}
