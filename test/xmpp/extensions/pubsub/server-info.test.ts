/** XEP-0485: what everyone may see of the servers that this one is connected to. */
import { expect, onTestFinished, test } from 'vitest';
import { Notifier } from '../../../../xmpp/extensions/pubsub/notify.ts';
import { Online } from '../../../../xmpp/extensions/pubsub/online.ts';
import { pubsub as extension } from '../../../../xmpp/extensions/pubsub/pubsub.ts';
import { ServerInfo } from '../../../../xmpp/extensions/pubsub/server-info.ts';
import { serviceOwner } from '../../../../xmpp/extensions/pubsub/service.ts';
import { parse, xml } from '../../../../xmpp/xml.ts';
import { type Box, iq, openBox } from '../../im/box.ts';
import { testConfig } from '../harness.ts';
import { NS, pubsub } from './requests.ts';

const INFO = 'urn:xmpp:serverinfo:0';
const configured = (sharePeers: boolean) => ({
  ...testConfig,
  federation: { ...testConfig.federation, sharePeers },
});

async function setUp(config = configured(true)): Promise<Box> {
  const { box, close } = await openBox([extension], config);
  onTestFinished(close);
  return box;
}

const payload = (box: Box) => box.store.nodes.item(box.near.server.id, 'serverinfo', 'current')?.payload;

/** One line each: the name, where there is one, and the connections. */
const peers = (box: Box) =>
  parse(payload(box) ?? '<none/>')
    .getChild('domain')
    ?.getChild('federation')
    ?.getChildren('remote-domain')
    .map((peer) =>
      [peer.attrs.name ?? '?', ...peer.getChildren('connection').map(({ attrs }) => attrs.type)].join(' '),
    );

function connect(box: Box, ...links: [domain: string, direction: 'in' | 'out' | 'both'][]): void {
  box.links.set(
    box.near,
    links.map(([domain, direction]) => ({ domain, direction })),
  );
  box.near.hooks.run('links changed', {});
}

/** The servers that were asked what they speak since the last time. */
const asked = (box: Box) => box.abroad.splice(0).filter(({ name }) => name === 'iq');

async function answer(box: Box, features: Record<string, readonly string[]>): Promise<void> {
  for (const { attrs } of asked(box)) {
    const info = (features[attrs.to ?? ''] ?? []).map((feature) => xml('feature', { var: feature }));
    const query = xml('query', { xmlns: 'http://jabber.org/protocol/disco#info' }, ...info);
    await box.fromAfar(xml('iq', { type: 'result', id: attrs.id, from: attrs.to, to: attrs.from }, query));
  }
  await new Promise(setImmediate);
}

test('servers are named only where they publish the same of themselves', async () => {
  const box = await setUp();
  await expect.poll(() => peers(box)).toEqual([]);
  box.clock.pass(60_000);
  connect(box, ['open.example', 'both'], ['shy.example', 'in'], ['shy.example', 'out']);
  await expect.poll(() => peers(box)).toEqual(['? bidi', '? incoming outgoing']);
  await answer(box, { 'open.example': [INFO], 'shy.example': ['urn:xmpp:ping'] });
  box.clock.pass(60_000);
  await expect.poll(() => peers(box)).toEqual(['open.example bidi', '? incoming outgoing']);
});

test('the node follows the links once a minute at most, and nobody is asked twice a day', async () => {
  const box = await setUp();
  await expect.poll(() => peers(box)).toEqual([]);
  connect(box, ['open.example', 'out']);
  connect(box, ['open.example', 'both']);
  expect(asked(box)).toEqual([]);
  box.clock.pass(60_000);
  await expect.poll(() => peers(box)).toEqual(['? bidi']);
  await answer(box, { 'open.example': [INFO] });
  box.clock.pass(60_000);
  await expect.poll(() => peers(box)).toEqual(['open.example bidi']);
  box.clock.pass(60_000);
  connect(box);
  await expect.poll(() => peers(box)).toEqual([]);
  box.clock.pass(60_000);
  connect(box, ['open.example', 'both']);
  await expect.poll(() => peers(box)).toEqual(['open.example bidi']);
  expect(asked(box)).toEqual([]);
  box.clock.pass(24 * 3_600_000);
  connect(box, ['open.example', 'out']);
  expect(asked(box)).toHaveLength(1);
});

/** The extension as it starts anew, with what is kept already. */
function startAgain(box: Box, sharePeers: boolean): void {
  const { near } = box;
  near.config.federation.sharePeers = sharePeers;
  const online = new Online(near);
  const core = { host: near, online, notifier: new Notifier(near, online) };
  new ServerInfo(core, () => serviceOwner(near)).attach();
}

test('a node of this name that a member had made gives way', async () => {
  const box = await setUp(configured(false));
  const ann = await box.online(box.near, await box.member(box.near, 'ann'), 'desk');
  const item = xml('publish', { node: 'serverinfo' }, xml('item', { id: 'current' }, xml('lie', { xmlns: 'urn:lie' })));
  const publish = iq('set', pubsub(NS, item), 'pubsub.near.example');
  await box.says(ann, publish);
  expect(payload(box)).toContain('urn:lie');
  startAgain(box, true);
  await expect.poll(() => peers(box)).toEqual([]);
  await box.says(ann, publish);
  expect(payload(box)).not.toContain('urn:lie');
});

test('an owner who shares no more leaves nothing behind', async () => {
  const box = await setUp(configured(true));
  await expect.poll(() => peers(box)).toEqual([]);
  startAgain(box, false);
  await expect.poll(() => payload(box)).toBeUndefined();
  expect(box.store.nodes.node(box.near.server.id, 'serverinfo')).toBeUndefined();
});
