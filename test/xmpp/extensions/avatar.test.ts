/** Avatars, over the real way of presence. */
import { createHash } from 'node:crypto';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { avatar } from '../../../xmpp/extensions/avatar.ts';
import { pubsub as nodes } from '../../../xmpp/extensions/pubsub/pubsub.ts';
import { vcardTemp } from '../../../xmpp/extensions/vcard-temp.ts';
import { type Element, xml } from '../../../xmpp/xml.ts';
import { type Box, iq, openBox } from '../im/box.ts';
import type { Client } from './harness.ts';
import { form, NS, pubsub } from './pubsub/requests.ts';

const DATA = 'urn:xmpp:avatar:data';
const METADATA = 'urn:xmpp:avatar:metadata';
const PNG = Buffer.from('89504e470d0a1a0a00', 'hex');
const JPEG = Buffer.from('ffd8ffe000104a46', 'hex');
const sha = (image: Buffer) => createHash('sha1').update(image).digest('hex');

let box: Box;
let ann: Client;
let bob: Client;

beforeEach(async () => {
  const opened = await openBox([nodes, vcardTemp, avatar]);
  onTestFinished(opened.close);
  box = opened.box;
  ann = box.client(box.near, await box.member(box.near, 'ann'), 'desk');
  const friend = await box.member(box.near, 'bob');
  await box.friends(ann.session.account, box.near, friend, box.near);
  bob = await box.online(box.near, friend, 'desk');
  await box.says(ann, xml('presence'));
  bob.received.length = 0;
});

const publish = (node: string, id: string, content: Element, access = 'open') =>
  box.says(
    ann,
    iq(
      'set',
      pubsub(
        NS,
        xml('publish', { node }, xml('item', { id }, content)),
        xml('publish-options', {}, form('publish-options', { access_model: access })),
      ),
    ),
  );

async function publishAvatar(image: Buffer, access = 'open', id = sha(image)): Promise<void> {
  await publish(DATA, id, xml('data', { xmlns: DATA }, image.toString('base64')), access);
  const info = xml('info', { id, bytes: String(image.length), type: 'image/png' });
  await publish(METADATA, id, xml('metadata', { xmlns: METADATA }, info), access);
}

const vcard = (...children: Element[]) => iq('set', xml('vCard', { xmlns: 'vcard-temp' }, ...children));
const photo = (image: Buffer, type = 'image/png') =>
  xml('PHOTO', {}, xml('TYPE', {}, type), xml('BINVAL', {}, `\n${image.toString('base64')}\n`));

const storedVcard = () => box.store.extras.vcard(ann.session.account.id);
const last = (node: string) => box.store.nodes.items(ann.session.account.id, node).at(-1);

/** The hashes in the presences that a client has got: undefined for one without, '' for no photo. */
const hashes = (client: Client) =>
  client.received
    .splice(0)
    .filter(({ name, attrs }) => name === 'presence' && attrs.type === undefined)
    .map((stanza) => stanza.getChild('x', 'vcard-temp:x:update')?.getChild('photo')?.text());

test('an avatar for everyone becomes the photo of the vCard, and contacts learn its hash at once (XEP-0398 section 3.1)', async () => {
  await publishAvatar(PNG);
  expect(storedVcard()).toBe(
    `<vCard xmlns="vcard-temp"><PHOTO><TYPE>image/png</TYPE><BINVAL>${PNG.toString('base64')}</BINVAL></PHOTO></vCard>`,
  );
  expect(hashes(bob)).toEqual([sha(PNG)]);
  await box.says(ann, xml('presence', {}, xml('show', {}, 'away')));
  expect(hashes(bob)).toEqual([sha(PNG)]);
  await publish(METADATA, 'none', xml('metadata', { xmlns: METADATA }));
  expect(storedVcard()).toBe('<vCard xmlns="vcard-temp"/>');
  expect(hashes(bob)).toEqual(['']);
});

test.each([
  ['one for contacts only', () => publishAvatar(PNG, 'presence')],
  ['one whose id is not its hash', () => publishAvatar(PNG, 'open', 'forged')],
  [
    'one that is elsewhere',
    () =>
      publish(METADATA, 'x', xml('metadata', { xmlns: METADATA }, xml('info', { id: 'x', url: 'https://a.test/' }))),
  ],
])('%s stays out of the vCard', async (_, publishing) => {
  await publishing();
  expect(storedVcard()).toBeUndefined();
  expect(hashes(bob)).toEqual([]);
});

test('a photo of the vCard becomes an avatar, by what it is rather than by what is said of it (section 3.2)', async () => {
  await box.says(ann, vcard(xml('FN', {}, 'Ann'), photo(JPEG)));
  expect(last(DATA)).toMatchObject({
    id: sha(JPEG),
    payload: `<data xmlns="${DATA}">${JPEG.toString('base64')}</data>`,
  });
  expect(last(METADATA)).toMatchObject({
    id: sha(JPEG),
    payload: `<metadata xmlns="${METADATA}"><info bytes="8" id="${sha(JPEG)}" type="image/jpeg"/></metadata>`,
  });
  expect(hashes(bob)).toEqual([sha(JPEG)]);
  await box.says(ann, vcard(xml('FN', {}, 'Ann B.'), photo(JPEG)));
  expect(hashes(bob)).toEqual([]);
  await box.says(ann, vcard(xml('FN', {}, 'Ann B.')));
  expect(last(METADATA)?.payload).toBe(`<metadata xmlns="${METADATA}"/>`);
  expect(hashes(bob)).toEqual(['']);
});

test('a vCard without a photo leaves an avatar alone that contacts see', async () => {
  await publishAvatar(PNG, 'presence');
  await box.says(ann, vcard(xml('FN', {}, 'Ann')));
  expect(last(METADATA)?.id).toBe(sha(PNG));
});

test('a client that shows no photo keeps it so; what is empty or wrong is filled in; directed presence too (section 4)', async () => {
  await publishAvatar(PNG);
  hashes(bob);
  const update = (...children: Element[]) => xml('x', { xmlns: 'vcard-temp:x:update' }, ...children);
  await box.says(ann, xml('presence', {}, update()), xml('presence', {}, update(xml('photo', {}, 'wrong'))));
  expect(hashes(bob)).toEqual([sha(PNG), sha(PNG)]);
  const cat = await box.online(box.near, await box.member(box.near, 'cat'), 'desk');
  await box.says(ann, xml('presence', { to: cat.jid.toString() }));
  expect(hashes(cat)).toEqual([sha(PNG)]);
  await box.says(ann, xml('presence', {}, update(xml('photo'))));
  expect(hashes(bob)).toEqual(['']);
  await publishAvatar(JPEG);
  expect(hashes(bob)).toEqual([]);
});
