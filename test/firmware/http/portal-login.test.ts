/** Who gets into the portal, from where, and when that is over. */
import { describe, expect, it } from 'vitest';
import { COMMAND_LINE } from '../../../xmpp/access/acts.ts';
import { RuleBook } from '../../../xmpp/access/rules/rule-book.ts';
import { openPortal, PASSWORD } from './portal-kit.ts';

const INSIDE = 'You are root@home.test';

describe('logging in', () => {
  it('takes the address and the password of an administrator, and is on record, as is logging out', async () => {
    const { browser, member, acts } = await openPortal();
    await member('root', 'administrator');
    const one = browser();
    expect((await one.get('/portal')).body).toContain('name="password"');
    const answer = await one.login('Root@HOME.test');
    expect([answer.status, answer.location]).toEqual([303, '/portal']);
    expect((await one.get('/portal')).body).toContain(INSIDE);
    const out = await one.post('/portal/logout', { csrf: one.hidden('csrf') });
    expect(out.status).toBe(303);
    expect(one.cookies.size).toBe(0);
    expect((await acts()).slice(0, 2)).toEqual([
      ['portal logout', 'root@home.test', '127.0.0.1, web', ''],
      ['portal login', 'root@home.test', '127.0.0.1, web', ''],
    ]);
  });

  it('a token is of no use once its session is over', async () => {
    const { administrator, browser } = await openPortal();
    const { browser: one } = await administrator();
    await one.get('/portal');
    const thief = browser();
    for (const [name, value] of one.cookies) thief.cookies.set(name, value);
    expect((await thief.get('/portal')).body).toContain(INSIDE);
    await one.post('/portal/logout', { csrf: one.hidden('csrf') });
    expect((await thief.get('/portal')).body).not.toContain(INSIDE);
  });

  it('says the same of a wrong password and of a name that nobody has', async () => {
    const { browser, member } = await openPortal();
    await member('root', 'administrator');
    const known = await browser().login('root@home.test', 'not the password');
    const unknown = await browser().login('toor@home.test', 'not the password');
    expect(known.status).toBe(403);
    expect(unknown.status).toBe(403);
    expect(unknown.body.replaceAll('toor', 'root')).toBe(known.body);
    expect(known.body).toContain('The address or the password is wrong.');
    expect(known.headers.getSetCookie()).toEqual([]);
  });

  it('is nothing for members who do not administer, nor for those who are shut out', async () => {
    const { browser, member, host, acts } = await openPortal();
    await member('root', 'administrator');
    const alice = await member('alice');
    const answer = await browser().login('alice');
    expect(answer.status).toBe(403);
    expect(answer.body).toContain('only administrators');
    await host.accounts.setRole(alice, 'administrator');
    await host.accounts.setStatus(alice, 'disabled');
    expect((await browser().login('alice')).body).toContain('The address or the password is wrong.');
    expect(await acts()).toEqual([]);
  });

  it('shares the count of wrong tries with streams: answers are held back, then there are none', async () => {
    const { browser, member, clock, server, host } = await openPortal();
    await member('root', 'administrator');
    for (let n = 0; n < 3; n += 1) await server.logins.check(host, '192.168.1.7', 'root', 'wrong');
    const held = browser({ address: '192.168.1.7' }).login('root');
    const first = await Promise.race([held, new Promise((resolve) => setImmediate(() => setImmediate(resolve)))]);
    expect(first).toBeUndefined();
    clock.pass(10_000);
    expect((await held).status).toBe(303);
    const guesses = Array.from({ length: 36 }, () => browser({ address: '192.168.1.8' }).login('root', 'wrong'));
    const statuses = (await Promise.all(guesses)).map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([403, 429]));
    expect((await browser({ address: '192.168.1.8' }).login('root')).status).toBe(429);
  }, 60_000);

  it('is for addresses of this server only', async () => {
    const { browser, administrator, server } = await openPortal();
    await administrator();
    await server.servers.add('club.test', 'community');
    const club = server.hosts[1];
    await club?.accounts.create({
      local: 'root',
      password: 'another password',
      role: 'administrator',
      byOperator: true,
    });
    const there = browser({ host: 'club.test' });
    expect((await there.login('root@home.test')).body).toContain('An address here ends in @club.test.');
    expect((await there.login('root')).status).toBe(403);
    expect((await there.login('root', 'another password')).status).toBe(303);
    expect((await there.get('/portal')).body).toContain('You are root@club.test');
  });

  it('a session of one server is none at another', async () => {
    const { browser, administrator, server } = await openPortal();
    const { browser: one } = await administrator();
    await server.servers.add('club.test', 'community');
    const there = browser({ host: 'club.test' });
    for (const [name, value] of one.cookies) there.cookies.set(name, value);
    expect((await there.get('/portal/members')).status).toBe(403);
    expect((await one.get('/portal/members')).status).toBe(200);
  });

  it('follows the owner’s rules about who logs in from where, and who administers', async () => {
    const { browser, member, host } = await openPortal();
    await member('root', 'administrator');
    const book = new RuleBook(host);
    await book.add({ subject: 'address:192.168.9.0/24', action: 'login', decision: 'deny' }, COMMAND_LINE);
    await book.add({ subject: 'address:192.168.8.0/24', action: 'administer', decision: 'deny' }, COMMAND_LINE);
    expect((await browser({ address: '192.168.9.1' }).login('root')).body).toContain('from this network');
    expect((await browser({ address: '192.168.8.1' }).login('root')).body).toContain('only administrators');
    const inside = browser({ address: '192.168.7.1' });
    expect((await inside.login('root')).status).toBe(303);
    await book.add({ subject: 'address:192.168.7.0/24', action: 'administer', decision: 'allow' }, COMMAND_LINE);
    await book.add({ subject: 'everyone', action: 'administer', decision: 'deny' }, COMMAND_LINE);
    expect((await inside.begin('urn:casp3r:circles#create', { forms: '1', 'f.name': 'Family' })).status).toBe(303);
    expect(host.circles.list()).toHaveLength(1);
  });
});

