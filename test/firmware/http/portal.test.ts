/** What an administrator does in the portal, as a browser sends it. */
import { describe, expect, it } from 'vitest';
import type { PeerState } from '../../../xmpp/federation/status.ts';
import { change } from '../../../xmpp/store/changes.ts';
import type { Account } from '../../../xmpp/store/model.ts';
import { openPortal } from './portal-kit.ts';

type Portal = Awaited<ReturnType<typeof openPortal>>;

const ACCESS = 'urn:casp3r:access';

async function knock({ host, clock }: Portal, account: Account, from: string, text = 'buy!'): Promise<void> {
  const stanza = `<message xmlns="jabber:client" from="${from}" to="${host.addressOf(account)}"><body>${text}</body></message>`;
  const held = { account: account.id, id: host.store.newId(), from, atMs: clock.nowMs(), stanza };
  await host.store.journal.commit(change('stanza held', held));
}

describe('commands', () => {
  it('the mode is changed once what it changes was read, and it is on record', async () => {
    const portal = await openPortal();
    const { browser } = await portal.administrator();
    const first = await browser.begin(`${ACCESS}#mode`, {}, '/portal/rules');
    expect(first.body).toContain('community: open to other servers, strangers wait');
    const preview = await browser.step({ 'f.mode': 'private' });
    expect(preview.body).toContain('<li>Members may no longer let others make an account.</li>');
    const back = await browser.step({}, 'prev');
    expect(back.body).toContain('Who is this server open to?');
    await browser.step({ 'f.mode': 'community' });
    expect((await browser.step({})).location).toBe('/portal/rules');
    expect((await browser.get('/portal/rules')).body).toContain('Nothing was changed.');
    expect(portal.host.server.mode).toBe('family');
    await browser.begin(`${ACCESS}#mode`, {}, '/portal/rules');
    await browser.step({ 'f.mode': 'community' });
    await browser.step({ 'f.sure': 'true' });
    expect(portal.host.server.mode).toBe('community');
    expect((await browser.get('/portal')).body).toContain('The mode is community.');
    expect((await portal.acts())[0]).toEqual([
      'access mode',
      'root@home.test',
      '127.0.0.1, web',
      'family to community',
    ]);
    expect((await browser.get('/portal')).body).not.toContain('The mode is community.');
  });

  it('a mistake keeps what was typed but for passwords, says what is wrong, and shows all of it as text', async () => {
    const { administrator } = await openPortal();
    const { browser } = await administrator();
    const evil = '"><script>alert(1)</script>';
    await browser.begin(`${ACCESS}#add-rule`, {}, '/portal/rules');
    const form = { 'f.subject': evil, 'f.action': 'message-in', 'f.decision': 'quarantine', 'f.why': evil };
    const wrong = await browser.step(form);
    expect(wrong.status).toBe(422);
    expect(wrong.body).toContain('is nobody that a rule can name');
    expect(wrong.body).not.toContain('<script>');
    expect(wrong.body).toContain('value="quarantine" required checked');
    const right = await browser.step({ ...form, 'f.subject': 'domain:spam.example' });
    expect(right.location).toBe('/portal/rules');
    const { body } = await browser.get('/portal/rules');
    expect(body).toContain('1. everyone at spam.example may write to members, but wait');
    expect(body).not.toContain('<script>');

    await browser.begin('http://jabber.org/protocol/admin#add-user', {}, '/portal/members');
    const differ = { 'f.accountjid': 'bob@home.test', 'f.password': 'secret one', 'f.password-verify': 'secret two' };
    const again = await browser.step(differ);
    expect(again.body).toContain('The two passwords differ.');
    expect(again.body).toContain('bob@home.test');
    expect(again.body).not.toContain('secret');
  });

  it('what cannot stand in a stanza gets into none', async () => {
    const { administrator, host } = await openPortal();
    const { browser } = await administrator();
    await browser.begin('urn:casp3r:circles#create', {}, '/portal/circles');
    const answer = await browser.step({ 'f.name': 'Fam\u0000ily' });
    expect(answer.body).toContain('There are characters in it that cannot be sent.');
    expect(host.circles.list()).toEqual([]);
  });

  it('an answer that was not offered is refused', async () => {
    const { administrator, host } = await openPortal();
    const { browser } = await administrator();
    await browser.begin(`${ACCESS}#mode`);
    const answer = await browser.step({ 'f.mode': 'anarchy' });
    expect(answer.status).toBe(422);
    expect(answer.body).toContain('Not one of the choices');
    expect(host.server.mode).toBe('family');
  });

  it('takes a form for the one that waits only, whatever was left open in another tab', async () => {
    const { administrator, host } = await openPortal();
    const { browser } = await administrator();
    const first = (await browser.begin(`${ACCESS}#mode`, {}, '/portal/rules')).body;
    const second = (await browser.step({ 'f.mode': 'open' })).body;
    browser.body = first;
    const late = await browser.step({ 'f.mode': 'private', 'f.sure': 'true' });
    expect(late.status).toBe(422);
    expect(late.body).toContain('It went on in another tab meanwhile');
    expect(late.body).toContain('Mode open');
    expect(host.server.mode).toBe('family');
    browser.body = second;
    await browser.step({ 'f.sure': 'true' });
    expect(host.server.mode).toBe('open');
  });

  it('is nobody else’s to go on with, and over when it was left lying', async () => {
    const portal = await openPortal();
    const [{ browser: one }, { browser: other }] = [await portal.administrator(), await portal.administrator('second')];
    await one.begin(`${ACCESS}#mode`);
    const { body } = one;
    await other.get('/portal');
    const csrf = other.hidden('csrf');
    const session = /name="session" value="([^"]+)"/.exec(body)?.[1] ?? '';
    const form = { csrf, node: `${ACCESS}#mode`, session, back: '/portal', action: 'next', 'f.mode': 'open' };
    expect((await other.post('/portal/step', form)).location).toBe('/portal');
    expect((await other.get('/portal')).body).toContain('left lying too long');
    portal.clock.pass(16 * 60_000);
    expect((await one.step({ 'f.mode': 'open' })).status).toBe(303);
    expect((await one.get('/portal')).body).toContain('left lying too long');
    expect(portal.host.server.mode).toBe('family');
  });

  it('leads nowhere but to pages of the portal', async () => {
    const { administrator } = await openPortal();
    const { browser } = await administrator();
    for (const back of ['https://evil.example/', '//evil.example', '/portal//evil', '/portal/../j', '/portal/log?x'])
      expect((await browser.begin(`${ACCESS}#held`, { back }, '/portal')).location, back).toBe('/portal');
  });

  it('a command that nobody has is told so', async () => {
    const { administrator } = await openPortal();
    const { browser } = await administrator();
    expect((await browser.begin('urn:nothing')).location).toBe('/portal/more');
    expect((await browser.get('/portal')).body).toContain('There is no such command here.');
  });

  it('all of them are on one page, and each can be begun', async () => {
    const { administrator, member } = await openPortal();
    const { browser } = await administrator();
    await member('kid', 'limited');
    const { body } = await browser.get('/portal/more');
    const nodes = [...body.matchAll(/name="node" value="([^"]+)"/g)].map(([, node = '']) => node);
    expect(nodes.length).toBeGreaterThan(40);
    for (const node of nodes.filter((each) => !/delete-|#invite$/.test(each))) {
      const { status } = await browser.begin(node);
      expect([200, 303], node).toContain(status);
    }
  });
});

