/** Clients of the web, in Node: @xmpp/client over WebSocket, stanza over WebSocket and BOSH, trusting the box's own certificate. */
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Box, type BoxAccount } from '../kit/box.ts';
import { Peer } from './peer.ts';

const script = (name: string) => fileURLToPath(new URL(name, import.meta.url));

describe('over HTTP', () => {
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

  const urls = () => ({
    websocket: `wss://localhost:${box.ports.https}/xmpp-websocket`,
    bosh: `https://localhost:${box.ports.https}/http-bind`,
  });

  async function start(name: string, facts: Record<string, unknown>, account: BoxAccount): Promise<Peer> {
    const peer = new Peer(process.execPath, [script(name)], { NODE_EXTRA_CA_CERTS: box.certificateFile });
    peers.push(peer);
    const { local: username, password } = account;
    peer.order('connect', { username, password, resource: 'web', ...facts });
    await peer.event('online');
    return peer;
  }
  const xmppJs = (account: BoxAccount) => start('xmppjs_peer.mjs', { service: urls().websocket }, account);
  const stanza = (transport: 'websocket' | 'bosh', account: BoxAccount) =>
    start('stanza_peer.mjs', { transport, url: urls()[transport] }, account);

  async function chat(one: Peer, other: Peer): Promise<void> {
    one.order('say', { to: 'bob@localhost', body: 'to <and> & "more"' });
    await other.event('message', { body: 'to <and> & "more"', sender: 'alice@localhost' });
    other.order('say', { to: 'alice@localhost', body: 'fro' });
    await one.event('message', { body: 'fro', sender: 'bob@localhost' });
  }

  test('@xmpp/client and stanza chat over WebSocket', async () => {
    await chat(await xmppJs(alice), await stanza('websocket', bob));
  });

  test('stanza chats over BOSH with @xmpp/client over WebSocket, and finds its history', async () => {
    const home = await stanza('bosh', alice);
    await chat(home, await xmppJs(bob));
    home.order('history', { with: 'bob@localhost' });
    const { bodies } = await home.event('history');
    expect(bodies).toContain('fro');
    home.order('leave');
    // It tells of its disconnection only where nothing of its own waits to be sent.
    await home.event('stream ended');
  });

  test('stanza resumes over WebSocket what it was cut off from', async () => {
    const home = await stanza('websocket', alice);
    const other = await stanza('bosh', bob);
    home.order('cut');
    await home.event('disconnected');
    other.order('say', { to: 'alice@localhost/web', body: 'while you were gone' });
    home.order('reconnect');
    await home.event('resumed');
    await home.event('message', { body: 'while you were gone' });
  });
});
