import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ask, type Command, ControlServer, controlPath } from '../../firmware/control.ts';
import { BoxError } from '../../firmware/errors.ts';
import { createLog } from '../../firmware/log.ts';

let folder: string;
let path: string;
const servers: ControlServer[] = [];

const start = async (commands: Record<string, Command> = {}) => {
  const all = new Map(Object.entries({ ping: () => ({ pid: process.pid }), ...commands }));
  const log = createLog('error', () => {});
  const server = new ControlServer({ path, dataFolder: folder, commands: all, log, requestBytes: 65_536 });
  await server.start();
  servers.push(server);
  return server;
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'casp3r-control-'));
  path = controlPath(folder, '/');
});
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
  rmSync(folder, { recursive: true });
});

describe('the control socket', () => {
  it('answers a command with its result, and only its owner may use it', async () => {
    await start({ double: ({ number }) => Number(number) * 2 });
    expect(await ask(path, 'double', { number: 21 })).toBe(42);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('tells a refusal in the box’s own words, and a fault without its inside', async () => {
    await start({
      refuse: () => {
        throw new BoxError('member-unknown', { address: 'romeo@casp3r.local' });
      },
      fail: () => {
        throw new Error('a bug');
      },
    });
    await expect(ask(path, 'refuse', {})).rejects.toMatchObject({
      code: 'member-unknown',
      message: expect.stringContaining('romeo@casp3r.local'),
    });
    await expect(ask(path, 'fail', {})).rejects.toMatchObject({ code: 'box-fault' });
    await expect(ask(path, 'sing', {})).rejects.toMatchObject({ code: 'command-unknown' });
  });

  it('answers what is no request, split anywhere, and hangs up on a line without end', async () => {
    await start();
    const socket = createConnection(path).setEncoding('utf8');
    let text = '';
    socket.on('data', (part: string) => {
      text += part;
    });
    socket.write('nonsense\n{"comm');
    socket.write('and":"ping"}\n');
    while (text.split('\n').length < 3) await once(socket, 'data');
    const [first, second] = text.split('\n');
    expect(JSON.parse(first ?? '')).toMatchObject({ ok: false, code: 'request-invalid' });
    expect(JSON.parse(second ?? '')).toMatchObject({ ok: true, result: { pid: process.pid } });
    socket.on('error', () => {});
    socket.write('x'.repeat(70_000));
    await once(socket, 'close');
  });

  it('refuses to start beside a live box, and says which', async () => {
    await start();
    await expect(start()).rejects.toThrow(new RegExp(`process ${process.pid}\\) runs on the data folder ${folder}`));
    expect(await ask(path, 'ping', {})).toEqual({ pid: process.pid });
  });

  it('takes over the socket that a killed box left', async () => {
    const script = `require('net').createServer().listen(${JSON.stringify(path)}, () => console.log('up'))`;
    const killed = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(killed.stdout, 'data');
    killed.kill('SIGKILL');
    await once(killed, 'exit');
    expect(existsSync(path)).toBe(true);
    await start();
    expect(await ask(path, 'ping', {})).toEqual({ pid: process.pid });
  });

  it('is gone after stop', async () => {
    const server = await start();
    await server.stop();
    expect(existsSync(path)).toBe(false);
    await expect(ask(path, 'ping', {})).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('a path too long for the system is made relative, or refused', () => {
    const long = `/${'d'.repeat(120)}`;
    expect(controlPath(long, long)).toBe('control.sock');
    expect(() => controlPath(long, '/tmp')).toThrow(/Set `data` to a shorter path/);
  });
});