describe('who waits', () => {
  it('a stranger is let in for a member, unread, and it is on record', async () => {
    const portal = await openPortal();
    const { browser } = await portal.administrator();
    const alice = await portal.member('alice');
    await knock(portal, alice, 'bob@far.example', 'a secret');
    await knock(portal, alice, 'eve@far.example');
    expect((await browser.get('/portal')).body).toContain('2 strangers wait for members');
    const { body } = await browser.get('/portal/waiting');
    expect(body).toContain('bob@far.example wants to reach alice@home.test');
    expect(body).not.toContain('a secret');
    const decide = (from: string, verdict: string) => ({
      forms: '1',
      'f.people': `${alice.id} ${from}`,
      'f.verdict': verdict,
    });
    await browser.begin(`${ACCESS}#held`, decide('bob@far.example', 'accept'), '/portal/waiting');
    expect((await browser.get('/portal/waiting')).body).toContain('They can reach the member now.');
    await browser.begin(`${ACCESS}#held`, decide('eve@far.example', 'refuse'), '/portal/waiting');
    expect(portal.host.quarantine.waitingForAll()).toEqual([]);
    expect(portal.host.store.access.accepts(alice.id, 'bob@far.example')).toBe(true);
    expect(portal.host.store.access.accepts(alice.id, 'eve@far.example')).toBe(false);
    expect((await portal.acts()).slice(0, 2)).toEqual([
      ['access refuse', 'root@home.test', '127.0.0.1, web', 'eve@far.example for alice@home.test'],
      ['access accept', 'root@home.test', '127.0.0.1, web', 'bob@far.example for alice@home.test'],
    ]);
    await browser.begin(`${ACCESS}#held`, decide('eve@far.example', 'accept'), '/portal/waiting');
    expect((await browser.get('/portal/waiting')).body).toContain('Nobody waits.');
  });

  it('a request of a limited member is answered', async () => {
    const portal = await openPortal();
    const { browser } = await portal.administrator();
    const kid = await portal.member('kid', 'limited');
    const stanza = '<presence xmlns="jabber:client" type="subscribe" to="gran@far.example"/>';
    const asked = { account: kid.id, contact: 'gran@far.example', direction: 'out', atMs: 0, stanza } as const;
    await portal.host.store.journal.commit(change('approval asked', asked));
    expect((await browser.get('/portal/waiting')).body).toContain('kid@home.test wants to talk with gran@far.example');
    const values = { forms: '1', 'f.requests': `${kid.id} gran@far.example`, 'f.verdict': 'approve' };
    await browser.begin(`${ACCESS}#requests`, values, '/portal/waiting');
    expect(portal.host.store.access.approved(kid.id)).toEqual(['gran@far.example']);
    expect((await browser.get('/portal/waiting')).body).toContain('No limited member asks for anything.');
  });
});

