/** What a server is told that wants to be called back (XEP-0220), and what those who wrote hear of a server that does not believe us. */
import { describe, expect, test } from 'vitest';
import { RawPeer, RawServer } from './raw.ts';
import { conditionOf, textOf, World } from './side.ts';

const DIALBACK = "<dialback xmlns='urn:xmpp:features:dialback'><errors/></dialback>";
const EXTERNAL = "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>EXTERNAL</mechanism></mechanisms>";

async function claimed(domain: string, rules = {}) {
  const world = await World.create();
  const b = await world.side({ domains: ['b.test'], rules });
  const claim = async () => {
    const peer = await RawPeer.open(b.portTls);
    peer.header(domain, 'b.test');
    await peer.hears('</stream:features>');
    peer.write(`<db:result from='${domain}' to='b.test'>0123</db:result>`);
    return peer;
  };
  return { world, b, claim };
}

describe('who cannot be called back is told why, and may go on', () => {
  test('there is no such server', async () => {
    const { world, claim } = await claimed('a.test');
    world.hosts['a.test'] = 'nobody.invalid:5269';
    expect(await (await claim()).hears('</db:result>')).toMatch(
      /type='error'.*<remote-(server-not-found|connection-failed) /s,
    );
  });

  test('nothing listens there', async () => {
    const { world, claim } = await claimed('a.test');
    world.hosts['a.test'] = '127.0.0.1:1';
    expect(await (await claim()).hears('</db:result>')).toMatch(/type='error'.*<remote-connection-failed /s);
  });

  test('it does not answer', async () => {
    const { world, claim } = await claimed('a.test');
    const server = await RawServer.listen(await world.authority.issue({ domains: ['a.test'] }));
    world.hosts['a.test'] = server.place;
    const peer = await claim();
    const caller = await server.caller();
    await caller.hears("version='1.0'>");
    caller.answer('a.test', 'b.test', DIALBACK);
    await caller.hears('</db:verify>');
    caller.end();
    expect(await peer.hears('</db:result>')).toMatch(/type='error'.*<remote-server-timeout /s);
  });

  test('it answers with an error', async () => {
    const { world, claim } = await claimed('a.test');
    const server = await RawServer.listen(await world.authority.issue({ domains: ['a.test'] }));
    world.hosts['a.test'] = server.place;
    const peer = await claim();
    const caller = await server.caller();
    await caller.hears("version='1.0'>");
    caller.answer('a.test', 'b.test', DIALBACK);
    const id = /<db:verify [^>]*id='([^']+)'/.exec(await caller.hears('</db:verify>'))?.[1];
    caller.write(
      `<db:verify from='a.test' to='b.test' id='${id}' type='error'><error type='cancel'>` +
        "<item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></db:verify>",
    );
    expect(await peer.hears('</db:result>')).toMatch(/type='error'.*<remote-server-not-found /s);
  });

  test('it needs a certificate and shows none that is good', async () => {
    const { world, claim } = await claimed('a.test', { requireCertificate: true });
    const server = await RawServer.listen(await world.authority.issue({ domains: ['elsewhere.test'] }));
    world.hosts['a.test'] = server.place;
    expect(await (await claim()).hears('</db:result>')).toMatch(/type='error'.*<not-authorized .*is for elsewhere/s);
  });
});

describe('whoever wrote hears', () => {
  async function written() {
    const world = await World.create();
    const a = await world.side({ domains: ['a.test'] });
    const server = await RawServer.listen(await world.authority.issue({ domains: ['b.test'] }));
    world.hosts['b.test'] = server.place;
    a.say('u@a.test/x', 'v@b.test', 'one');
    const caller = await server.caller();
    await caller.hears("version='1.0'>");
    return { a, server, caller };
  }

  test.each([
    ['that it takes us for somebody else', "type='invalid'/>", 'internal-server-error', 'does not believe'],
    [
      'that it does not want us',
      "type='error'><error type='cancel'><policy-violation xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></db:result>",
      'remote-server-timeout',
      'policy-violation',
    ],
  ])('%s', async (_what, answer, condition, words) => {
    const { a, caller } = await written();
    caller.answer('b.test', 'a.test', DIALBACK);
    await caller.hears('</db:result>');
    caller.write(`<db:result from='b.test' to='a.test' ${answer}`);
    await a.heard(1);
    expect(conditionOf(a.received[0])).toBe(condition);
    expect(a.received[0]?.getChild('error')?.attrs.type).toBe('cancel');
    expect(textOf(a.received[0])).toContain(words);
  });

  test('that it serves no such domain', async () => {
    const { a, caller } = await written();
    caller.answer('b.test', 'a.test', DIALBACK);
    await caller.hears('</db:result>');
    caller.write("<stream:error><host-unknown xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>");
    await a.heard(1);
    expect(conditionOf(a.received[0])).toBe('remote-server-not-found');
  });
});

