/** Converse.js in Debian's Chromium, on another site than the box, over WebSocket and over BOSH. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { encode } from 'fast-png';
import type { Browser, BrowserContext } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Box, type BoxAccount } from '../kit/box.ts';
import { childOf, elementsOf } from '../kit/tree.ts';
import { hasChromium, launchChromium } from './chromium.ts';
import { Converse, type Site, serveConverse } from './converse-site.ts';

const ROOM = 'den@rooms.box.test';

describe.runIf(hasChromium()).each(['websocket', 'bosh'] as const)('Converse over %s', (way) => {
  let browser: Browser;
  let box: Box;
  let site: Site;
  const contexts: BrowserContext[] = [];

  beforeAll(async () => {
    site = await serveConverse();
    box = await Box.start({ 'listen.allow_plain_loopback': true, 'rooms.members_only': false });
    browser = await launchChromium(['--host-resolver-rules=MAP box.test 127.0.0.1']);
  });
  afterEach(() => Promise.all(contexts.splice(0).map((context) => context.close())));
  afterAll(async () => {
    await browser?.close();
    await box?.dispose();
    await site?.stop();
  });

  async function at({ jid, password }: BoxAccount): Promise<Converse> {
    const context = await browser.newContext({ ignoreHTTPSErrors: true });
    contexts.push(context);
    const url =
      way === 'websocket'
        ? { websocket_url: `wss://box.test:${box.ports.https}/xmpp-websocket` }
        : { bosh_service_url: `https://box.test:${box.ports.https}/http-bind` };
    return Converse.open(context, site, { jid, password, ...url });
  }

  test('two people chat, meet in a room, and show each other a picture', async () => {
    const [alice, bob] = [await box.addAccount('alice'), await box.addAccount('bob')];
    await befriend(box, alice, bob);
    const [one, other] = [await at(alice), await at(bob)];
    await Promise.all([one.openChat(bob.jid), other.openChat(alice.jid)]);
    await one.say(bob.jid, 'hello from alice');
    await other.hears(alice.jid, 'hello from alice');
    await other.say(alice.jid, 'hello from bob');
    await one.hears(bob.jid, 'hello from bob');

    await one.sendPicture(
      bob.jid,
      'picture.png',
      Buffer.from(encode({ width: 40, height: 30, data: new Uint8Array(3600), channels: 3 })),
    );
    await other.seesPicture(alice.jid, 40);

    await one.enterRoom(ROOM);
    await other.enterRoom(ROOM);
    await one.say(ROOM, 'is anybody here?');
    await other.hears(ROOM, 'is anybody here?');
    await other.say(ROOM, 'I am');
    await one.hears(ROOM, 'I am');
  });

  // People of their own: the keys of a browser that was closed stay in their lists, and nobody is there to read what is for those.
  test('what they encrypt with OMEMO they read, and the box does not', async () => {
    const [carol, dave] = [await box.addAccount('carol'), await box.addAccount('dave')];
    await befriend(box, carol, dave);
    const [one, other] = [await at(carol), await at(dave)];
    await Promise.all([one.openChat(dave.jid), other.openChat(carol.jid)]);
    await one.say(dave.jid, 'for everyone');
    await other.hears(carol.jid, 'for everyone');
    await one.encrypt(dave.jid);
    await one.say(dave.jid, 'for your eyes only');
    await other.hears(carol.jid, 'for your eyes only');
    await other.encrypt(carol.jid);
    await other.say(carol.jid, 'and for yours');
    await one.hears(dave.jid, 'and for yours');
    const kept = dataOf(box);
    expect(kept).toContain('for everyone');
    expect(kept).not.toContain('for your eyes only');
    expect(kept).not.toContain('and for yours');
  });
});

/** Both see each other's presence. */
async function befriend(box: Box, one: BoxAccount, other: BoxAccount): Promise<void> {
  const wires = [await box.login(one), await box.login(other)] as const;
  for (const wire of wires) await wire.query("<iq type='get' id='r'><query xmlns='jabber:iq:roster'/></iq>", 'r');
  for (const [wire, friend] of [
    [wires[0], other],
    [wires[1], one],
  ] as const) {
    wire.write(`<presence to='${friend.jid}' type='subscribed'/><presence to='${friend.jid}' type='subscribe'/>`);
  }
  for (const wire of wires) {
    await wire.element(
      (node) => elementsOf(childOf(node, 'query', 'jabber:iq:roster') ?? node)[0]?.attrs.get('subscription') === 'both',
      'a roster push with both',
    );
    await wire.close();
  }
}

/** All that the box keeps, as text. */
function dataOf(box: Box): string {
  return readdirSync(box.dataFolder, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map((file) => readFileSync(join(file.parentPath, file.name), 'latin1'))
    .join('');
}
