/** @xmpp/client, over STARTTLS and direct TLS, trusting the box's own certificate and nothing else. */
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Box, type BoxAccount } from '../kit/box.ts';
import { Relay } from '../kit/relay.ts';
import { Peer } from './peer.ts';

const SCRIPT = fileURLToPath(new URL('xmppjs_peer.mjs', import.meta.url));

describe('@xmpp/client', () => {
  let box: Box;
  let alice: BoxAccount;
  let bob: BoxAccount;
  const peers: Peer[] = [];

  beforeAll(async () => {
    box = await Box.start({ 'server.domain': 'localhost', 'listen.allow_plain_loopback': false });
    alice = await box.addAccount('alice');
    bob = await box.addAccount('bob');
  });
  afterAll(() => box.dispose());
  afterEach(() => Promise.all(peers.splice(0).map((peer) => peer.stop())));

  async function connect({ local, password }: BoxAccount, service: string, resource: string): Promise<Peer> {
    const peer = new Peer(process.execPath, [SCRIPT], { NODE_EXTRA_CA_CERTS: box.certificateFile });
    peers.push(peer);
    peer.order('connect', { service, username: local, password, resource });
    await peer.event('online', { jid: `${local}@localhost/${resource}` });
    return peer;
  }

  test('chats both ways, sees carbons and finds its history', async () => {
    const home = await connect(alice, `xmpp://localhost:${box.ports.c2s}`, 'home');
    const phone = await connect(alice, `xmpps://localhost:${box.ports.c2sTls}`, 'phone');
    phone.order('carbons');
    await phone.event('done');
    const other = await connect(bob, `xmpps://localhost:${box.ports.c2sTls}`, 'home');

    home.order('say', { to: 'bob@localhost', body: 'to and' });
    await other.event('message', { body: 'to and', sender: 'alice@localhost' });
    await phone.event('carbon', { side: 'sent', body: 'to and' });
    other.order('say', { to: 'alice@localhost/home', body: 'fro' });
    await home.event('message', { body: 'fro' });
    await phone.event('carbon', { side: 'received', body: 'fro' });

    phone.order('history', { with: 'bob@localhost' });
    expect(await phone.event('history')).toMatchObject({ bodies: ['to and', 'fro'] });
  });

  test('resumes after its connection was cut', async () => {
    const relay = await Relay.to(box.ports.c2s);
    try {
      const home = await connect(alice, `xmpp://localhost:${relay.port}`, 'cut');
      const other = await connect(bob, `xmpp://localhost:${box.ports.c2s}`, 'home');
      relay.cut();
      await home.event('disconnected');
      other.order('say', { to: 'alice@localhost/cut', body: 'while you were gone' });
      await home.event('resumed');
      await home.event('message', { body: 'while you were gone' });
      home.order('say', { to: 'bob@localhost', body: 'back' });
      await other.event('message', { body: 'back' });
    } finally {
      await relay.stop();
    }
  });
});
