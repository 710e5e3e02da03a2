/** A box behind a router that lets one port through: other servers come in by ALPN at the https port (XEP-0368). */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Box } from '../kit/box.ts';
import { reservedPorts } from '../kit/ports.ts';

let here: Box;
let there: Box;

beforeAll(async () => {
  const [s2s = 0] = await reservedPorts(1);
  const common = { 'federation.enabled': true, 'access.mode': 'open' };
  there = await Box.start({
    ...common,
    'server.domain': 'there.test',
    'federation.hosts': { 'here.test': `127.0.0.1:${s2s}` },
  });
  here = await Box.start({
    ...common,
    'server.domain': 'here.test',
    'listen.s2s': s2s,
    'federation.hosts': { 'there.test': `127.0.0.1:${there.ports.https} tls` },
  });
});

afterAll(async () => {
  await Promise.all([here?.dispose(), there?.dispose()]);
});

test('messages go both ways over the one link', async () => {
  const [alice, bob] = [await here.addAccount('alice'), await there.addAccount('bob')];
  const [one, other] = [await here.login(alice), await there.login(bob)];
  other.write('<presence/>');
  one.write(`<presence/><message to='${bob.jid}' type='chat' id='there'><body>Hello</body></message>`);
  await other.element((node) => node.attrs.get('id') === 'there', 'the message');
  other.write(`<message to='${alice.jid}' type='chat' id='back'><body>Hello</body></message>`);
  await one.element((node) => node.attrs.get('id') === 'back', 'the answer');
  const status = (await here.command('federation status')) as { servers: unknown[] };
  // Browsers would be asked for a certificate at that port, so that servers are not: they call back.
  expect(status.servers).toMatchObject([{ domain: 'there.test', direction: 'both', authenticated: 'dialback' }]);
});
