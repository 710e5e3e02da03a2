import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ask } from '../../firmware/control.ts';
import { Box } from '../kit/box.ts';
import { freePorts } from '../kit/ports.ts';

const PROGRAM = fileURLToPath(new URL('../../dist/firmware/cli/main.js', import.meta.url));

const startBox = async (settings = {}) => {
  const box = await Box.start(settings);
  onTestFinished(() => box.dispose());
  return box;
};

const page = (port: number, path: string, form?: Record<string, string>) =>
  new Promise<{ link: string | undefined; body: string }>((resolve, reject) => {
    const headers = form ? { 'Content-Type': 'application/x-www-form-urlencoded' } : {};
    const sent = request({ host: '127.0.0.1', port, path, method: form ? 'POST' : 'GET', headers, agent: false });
    sent.on('error', reject).on('response', (answer) => {
      let body = '';
      answer.setEncoding('utf8').on('data', (part: string) => {
        body += part;
      });
      answer.on('end', () => resolve({ link: answer.headers.link?.toString(), body }));
    });
    sent.end(form && new URLSearchParams(form).toString());
  });

interface Shown {
  page: string;
  pairing: { url: string; code: string } | null;
}

describe('a box', { timeout: 60_000 }, () => {
  it('goes from PAIR to its first member, who is administrator, and keeps them', async () => {
    const box = await startBox();
    expect(((await box.ask(['panel', 'show'])) as Shown).page).toBe('empty');
    expect(await box.cli(['panel', 'press', 'pair'])).toMatchObject({ code: 0 });
    const { pairing } = (await box.ask(['panel', 'show'])) as Shown;
    const path = new URL(pairing?.url ?? '').pathname;
    const landing = await page(box.ports.http, path);
    expect(landing.link).toMatch(/^<xmpp:box\.test\?register;preauth=\w+>; rel="alternate"$/);
    const action = /action="([^"]+)"/.exec(landing.body)?.[1] ?? '';
    await page(box.ports.http, action, { name: 'juliet', password: 'a rose by any name' });

    const members = [{ address: 'juliet@box.test', role: 'administrator', status: 'active', online: false }];
    expect(await box.ask(['user', 'list'])).toMatchObject(members);
    expect(((await box.ask(['panel', 'show'])) as Shown).page).toBe('paired');
    await box.restart();
    expect(await box.ask(['status'])).toMatchObject({ servers: [{ domain: 'box.test', members: 1, online: 0 }] });
  });

  it('has commands wait for it while it starts', async () => {
    const box = await startBox();
    await box.stop();
    const up = box.boot();
    let answer = await box.cli(['user', 'list', '--json']);
    // Before the control socket is there, there is no box.
    while (answer.stderr.includes('not running')) answer = await box.cli(['user', 'list', '--json']);
    expect(answer).toMatchObject({ code: 0, stderr: '' });
    await up;
  });

  it('tells its state, its invitations and its members on request', async () => {
    const box = await startBox();
    expect(await box.ask(['status'])).toMatchObject({
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      pid: box.pid,
      uptimeSeconds: expect.any(Number),
      listeners: ['c2s', 'c2s_tls', 'proxy', 'http', 'https'].map((name) => expect.objectContaining({ name })),
      servers: [{ domain: 'box.test', members: 0, online: 0 }],
      memoryBytes: expect.any(Number),
      panel: { display: 'simulated', page: 'empty' },
      errors: 0,
    });
    const invite = await box.invite();
    expect(invite.url).toBe(`http://127.0.0.1:${box.ports.http}/j/${invite.code}`);
    expect(invite.uri).toBe(`xmpp:box.test?register;preauth=${invite.code}`);
    expect(new Date(invite.expires).toISOString()).toBe(invite.expires);
    expect(await box.ask(['invite', 'list'])).toMatchObject([{ code: invite.code, usesLeft: 1 }]);
    expect((await box.cli(['invite', 'revoke', invite.code])).code).toBe(0);
    expect(await box.ask(['invite', 'list'])).toEqual([]);
  });

  it('manages its members, and is never left without an administrator', async () => {
    const box = await startBox();
    await box.addAccount('juliet');
    await box.addAccount('romeo');
    const control = join(box.dataFolder, 'control.sock');
    const run = (command: string, args: Record<string, string>) =>
      ask(control, command, { role: 'member', ...args }).then(
        () => 'done',
        (error: Error) => error.message,
      );
    const [juliet, romeo, nurse] = ['juliet@box.test', 'romeo@box.test', 'nurse@box.test'];
    const password = 'long enough';
    expect(await run('user remove', { address: juliet })).toContain('is the only administrator');
    expect(await run('user role', { address: juliet })).toContain('is the only administrator');
    expect(await run('user role', { address: romeo, role: 'administrator' })).toBe('done');
    expect(await run('user disable', { address: juliet })).toBe('done');
    expect(await run('user enable', { address: juliet })).toBe('done');
    expect(await run('user search', { address: juliet, choice: 'on' })).toBe('done');
    expect(await run('user remove', { address: juliet })).toBe('done');
    expect(await run('user remove', { address: juliet })).toContain('There is no member juliet@box.test');
    expect(await run('user add', { address: romeo, password })).toContain('a member romeo@box.test already');
    expect(await run('user add', { address: nurse, password: 'short' })).toContain('at least 8 characters');
    expect(await run('user add', { address: 'nurse@else.test', password })).toContain('serves no domain else.test');
    expect(await run('user add', { address: 'nurse', password })).toContain('is not the address of a member');
    expect((await box.cli(['user', 'passwd', 'romeo@box.test', '--password', '-'], 'another long one\n')).code).toBe(0);
    expect((await box.cli(['user', 'passwd', 'romeo@box.test', '--password', '-'], '')).stderr).toContain(
      'No password',
    );
  });

  it('keeps its folder to itself, and shares it with no other box', async () => {
    const box = await startBox();
    const mode = async (name: string) => (await stat(join(box.dataFolder, name))).mode & 0o777;
    expect(await mode('.')).toBe(0o700);
    expect(await mode('control.sock')).toBe(0o600);
    expect(await mode('tls/key.pem')).toBe(0o600);
    const { code, stderr } = await box.cli(['run']);
    expect(code).toBe(1);
    expect(stderr).toContain(`Another casp3r (process ${box.pid})`);
    expect(await ask(join(box.dataFolder, 'control.sock'), 'ping', {})).toEqual({ pid: box.pid });
  });

  it('says which port is taken, and ends although another one was open already', async () => {
    const box = await startBox();
    const config = join(box.folder, 'other.toml');
    const listen = (await readFile(box.configFile, 'utf8')).replace(/^c2s = .*$/m, `c2s = ${(await freePorts(1))[0]}`);
    await writeFile(config, listen);
    const child = spawn(process.execPath, [PROGRAM, 'run', '--config', config], {
      env: { ...process.env, CASP3R_DATA: join(box.folder, 'other') },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    child.stderr.on('data', (part: Buffer) => {
      stderr += part.toString();
    });
    const [code] = await once(child, 'close');
    expect(stderr).toContain(`Port ${box.ports.c2sTls} of [listen] c2s_tls cannot be opened`);
    expect(code).toBe(1);
  });

  it('starts again after kill -9, on the socket that was left', async () => {
    const box = await startBox();
    await box.addAccount('juliet');
    await box.kill();
    expect((await box.cli(['status'])).stderr).toMatch(/^casp3r: The box is not running/);
    await box.boot();
    expect(await box.ask(['status'])).toMatchObject({ servers: [{ members: 1 }] });
  });

  it('ends by POWER held, which may be written as on the box', async () => {
    const box = await startBox();
    await box.cli(['panel', 'press', 'POWER', '--hold', '800']);
    await expect.poll(async () => (await box.cli(['status'])).code).toBe(1);
    expect(box.log).toContain('stopped; everything is on disk');
  });

  it('reads its certificate and log level anew on SIGHUP', async () => {
    const box = await startBox();
    box.signal('SIGHUP');
    await expect.poll(() => box.log).toContain('reloaded certificate and log level');
    expect((await box.cli(['status'])).code).toBe(0);
  });
});

