/** Clients of the web, in Node: @xmpp/client over WebSocket, stanza over WebSocket and BOSH, trusting the box's own certificate. */
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { household } from './household.ts';
import type { Peer } from './peer.ts';

const script = (name: string) => fileURLToPath(new URL(name, import.meta.url));

describe('over HTTP', () => {
  const home = household('alice', 'bob');

  const urls = () => ({
    websocket: `wss://localhost:${home.box.ports.https}/xmpp-websocket`,
    bosh: `https://localhost:${home.box.ports.https}/http-bind`,
  });

  async function start(name: string, facts: Record<string, unknown>, username: string): Promise<Peer> {
    const peer = home.launch(process.execPath, [script(name)], { NODE_EXTRA_CA_CERTS: home.box.certificateFile });
    const { password } = home.account(username);
    peer.order('connect', { username, password, resource: 'web', ...facts });
    await peer.event('online');
    return peer;
  }
  const xmppJs = (local: string) => start('xmppjs_peer.mjs', { service: urls().websocket }, local);
  const stanza = (transport: 'websocket' | 'bosh', local: string) =>
    start('stanza_peer.mjs', { transport, url: urls()[transport] }, local);

  async function chat(one: Peer, other: Peer): Promise<void> {
    one.order('say', { to: 'bob@localhost', body: 'to <and> & "more"' });
    await other.event('message', { body: 'to <and> & "more"', sender: 'alice@localhost' });
    other.order('say', { to: 'alice@localhost', body: 'fro' });
    await one.event('message', { body: 'fro', sender: 'bob@localhost' });
  }

  test('@xmpp/client and stanza chat over WebSocket', async () => {
    await chat(await xmppJs('alice'), await stanza('websocket', 'bob'));
  });

  test('stanza chats over BOSH with @xmpp/client over WebSocket, and finds its history', async () => {
    const alice = await stanza('bosh', 'alice');
    await chat(alice, await xmppJs('bob'));
    alice.order('history', { with: 'bob@localhost' });
    const { bodies } = await alice.event('history');
    expect(bodies).toContain('fro');
    alice.order('leave');
    // It tells of its disconnection only where nothing of its own waits to be sent.
    await alice.event('stream ended');
  });

  test('stanza resumes over WebSocket what it was cut off from', async () => {
    const alice = await stanza('websocket', 'alice');
    const bob = await stanza('bosh', 'bob');
    alice.order('cut');
    await alice.event('disconnected');
    bob.order('say', { to: 'alice@localhost/web', body: 'while you were gone' });
    alice.order('reconnect');
    await alice.event('resumed');
    await alice.event('message', { body: 'while you were gone' });
  });
});