describe('the way there', () => {
  it('is encrypted, or within the home', async () => {
    const { browser, member } = await openPortal();
    await member('root', 'administrator');
    for (const address of ['127.0.0.1', '192.168.1.9', '::ffff:10.0.0.3', 'fd00::1', 'fe80::1'])
      expect((await browser({ address }).get('/portal')).body, address).toContain('https://home.test/portal');
    const outside = browser({ address: '198.51.100.7' });
    const refused = await outside.login('root');
    expect(refused.status).toBe(403);
    expect(refused.body).not.toContain('name="password"');
    expect(refused.body).toContain('href="https://home.test/portal"');
    expect((await browser({ address: '198.51.100.7', encrypted: true }).login('root')).status).toBe(303);
  });

  it('is for nobody in the clear where a proxy on this machine does not say who it is', async () => {
    const { browser, member } = await openPortal();
    await member('root', 'administrator');
    const through = async (headers: Record<string, string>) => (await browser().get('/portal', headers)).status;
    expect(await through({ 'X-Forwarded-For': '192.168.1.9' })).toBe(200);
    for (const headers of [
      { 'X-Forwarded-For': '198.51.100.7' },
      { 'X-Forwarded-For': '198.51.100.7:4711' },
      { Forwarded: 'for=198.51.100.7' },
      { Via: '1.1 proxy' },
    ] as Record<string, string>[]) {
      expect(await through(headers), JSON.stringify(headers)).toBe(403);
      expect(await through({ ...headers, 'X-Forwarded-Proto': 'https' })).toBe(200);
    }
  });

  it('keeps the cookie from scripts, other sites, other paths, and from plain HTTP where it began encrypted', async () => {
    const { browser, member } = await openPortal();
    await member('root', 'administrator');
    const plain = (await browser().login('root')).headers.getSetCookie();
    expect(plain).toEqual([
      expect.stringMatching(/^casp3r_portal=[\w-]{43}; Path=\/portal; HttpOnly; SameSite=Strict$/),
    ]);
    const safe = browser({ encrypted: true });
    const cookie = (await safe.login('root')).headers.getSetCookie();
    expect(cookie).toEqual([
      expect.stringMatching(/^__Secure-casp3r_portal=[\w-]{43}; Path=\/portal; HttpOnly; Secure; SameSite=Strict$/),
    ]);
    const sniffer = browser();
    sniffer.cookies.set('casp3r_portal', safe.cookies.get('__Secure-casp3r_portal') ?? '');
    expect((await sniffer.get('/portal')).body).not.toContain(INSIDE);
  });

  it('lets no page be kept, and none be put into a frame', async () => {
    const { administrator } = await openPortal();
    const { browser: one } = await administrator();
    for (const path of ['/portal', '/portal/log', '/portal/nowhere']) {
      const { headers } = await one.get(path);
      expect(headers.get('Cache-Control')).toBe('no-store');
      expect(headers.get('Content-Security-Policy')).toContain("frame-ancestors 'none'");
    }
  });

  it('takes no form but those of its own pages, with the token of the session', async () => {
    const { administrator, host } = await openPortal();
    const { browser: one } = await administrator();
    await one.get('/portal');
    const csrf = one.hidden('csrf');
    const form = { csrf, node: 'urn:casp3r:circles#create', forms: '1', 'f.name': 'Family' };
    const foreign = [
      { Origin: 'https://evil.example' },
      { Origin: 'null' },
      { 'Sec-Fetch-Site': 'cross-site' },
      { 'Sec-Fetch-Site': 'same-site' },
      { 'Sec-Fetch-Site': 'none' },
    ];
    for (const headers of foreign) expect((await one.post('/portal/do', form, headers)).status).toBe(403);
    expect((await one.post('/portal/do', { ...form, csrf: '' })).status).toBe(403);
    expect((await one.post('/portal/do', { ...form, csrf: `${csrf.slice(0, -1)}~` })).status).toBe(403);
    expect(host.circles.list()).toEqual([]);
    expect((await one.post('/portal/login', { address: 'root', password: PASSWORD }, foreign[0])).status).toBe(403);
    expect((await one.post('/portal/do', form)).status).toBe(303);
    expect(host.circles.list()).toHaveLength(1);
  });

  it('has limits: a body, sessions of one member', async () => {
    const { browser, administrator } = await openPortal();
    const { browser: one } = await administrator();
    await one.get('/portal');
    const big = await one.post('/portal/do', { csrf: one.hidden('csrf'), node: 'x'.repeat(70_000) });
    expect(big.status).toBe(413);
    expect((await browser().login('root', 'x'.repeat(9000))).status).toBe(413);
    for (let n = 0; n < 4; n += 1) await browser().login('root');
    expect((await one.get('/portal')).body).toContain(INSIDE);
    await browser().login('root');
    expect((await one.get('/portal')).body).not.toContain(INSIDE);
  });
});