describe('the command line', { timeout: 60_000 }, () => {
  it('fails with 1 and is called wrongly with 2, with one clear line', async () => {
    const box = await startBox();
    for (const [args, code, line] of [
      [['sing'], 2, /^casp3r: unknown command 'sing'/],
      [['user', 'add'], 2, /^casp3r: missing required argument 'jid'/],
      [
        ['user', 'add', 'x@box.test', '--role', 'king', '--password', 'long enough'],
        2,
        /^casp3r: option '--role <role>' argument 'king' is invalid/,
      ],
      [['panel', 'press', 'bell'], 2, /^casp3r: .*'bell' is invalid/],
      [['status', '--loud'], 2, /^casp3r: unknown option '--loud'/],
      [['invite', 'revoke', 'NOSUCH'], 1, /^casp3r: There is no invitation NOSUCH/],
    ] as const) {
      const result = await box.cli(args);
      expect(result).toMatchObject({ code, stdout: '' });
      expect(result.stderr).toMatch(line);
    }
    expect((await box.cli(['--help'])).code).toBe(0);
  });

  it('checks a configuration without a box', async () => {
    const box = await startBox();
    const folder = join(box.folder, 'other');
    await mkdir(folder);
    expect(await box.cli(['config', 'check'])).toMatchObject({ code: 0, stdout: `${box.configFile} is good.\n` });
    await writeFile(box.configFile, '[listen]\nc2z = 1\n');
    expect(await box.cli(['config', 'check'])).toMatchObject({
      code: 1,
      stderr: `casp3r: ${box.configFile}:2: unknown key "listen.c2z"; did you mean "c2s"?\n`,
    });
  });
});
