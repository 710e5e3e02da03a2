/** @xmpp/client, over STARTTLS and direct TLS, trusting the box's own certificate and nothing else. */
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { BoxAccount } from '../kit/box.ts';
import { Relay } from '../kit/relay.ts';
import { household } from './household.ts';
import type { Peer } from './peer.ts';

const SCRIPT = fileURLToPath(new URL('xmppjs_peer.mjs', import.meta.url));

describe('@xmpp/client', () => {
  const house = household('alice', 'bob');
  const port = (name: 'c2s' | 'c2sTls') => house.box.ports[name];

  async function connect(local: string, service: string, resource: string): Promise<Peer> {
    return (await login(house.account(local), service, resource)).peer;
  }

  /** By SASL2 with Bind 2: the resource is a tag before what the server made. */
  async function login(
    { local, password }: BoxAccount,
    service: string,
    resource: string,
    facts: Record<string, unknown> = {},
  ): Promise<{ peer: Peer; jid: string }> {
    const peer = house.launch(process.execPath, [SCRIPT], { NODE_EXTRA_CA_CERTS: house.box.certificateFile });
    peer.order('connect', { service, username: local, password, resource, ...facts });
    const { jid } = await peer.event('online');
    expect(jid).toContain(`${local}@localhost/${resource}/`);
    return { peer, jid: String(jid) };
  }

  test('chats both ways, sees carbons and finds its history', async () => {
    const { peer: home, jid } = await login(house.account('alice'), `xmpp://localhost:${port('c2s')}`, 'home');
    const phone = await connect('alice', `xmpps://localhost:${port('c2sTls')}`, 'phone');
    phone.order('carbons');
    await phone.event('done');
    const other = await connect('bob', `xmpps://localhost:${port('c2sTls')}`, 'home');

    home.order('say', { to: 'bob@localhost', body: 'to and' });
    await other.event('message', { body: 'to and', sender: 'alice@localhost' });
    await phone.event('carbon', { side: 'sent', body: 'to and' });
    other.order('say', { to: jid, body: 'fro' });
    await home.event('message', { body: 'fro' });
    await phone.event('carbon', { side: 'received', body: 'fro' });

    phone.order('history', { with: 'bob@localhost' });
    expect(await phone.event('history')).toMatchObject({ bodies: ['to and', 'fro'] });
  });

  test('resumes after its connection was cut', async () => {
    const relay = await Relay.to(port('c2s'));
    try {
      const { peer: home, jid } = await login(house.account('alice'), `xmpp://localhost:${relay.port}`, 'cut');
      const other = await connect('bob', `xmpp://localhost:${port('c2s')}`, 'home');
      relay.cut();
      await home.event('disconnected');
      other.order('say', { to: jid, body: 'while you were gone' });
      await home.event('resumed');
      await home.event('message', { body: 'while you were gone' });
      home.order('say', { to: 'bob@localhost', body: 'back' });
      await other.event('message', { body: 'back' });
    } finally {
      await relay.stop();
    }
  });

  test('logs in by a token that it was given, until the password is another one', async () => {
    const service = `xmpps://localhost:${port('c2sTls')}`;
    const agent = 'd4565fa7-4d72-4749-b3d3-740edbf87770';
    const carol = await house.box.addAccount('carol');
    const first = await login(carol, service, 'web', { agent });
    await first.peer.event('authenticates', { mechanism: 'SCRAM-SHA-1' });
    const { token } = await first.peer.event('token');
    first.peer.order('leave');
    await first.peer.event('disconnected');

    const second = await login({ ...carol, password: 'not needed' }, service, 'web', { agent, token });
    await second.peer.event('authenticates', { mechanism: 'HT-SHA-256-NONE' });
    expect(second.jid).toBe(first.jid);
    second.peer.order('leave');
    await second.peer.event('disconnected');

    expect(await house.box.cli(['user', 'passwd', 'carol@localhost', '--password', 'another password'])).toMatchObject({
      code: 0,
    });
    const third = await login({ ...carol, password: 'another password' }, service, 'web', { agent, token });
    await third.peer.event('token refused');
    await third.peer.event('authenticates', { mechanism: 'SCRAM-SHA-1' });
    await third.peer.event('token');
  });
});