describe('a session ends', () => {
  const MINUTE = 60_000;

  it.each<[string, (portal: Awaited<ReturnType<typeof openPortal>>) => Promise<unknown>]>([
    ['another role', ({ host }) => host.accounts.setRole(root(host), 'member')],
    ['another password', ({ host }) => host.accounts.setPassword(root(host), 'quite another one')],
    ['being shut out', ({ host }) => host.accounts.setStatus(root(host), 'disabled')],
    [
      'being shut out and let in again',
      async ({ host }) => {
        await host.accounts.setStatus(root(host), 'disabled');
        await host.accounts.setStatus(root(host), 'active');
      },
    ],
    ['removal', ({ host }) => host.accounts.remove(root(host))],
    [
      'a rule',
      ({ host }) => new RuleBook(host).add({ subject: 'everyone', action: 'login', decision: 'deny' }, COMMAND_LINE),
    ],
    ['half an hour without a page', async ({ clock }) => clock.pass(30 * MINUTE)],
  ])('with %s', async (_, work) => {
    const portal = await openPortal();
    const { browser: one } = await portal.administrator();
    await one.get('/portal');
    const csrf = one.hidden('csrf');
    await work(portal);
    const late = await one.post('/portal/do', {
      csrf,
      node: 'urn:casp3r:circles#create',
      forms: '1',
      'f.name': 'Late',
    });
    expect(late.status).toBe(403);
    expect(late.body).toContain('name="password"');
    expect(portal.host.circles.list()).toEqual([]);
    expect((await one.get('/portal/members')).status).toBe(403);
  });

  it('after twelve hours, however busy', async () => {
    const { administrator, clock } = await openPortal();
    const { browser: one } = await administrator();
    for (let n = 0; n < 12 * 3 - 1; n += 1) {
      clock.pass(20 * MINUTE);
      expect((await one.get('/portal')).body).toContain(INSIDE);
    }
    clock.pass(20 * MINUTE);
    expect((await one.get('/portal')).body).not.toContain(INSIDE);
  });
});

function root(host: Awaited<ReturnType<typeof openPortal>>['host']) {
  const account = host.accounts.find('root');
  if (!account) throw new Error('nobody is root');
  return account;
}
