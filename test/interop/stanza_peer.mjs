// stanza as a peer of the interop tests: orders on standard input, events on standard output, one JSON object a line.
// A process of its own because it trusts what NODE_EXTRA_CA_CERTS names and nothing else.
import { createInterface } from 'node:readline';
import { createClient } from 'stanza';

const tell = (event, facts = {}) => process.stdout.write(`${JSON.stringify({ event, ...facts })}\n`);

let client;

const orders = {
  connect({ transport, url, username, password, resource }) {
    client = createClient({
      jid: `${username}@localhost`,
      password,
      resource,
      transports: { websocket: false, bosh: false, [transport]: url },
      autoReconnect: false,
    });
    client.on('session:started', async () => {
      await client.sendPresence();
      tell('online', { jid: client.jid });
    });
    client.on('auth:failed', () => tell('refused'));
    client.on('stream:error', (error) => tell('error', { why: error.condition }));
    client.on('stream:management:resumed', () => tell('resumed'));
    client.on('disconnected', () => tell('disconnected'));
    client.on('stream:end', () => tell('stream ended'));
    client.on('chat', ({ body, from }) => tell('message', { body, sender: from.split('/')[0] }));
    client.connect();
  },
  say: ({ to, body }) => client.sendMessage({ to, body, type: 'chat' }),
  /** Loses the connection without a word. */
  cut: () => client.transport.socket.terminate?.(),
  reconnect: () => client.connect(),
  async history({ with: other }) {
    const { results } = await client.searchHistory({ with: other });
    tell('history', { bodies: results.map(({ item }) => item.message.body) });
  },
  leave: () => client.disconnect(),
};

createInterface({ input: process.stdin }).on('line', (line) => {
  const order = JSON.parse(line);
  Promise.resolve(orders[order.do](order)).catch((error) => tell('failed', { why: String(error) }));
});
