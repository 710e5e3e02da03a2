/** Links of both ways (XEP-0288): between which domains, and no others. */
import { expect, test } from 'vitest';
import { RawPeer, RawServer } from './raw.ts';
import { World } from './side.ts';

const EXTERNAL = "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>EXTERNAL</mechanism></mechanisms>";
const BIDI = "<bidi xmlns='urn:xmpp:features:bidi'/>";
const message = (from: string, to: string) => `<message from='${from}' to='${to}'><body>${from}</body></message>`;

test('who dialled gets what its own domain and ours say to each other there, and nothing of our other domains', async () => {
  const world = await World.create();
  const b = await world.side({ domains: ['b.test', 'rooms.b.test'] });
  const issued = await world.authority.issue({ domains: ['a.test'] });
  const server = await RawServer.listen(issued);
  world.hosts['a.test'] = server.place;
  const peer = await RawPeer.open(b.portTls, issued);
  await peer.logIn('a.test', 'b.test', true);
  peer.write(message('u@a.test', 'v@b.test'));
  await b.heard(1);
  b.say('v@b.test', 'u@a.test', 'ours');
  expect(await peer.hears('</message>')).toContain('ours');
  b.say('den@rooms.b.test/x', 'u@a.test', 'the room');
  const caller = await server.caller();
  expect(await caller.hears("version='1.0'>")).toContain("from='rooms.b.test'");
});

test('who is dialled says nothing for domains that it was not dialled for', async () => {
  const world = await World.create();
  const a = await world.side({ domains: ['a.test'] });
  const server = await RawServer.listen(await world.authority.issue({ domains: ['b.test', 'c.test'] }));
  world.hosts['b.test'] = server.place;
  a.say('u@a.test/x', 'v@b.test', 'one');
  const caller = await server.caller();
  await caller.hears("version='1.0'>");
  caller.answer('b.test', 'a.test', EXTERNAL + BIDI);
  expect(await caller.hears('</auth>')).toContain('<bidi ');
  caller.write("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>");
  await caller.hears("version='1.0'>");
  caller.answer('b.test', 'a.test', '');
  await caller.hears('</message>');
  caller.write(message('v@b.test', 'u@a.test'));
  expect(await a.heard(1)).toEqual(['v@b.test']);
  caller.write(message('v@c.test', 'u@a.test'));
  expect(await caller.hears('</stream:stream>')).toContain('<invalid-from ');
  expect(a.received).toHaveLength(1);
});

test('who is dialled and does not offer it says nothing at all', async () => {
  const world = await World.create();
  const a = await world.side({ domains: ['a.test'] });
  const server = await RawServer.listen(await world.authority.issue({ domains: ['b.test'] }));
  world.hosts['b.test'] = server.place;
  a.say('u@a.test/x', 'v@b.test', 'one');
  const caller = await server.caller();
  await caller.hears("version='1.0'>");
  caller.answer('b.test', 'a.test', EXTERNAL);
  expect(await caller.hears('</auth>')).not.toContain('<bidi ');
  caller.write("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>");
  await caller.hears("version='1.0'>");
  caller.answer('b.test', 'a.test', '');
  await caller.hears('</message>');
  caller.write(message('v@b.test', 'u@a.test'));
  expect(await caller.hears('</stream:stream>')).toContain('<not-authorized ');
  expect(a.received).toEqual([]);
});