describe('invitations', () => {
  it('a new one is shown with its address and QR code, listed, and taken back', async () => {
    const portal = await openPortal();
    const { browser } = await portal.administrator();
    const circle = await portal.host.circles.create('Family', { who: 'x', from: '' });
    await browser.begin('urn:xmpp:invite#create-account', {}, '/portal/invitations');
    const form = { 'f.role': 'limited', 'f.circle': circle.id, 'f.uses': '3', 'f.hours': '24', 'f.note': 'the <kids>' };
    const shown = await browser.step(form);
    const [invite] = portal.host.invites.list();
    expect(invite).toMatchObject({ role: 'limited', circle: circle.id, usesLeft: 3, note: 'the <kids>' });
    const url = portal.host.config.invitationUrl(invite?.code ?? '') ?? 'none';
    expect(shown.body).toContain(`href="${url}"`);
    expect(shown.body).toContain('<svg class="qr"');
    const { body } = await browser.get('/portal/invitations');
    for (const part of ['the &lt;kids&gt;', 'for 3 more of 3 people', 'joins the circle Family', 'limited', url])
      expect(body).toContain(part);
    await browser.begin(
      'urn:casp3r:invite#revoke',
      { forms: '1', 'f.codes': invite?.code ?? '' },
      '/portal/invitations',
    );
    expect((await browser.get('/portal/invitations')).body).toContain('No invitation is open.');
    expect((await portal.acts()).slice(0, 2).map(([what]) => what)).toEqual(['invite revoke', 'invite create']);
  });
});

describe('members', () => {
  it('are found by name; one has a role, devices and what can be done', async () => {
    const portal = await openPortal();
    const { browser } = await portal.administrator();
    const alice = await portal.member('alice');
    await portal.member('bob');
    const { body } = await browser.get('/portal/members?q=ali');
    expect(body).toContain('alice@home.test');
    expect(body).not.toContain('bob@home.test');
    expect((await browser.get('/portal/members/alice')).body).toContain('Shut out');
    expect((await browser.get('/portal/members/nobody')).status).toBe(404);
    const path = '/portal/members/alice';
    await browser.begin('urn:casp3r:members#role', { 'f.accountjid': 'alice@home.test' }, path);
    expect((await browser.step({ 'f.accountjid': 'alice@home.test', 'f.role': 'limited' })).location).toBe(path);
    expect(portal.host.accounts.find('alice')?.role).toBe('limited');
    const reset = await browser.begin(
      'urn:casp3r:password#reset',
      { forms: '1', 'f.accountjid': 'alice@home.test' },
      path,
    );
    expect(reset.body).toContain('<svg class="qr"');
    expect(portal.host.invites.list()[0]?.resets).toBe(alice.id);
  });

  it('nobody takes away the last who administers', async () => {
    const portal = await openPortal();
    const { browser } = await portal.administrator();
    await browser.begin('urn:casp3r:members#role', { 'f.accountjid': 'root@home.test' }, '/portal/members');
    const answer = await browser.step({ 'f.accountjid': 'root@home.test', 'f.role': 'member' });
    expect(answer.body).toContain('Nobody who administers would be left.');
    expect(portal.host.accounts.find('root')?.role).toBe('administrator');
  });
});

