import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { openHome } from '../home.ts';

const OPENING =
  "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='home.test' version='1.0'>";

async function ask(port: number, bytes: string): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port }).setEncoding('utf8');
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => undefined);
  let text = '';
  socket.on('data', (part: string) => {
    text += part;
  });
  socket.write(bytes);
  const over = once(socket, 'close').then(() => true);
  while (!text.includes('</stream:features>'))
    if (await Promise.race([over, once(socket, 'data').then(() => false)])) break;
  return text;
}

test('what comes by tor comes with a PROXY header, and is no neighbour of the box', async () => {
  const { server } = await openHome();
  const port = await server.listenBehind('onion', false);
  expect(server.listeners).toContainEqual({ name: 'onion', address: '127.0.0.1', port });
  const header = 'PROXY TCP6 fc00:dead:beef:4dad::7:1 ::1 1 5222\r\n';
  expect(await ask(port, header + OPENING)).toContain('<starttls');
  expect(await ask(port, `not a header at all ${OPENING}`)).toBe('');
});
