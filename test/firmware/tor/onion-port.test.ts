import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { testConfig } from '../../xmpp/extensions/harness.ts';
import { openHome } from '../home.ts';

const openingOf = (whose: string) =>
  `<stream:stream xmlns='jabber:${whose}' xmlns:stream='http://etherx.jabber.org/streams' to='home.test' version='1.0'>`;

/** As tor writes it (HiddenServiceExportCircuitID). */
const circuit = (number: number) => `PROXY TCP6 fc00:dead:beef:4dad::7:${number} ::1 1 5222\r\n`;

/** What it says up to its features, or to its end. The connection stays until the test is over. */
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

test.each(['clients', 'servers'] as const)('what comes by tor comes with a PROXY header: %s', async (whom) => {
  const { server } = await openHome();
  const port = await server.listenBehind('onion', whom, false);
  expect(server.listeners).toContainEqual({ name: 'onion', address: '127.0.0.1', port });
  const opening = openingOf(whom === 'clients' ? 'client' : 'server');
  expect(await ask(port, circuit(1) + opening)).toContain('<starttls');
  expect(await ask(port, `not a header at all ${opening}`)).toBe('');
  // Another program of this machine, which would like to be at home, or nobody in particular.
  for (const said of ['TCP4 192.168.1.9 127.0.0.1 1 5222', 'TCP4 127.0.0.1 127.0.0.1 1 5222', 'UNKNOWN'])
    expect(await ask(port, `PROXY ${said}\r\n${opening}`)).toBe('');
});

test.each(['clients', 'servers'] as const)(
  'one circuit has so many streams and leaves the others theirs: %s',
  async (whom) => {
    const { server } = await openHome({ limits: { ...testConfig.limits, streamsPerAddress: 2 } });
    const port = await server.listenBehind('onion', whom, false);
    const opening = openingOf(whom === 'clients' ? 'client' : 'server');
    const come = (number: number) => ask(port, circuit(number) + opening);
    for (const number of [1, 1, 2, 2]) expect(await come(number)).toContain('<starttls');
    for (const number of [1, 2]) expect(await come(number)).not.toContain('<starttls');
    expect(await come(3)).toContain('<starttls');
  },
);
