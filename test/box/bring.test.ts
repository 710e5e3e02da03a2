/** A member brings along what they had on another box, by themselves: from the file of the one to the page of the other. */
import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { expect, onTestFinished, test } from 'vitest';
import { Box } from '../kit/box.ts';
import { childOf, elementsOf, show, type Tree, textOf } from '../kit/tree.ts';
import type { Wire } from '../kit/wire.ts';

const PIXEL = Buffer.from('89504e470d0a1a0a0000', 'hex').toString('base64');
const SHA1 = '5a4e2a4ebfc5fe9ef3ad1c1b5f6e2e7b1e3f1c55';

const start = async () => {
  const box = await Box.start();
  onTestFinished(() => box.dispose());
  await box.addAccount('owner');
  return box;
};

/** The page's address, as the app shows it. */
async function pageFor(wire: Wire, what: 'import' | 'export'): Promise<URL> {
  const command = `<command xmlns='http://jabber.org/protocol/commands' node='urn:casp3r:${what}'/>`;
  const answer = await wire.query(`<iq type='set' id='${what}'>${command}</iq>`, what);
  const oob = childOf(childOf(answer, 'command') ?? answer, 'x', 'jabber:x:oob');
  return new URL(textOf(childOf(oob ?? answer, 'url') ?? answer));
}

async function ask(box: Box, url: URL, method: string, body?: string): Promise<{ status: number; text: string }> {
  const ca = await readFile(box.certificateFile);
  return new Promise((resolve, reject) => {
    const at = { host: '127.0.0.1', port: box.ports.https, path: url.pathname, servername: box.domain };
    const sent = request({ ...at, method, ca, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    sent.on('error', reject).end(body);
  });
}

const publish = (node: string, payload: string) =>
  `<pubsub xmlns='http://jabber.org/protocol/pubsub'><publish node='${node}'><item id='${SHA1}'>${payload}</item></publish></pubsub>`;

const contacts = (roster: Tree) =>
  elementsOf(childOf(roster, 'query') ?? roster).map(({ attrs }) => `${attrs.get('jid')} ${attrs.get('subscription')}`);

test('picture and contacts come along, password and role do not, and the page works once', {
  timeout: 120_000,
}, async () => {
  const [old, fresh] = [await start(), await start()];
  const there = await old.login(await old.addAccount('alice', 'old secret', 'administrator'));
  const data = publish('urn:xmpp:avatar:data', `<data xmlns='urn:xmpp:avatar:data'>${PIXEL}</data>`);
  const info = `<metadata xmlns='urn:xmpp:avatar:metadata'><info id='${SHA1}' bytes='10' type='image/png'/></metadata>`;
  await there.query(`<iq type='set' id='d'>${data}</iq>`, 'd');
  await there.query(`<iq type='set' id='m'>${publish('urn:xmpp:avatar:metadata', info)}</iq>`, 'm');
  const item = "<query xmlns='jabber:iq:roster'><item jid='romeo@b.example' name='Romeo'/></query>";
  await there.query(`<iq type='set' id='r'>${item}</iq>`, 'r');
  const file = (await ask(old, await pageFor(there, 'export'), 'GET')).text;

  const ally = await fresh.addAccount('ally', 'new secret');
  const here = await fresh.login(ally);
  const page = await pageFor(here, 'import');
  expect(await ask(fresh, page, 'GET')).toMatchObject({ status: 200, text: expect.stringContaining(ally.jid) });
  const told = await ask(fresh, page, 'PUT', file);
  expect(told.status).toBe(200);
  expect(told.text).toContain('Taken: contacts: 1, items: 2.');
  expect((await ask(fresh, page, 'GET')).status).toBe(404);
  expect((await ask(fresh, page, 'PUT', file)).status).toBe(404);

  const asked = "<pubsub xmlns='http://jabber.org/protocol/pubsub'><items node='urn:xmpp:avatar:data'/></pubsub>";
  expect(show(await here.query(`<iq type='get' id='a'>${asked}</iq>`, 'a'))).toContain(PIXEL);
  const roster = await here.query("<iq type='get' id='r'><query xmlns='jabber:iq:roster'/></iq>", 'r');
  expect(contacts(roster)).toEqual(['romeo@b.example none']);
  const users = (await fresh.ask(['user', 'list'])) as { address: string; role: string }[];
  expect(JSON.stringify(users)).not.toContain('alice');
  expect(JSON.stringify(users)).toContain('ally');
  await fresh.login(ally, 'again');
});

test('a file that is none is refused in words', { timeout: 60_000 }, async () => {
  const box = await start();
  const wire = await box.login(await box.addAccount('ann'));
  const answer = await ask(box, await pageFor(wire, 'import'), 'PUT', '<html>no</html>');
  expect(answer).toMatchObject({ status: 422, text: expect.stringContaining('this is no export') });
});
