/** A forgotten password, on its page: as a browser asks for it, over the real application. */
import { describe, expect, it } from 'vitest';
import { createApp } from '../../../firmware/http/app.ts';
import { Downloads } from '../../../firmware/http/downloads.ts';
import { Imports } from '../../../firmware/http/imports.ts';
import { Pairing } from '../../../firmware/pairing.ts';
import { COMMAND_LINE } from '../../../xmpp/access/acts.ts';
import { offerReset } from '../../../xmpp/access/password-reset.ts';
import { systemRandom } from '../../../xmpp/clock.ts';
import { silentLog } from '../../xmpp/extensions/harness.ts';
import { openHome } from '../home.ts';

async function openPages() {
  const { host, clock, server } = await openHome();
  const app = createApp({
    hosts: () => server.hosts,
    portal: { logins: server.logins, federates: () => server.federates, peers: () => server.peers },
    pairing: new Pairing({ invites: host.invites, clock, log: silentLog, onChange: () => {} }),
    panel: { frame: () => new Uint8Array(1024), onFrame: () => () => {}, press: () => {} },
    downloads: new Downloads(clock, systemRandom, (token) => `https://home.test/export/${token}`),
    imports: new Imports(clock, systemRandom, silentLog, (token) => `https://home.test/import/${token}`),
    clock,
    log: silentLog,
    ports: { c2s: 5222, c2sTls: 5223, http: 80, https: 443 },
    reachableHost: () => '127.0.0.1',
    streamUrls: () => undefined,
    fingerprint: () => undefined,
    onion: () => '',
  });
  const socket = { remoteAddress: '127.0.0.1', encrypted: true };
  const ask = async (path: string, { form }: { form?: Record<string, string> } = {}) => {
    const init = form ? { method: 'POST', body: new URLSearchParams(form) } : {};
    const answer = await app.request(path, init, { incoming: { socket, headers: {} } });
    return { status: answer.status, link: answer.headers.get('Link'), body: await answer.text() };
  };
  return { host, clock, ask };
}

describe('a forgotten password', () => {
  it('is chosen anew by a code that is good once; tokens and sessions are void, and it is on record', async () => {
    const { host, ask } = await openPages();
    const juliet = await host.accounts.create({ local: 'juliet', password: 'long enough', role: 'member' });
    const { code } = await offerReset(host, juliet, COMMAND_LINE);
    const page = await ask(`/j/${code}`);
    expect(page.status).toBe(200);
    expect(page.body).toContain('juliet@home.test');
    expect(page.link).toBeNull();
    expect((await ask(`/j/${code}`, { form: { password: 'short' } })).status).toBe(422);
    expect(await host.accounts.checkPassword('juliet', 'long enough')).toBeDefined();

    const done = await ask(`/j/${code}`, { form: { name: 'romeo', password: 'quite another one' } });
    expect(done.status).toBe(200);
    expect(await host.accounts.checkPassword('juliet', 'long enough')).toBeUndefined();
    expect(await host.accounts.checkPassword('juliet', 'quite another one')).toBeDefined();
    expect(host.accounts.list()).toHaveLength(1);
    expect((await ask(`/j/${code}`, { form: { password: 'a third one' } })).status).toBe(404);
    expect(host.acts.list(2).map(({ what, who, from }) => [what, who, from])).toEqual([
      ['password reset', 'juliet@home.test', '127.0.0.1'],
      ['user reset', 'command line', ''],
    ]);
  });

  it('makes no account and no contact, and is over after its day', async () => {
    const { host, clock, ask } = await openPages();
    const juliet = await host.accounts.create({ local: 'juliet', password: 'long enough', role: 'member' });
    const { code } = await offerReset(host, juliet, COMMAND_LINE);
    const wanted = { local: 'mallory', password: 'long enough', role: 'member', inviteCode: code } as const;
    await expect(host.accounts.create(wanted)).rejects.toThrow('unknown, used up or expired');
    clock.pass(86_400_000);
    expect((await ask(`/j/${code}`)).status).toBe(404);
  });
});
