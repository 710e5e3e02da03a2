/** Programs beside the box: a component of slixmpp, and biboumi as Debian has it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Status } from '../../firmware/commands/status.ts';
import { Box } from '../kit/box.ts';
import { freePorts } from '../kit/ports.ts';
import { childOf, elementsOf } from '../kit/tree.ts';
import { needs, peersOfTests } from './peer.ts';

const PYTHON = '/usr/bin/python3';
const scriptOf = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const NS_INFO = 'http://jabber.org/protocol/disco#info';
const NS_ITEMS = 'http://jabber.org/protocol/disco#items';
const SECRET = 'nobody else knows';

const withSlixmpp = needs(PYTHON, ['-c', 'import slixmpp'], 'apt-get install python3-slixmpp');
const withBiboumi = needs('/bin/sh', ['-c', 'command -v biboumi'], 'apt-get install biboumi');

describe('a component', () => {
  let box: Box;
  let port = 0;
  const launch = peersOfTests();
  const children: ChildProcess[] = [];

  beforeAll(async () => {
    [port = 0] = await freePorts(1);
    box = await Box.start({
      'server.domain': 'localhost',
      'listen.component': port,
      components: { 'echo.localhost': { secret: SECRET }, 'irc.localhost': { secret: SECRET } },
    });
    await box.addAccount('owner');
  });
  afterAll(() => box.dispose());
  afterEach(async () => {
    for (const child of children.splice(0)) {
      const gone = once(child, 'close');
      child.kill();
      await gone;
    }
  });

  const start = (script: string) => launch(PYTHON, [scriptOf(script)]);

  const connected = async (domain: string) =>
    ((await box.command('status')) as Status).components.find((one) => one.domain === domain)?.connected;

  test.runIf(withSlixmpp)('of slixmpp says back what a slixmpp client says, presence and IQs both ways', async () => {
    await box.addAccount('alice');
    const echo = start('slixmpp_component.py');
    echo.order('connect', { jid: 'echo.localhost', secret: SECRET, port });
    await echo.event('online');
    expect(await connected('echo.localhost')).toBe(true);

    const alice = start('slixmpp_peer.py');
    const login = {
      jid: 'alice@localhost/pc',
      password: 'secret of alice',
      port: box.ports.c2s,
      ca: box.certificateFile,
    };
    alice.order('connect', login);
    await alice.event('online');
    alice.order('say', { to: 'nymph@echo.localhost', body: 'who is there?' });
    await echo.event('message', { body: 'who is there?', sender: 'alice@localhost' });
    await alice.event('message', { body: 'who is there?', sender: 'nymph@echo.localhost' });

    alice.order('subscribe', { to: 'nymph@echo.localhost' });
    await echo.event('asked', { jid: 'alice@localhost' });
    await alice.event('presence', { jid: 'nymph@echo.localhost/here' });
    await echo.event('presence', { jid: 'alice@localhost/pc', to: 'nymph@echo.localhost' });

    alice.order('ping', { to: 'echo.localhost' });
    await alice.event('done');
    echo.order('ping', { to: 'alice@localhost/pc' });
    await echo.event('done');
    echo.order('ping', { to: 'localhost' });
    await echo.event('done');
  });

  test.runIf(withSlixmpp)('of slixmpp is refused with a wrong secret', async () => {
    const echo = start('slixmpp_component.py');
    echo.order('connect', { jid: 'echo.localhost', secret: 'a guess', port });
    await echo.event('refused', { condition: 'not-authorized' });
  });

  test.runIf(withBiboumi)('biboumi is in the list of services, tells what it is, and offers its commands', async () => {
    const file = join(box.folder, 'biboumi.cfg');
    const lines = {
      hostname: 'irc.localhost',
      password: SECRET,
      xmpp_server_ip: '127.0.0.1',
      port,
      db_name: join(box.folder, 'biboumi.sqlite'),
      admin: 'owner@localhost',
      identd_port: 0,
    };
    await writeFile(
      file,
      Object.entries(lines)
        .map(([key, value]) => `${key}=${value}\n`)
        .join(''),
    );
    const biboumi = spawn('biboumi', [file], { stdio: 'ignore' });
    children.push(biboumi);
    await expect.poll(() => connected('irc.localhost'), { timeout: 20_000 }).toBe(true);

    const bob = await box.login(await box.addAccount('bob'));
    const ask = async (id: string, to: string, ns: string, node = '') => {
      bob.write(`<iq type='get' id='${id}' to='${to}'><query xmlns='${ns}'${node && ` node='${node}'`}/></iq>`);
      const answer = await bob.element(({ attrs }) => attrs.get('id') === id, `the answer ${id}`);
      const query = childOf(answer, 'query', ns);
      return query ? elementsOf(query) : [];
    };
    const services = await ask('1', 'localhost', NS_ITEMS);
    expect(services.map(({ attrs }) => attrs.get('jid'))).toContain('irc.localhost');
    const info = await ask('2', 'irc.localhost', NS_INFO);
    const identity = info.find(({ name }) => name === 'identity');
    expect([identity?.attrs.get('category'), identity?.attrs.get('type')]).toEqual(['conference', 'irc']);
    const commands = await ask('3', 'irc.localhost', NS_ITEMS, 'http://jabber.org/protocol/commands');
    expect(commands.map(({ attrs }) => attrs.get('node'))).toContain('configure');
    bob.write(`<iq type='get' id='4' to='irc.localhost'><ping xmlns='urn:xmpp:ping'/></iq>`);
    const pong = await bob.element(({ attrs }) => attrs.get('id') === '4', 'the answer to a ping');
    expect(pong.attrs.get('type')).toBe('result');
    await bob.close();
  });
});