test('a server that ends the stream of whom it does not believe by certificate is asked to call back on another', async () => {
  const world = await World.create();
  const a = await world.side({ domains: ['a.test'] });
  const server = await RawServer.listen(await world.authority.issue({ domains: ['b.test'] }));
  world.hosts['b.test'] = server.place;
  a.say('u@a.test/x', 'v@b.test', 'one');
  const first = await server.caller();
  await first.hears("version='1.0'>");
  first.answer('b.test', 'a.test', EXTERNAL + DIALBACK);
  await first.hears('</auth>');
  first.write("<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><not-authorized/></failure></stream:stream>");
  first.end();
  const second = await server.caller();
  await second.hears("version='1.0'>");
  second.answer('b.test', 'a.test', EXTERNAL + DIALBACK, 'stream-2');
  expect(await second.hears('</db:result>')).not.toContain('<auth');
  second.write("<db:result from='b.test' to='a.test' type='valid'/>");
  expect(await second.hears('</message>')).toContain('one');
});

test('a link that is dead is not what a new claim of its server depends on', async () => {
  const world = await World.create();
  const b = await world.side({ domains: ['b.test'] });
  const server = await RawServer.listen(await world.authority.issue({ domains: ['elsewhere.test'] }));
  world.hosts['a.test'] = server.place;
  b.say('u@b.test', 'v@a.test', 'one');
  const dead = await server.caller();
  await dead.hears("version='1.0'>");
  dead.answer('a.test', 'b.test', DIALBACK);
  await dead.hears('</db:result>');
  dead.write("<db:result from='a.test' to='b.test' type='valid'/>");
  await dead.hears('</message>');
  const peer = await RawPeer.open(b.portTls);
  peer.header('a.test', 'b.test');
  await peer.hears('</stream:features>');
  peer.write("<db:result from='a.test' to='b.test'>0123</db:result>");
  await dead.hears('</db:verify>');
  dead.end();
  const alive = await server.caller();
  await alive.hears("version='1.0'>");
  alive.answer('a.test', 'b.test', DIALBACK);
  const id = /<db:verify [^>]*id='([^']+)'/.exec(await alive.hears('</db:verify>'))?.[1];
  alive.write(`<db:verify from='a.test' to='b.test' id='${id}' type='valid'/>`);
  expect(await peer.hears("type='valid'")).toContain('<db:result');
});

test('by name and protocol: an internationalised domain is asked for in its A-labels (SNI), and ALPN says what it is', async () => {
  const world = await World.create();
  const a = await world.side({ domains: ['a.test'], rules: { requireCertificate: true } });
  const server = await RawServer.listen(await world.authority.issue({ domains: ['xn--bcher-kva.test'] }));
  world.hosts['bücher.test'] = server.place;
  a.say('u@a.test/x', 'v@xn--bcher-kva.test', 'one');
  const caller = await server.caller();
  expect(await caller.hears("version='1.0'>")).toContain("to='bücher.test'");
  expect(server.names).toEqual(['xn--bcher-kva.test']);
  expect(caller.alpn).toBe('xmpp-server');
  caller.answer('bücher.test', 'a.test', EXTERNAL);
  await caller.hears('</auth>');
  caller.write("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>");
  await caller.hears("version='1.0'>");
  caller.answer('bücher.test', 'a.test', '');
  expect(await caller.hears('</message>')).toContain('one');
});