it('other servers are told of in the words of the command line, to those who look after the server they concern', async () => {
  const nowMs = Date.UTC(2026, 5, 1, 12);
  const failed: PeerState = {
    ...{ domain: 'down.example', local: '', state: 'failed', direction: undefined, sinceMs: undefined },
    ...{ tls: undefined, authenticated: undefined, address: undefined, queued: 0 },
    lastError: { text: 'down.example has no address', atMs: nowMs - 60_000 },
  };
  const up: PeerState = {
    ...failed,
    ...{ domain: 'far.example', local: 'home.test', state: 'connected', direction: 'both', sinceMs: nowMs - 3_600_000 },
    ...{ tls: 'TLSv1.3', authenticated: 'certificate', queued: 2, lastError: undefined },
  };
  const portal = await openPortal([up, failed, { ...up, domain: 'secret.example', local: 'rooms.club.test' }]);
  const { browser } = await portal.administrator();
  const { body } = await browser.get('/portal/servers');
  expect(body).toContain(
    '<strong>far.example</strong><span>here: home.test · state: connected · way: both · since: 1 h 0 min',
  );
  expect(body).toContain('TLS: 1.3 · proved by: certificate · queued: 2');
  expect(body).toContain('last error: down.example has no address (1 min ago)');
  expect(body).not.toContain('secret.example');
  expect((await browser.get('/portal')).body).toContain('connected to 1, trouble with 1');
  await portal.server.servers.add('club.test', 'community');
  expect((await browser.get('/portal/servers')).body).not.toContain('down.example');
  const item = {
    contact: 'bob@down.example',
    name: '',
    groups: [],
    subscription: 'both',
    ask: false,
    approved: false,
  } as const;
  const alice = await portal.member('alice');
  await portal.host.store.journal.commit(
    change('roster item set', { account: alice.id, item: { ...item, groups: [] } }),
  );
  expect((await browser.get('/portal/servers')).body).toContain('down.example');
});

it('the log is shown newest first, in pages', async () => {
  const portal = await openPortal();
  const { browser } = await portal.administrator();
  const by = { who: 'somebody', from: '' };
  for (let n = 1; n <= 60; n += 1)
    await portal.host.store.journal.commit(portal.host.acts.change(by, 'act', `no. ${n}.`));
  const first = await browser.get('/portal/log');
  expect(first.body.indexOf('no. 60.')).toBeLessThan(first.body.indexOf('no. 11.'));
  expect(first.body).not.toContain('no. 10.');
  const next = /href="(\/portal\/log\?before=[^"]+)"/.exec(first.body)?.[1] ?? '';
  const second = await browser.get(next);
  for (const part of ['no. 10.', 'no. 1.', 'portal login']) expect(second.body).toContain(part);
  expect(second.body).not.toContain('no. 11.');
  expect(second.body).not.toContain('rel="next"');
});

it('every page is whole, and shows whatever is in it as text', async () => {
  const portal = await openPortal();
  const { browser } = await portal.administrator();
  const { host } = portal;
  const evil = '<img src=x onerror=alert(1)>';
  const by = { who: evil, from: evil };
  const alice = await portal.member('alice');
  await host.circles.create(evil, by);
  await host.invites.create({ note: evil, by });
  await host.store.journal.commit(
    host.acts.change(by, evil, evil),
    change('report kept', {
      account: alice.id,
      id: host.store.newId(),
      jid: 'eve@far.example',
      atMs: 0,
      reason: evil,
      text: evil,
      stanzas: [],
    }),
  );
  const paths = [
    '',
    '/waiting',
    '/members',
    '/members/alice',
    '/invitations',
    '/circles',
    '/rules',
    '/reports',
    '/servers',
    '/log',
    '/more',
  ];
  for (const path of paths) {
    const { status, body } = await browser.get(`/portal${path}`);
    expect(status, path).toBe(200);
    expect(body, path).not.toContain('<img');
    expect(body, path).not.toMatch(/\bundefined\b|\[object|NaN| style=| on[a-z]+="/);
    for (const tag of ['section', 'div', 'form', 'ul', 'ol', 'li', 'dl', 'p', 'nav', 'details', 'table', 'fieldset'])
      expect(body.match(new RegExp(`<${tag}\\b`, 'g'))?.length, `${path} ${tag}`).toBe(
        body.match(new RegExp(`</${tag}>`, 'g'))?.length,
      );
  }
});
