/** Peers that lie, push or misbehave: what they get, and that nothing of theirs comes in. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { RawPeer } from './raw.ts';
import { World } from './side.ts';

async function attacked(rules = {}) {
  const world = await World.create();
  const b = await world.side({ domains: ['b.test', 'rooms.b.test'], rules });
  const issued = await world.authority.issue({ domains: ['a.test'] });
  return { world, b, issued, peer: await RawPeer.open(b.portTls, issued) };
}

const message = (from: string, to: string, id = 'm') =>
  `<message${from && ` from='${from}'`}${to && ` to='${to}'`} id='${id}'><body>${id}</body></message>`;

describe('a peer that is known by its certificate', () => {
  test('sends what it likes from its domain to all that is served here', async () => {
    const { b, peer } = await attacked();
    await peer.logIn('a.test', 'b.test');
    peer.write(message('u@a.test', 'v@b.test', 'one') + message('a.test', 'room@rooms.b.test/x', 'two'));
    expect(await b.heard(2)).toEqual(['one', 'two']);
  });

  test.each([
    ['from another domain', 'u@bank.test', 'v@b.test', 'invalid-from'],
    ['from one below its own', 'u@sub.a.test', 'v@b.test', 'invalid-from'],
    ['from one of ours', 'v@b.test', 'v@b.test', 'invalid-from'],
    ['from nobody', '', 'v@b.test', 'improper-addressing'],
    ['to nobody', 'u@a.test', '', 'improper-addressing'],
    ['to a domain that is not served here', 'u@a.test', 'v@c.test', 'host-unknown'],
    ['from what is no address', 'u@', 'v@b.test', 'improper-addressing'],
  ])('is cut off when it sends %s', async (_what, from, to, condition) => {
    const { b, peer } = await attacked();
    await peer.logIn('a.test', 'b.test');
    peer.write(message(from, to));
    expect(await peer.hears('</stream:stream>')).toContain(`<${condition} `);
    expect(b.received).toEqual([]);
  });

  test('is none of ours, though its certificate names us as well', async () => {
    const { world, b } = await attacked();
    const issued = await world.authority.issue({ domains: ['a.test', 'b.test', 'rooms.b.test'] });
    for (const ours of ['b.test', 'rooms.b.test']) {
      const peer = await RawPeer.open(b.portTls, issued);
      peer.header(ours, 'b.test');
      expect(await peer.hears('</stream:stream>')).toContain('<not-authorized ');
    }
  });

  test('speaks for a domain no more once that is one of ours', async () => {
    const world = await World.create();
    const domains = ['b.test'];
    const b = await world.side({ domains });
    const peer = await RawPeer.open(b.portTls, await world.authority.issue({ domains: ['a.test'] }));
    await peer.logIn('a.test', 'b.test');
    domains.push('a.test');
    peer.write(message('u@a.test', 'v@b.test'));
    expect(await peer.hears('</stream:stream>')).toContain('<invalid-from ');
    expect(b.received).toEqual([]);
  });

  test('cannot change whom it speaks for after its login', async () => {
    const { peer } = await attacked();
    peer.header('a.test', 'b.test');
    await peer.hears('EXTERNAL');
    peer.write("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='EXTERNAL'>=</auth>");
    await peer.hears('<success');
    peer.header('bank.test', 'b.test');
    expect(await peer.hears('</stream:stream>')).toContain('<invalid-from ');
  });

  test('says nothing for another by its authorization identity', async () => {
    const { peer } = await attacked();
    peer.header('a.test', 'b.test');
    await peer.hears('EXTERNAL');
    const identity = Buffer.from('bank.test').toString('base64');
    peer.write(`<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='EXTERNAL'>${identity}</auth>`);
    expect(await peer.hears('</failure>')).toContain('<invalid-authzid/>');
  });

  test('gets an answer for an address that is none, and goes on', async () => {
    const { b, peer } = await attacked();
    await peer.logIn('a.test', 'b.test');
    peer.write(message('u@a.test', `v@b.test/${'x'.repeat(1100)}`, 'bad') + message('u@a.test', 'v@b.test', 'good'));
    expect(await b.heard(2)).toContain('good');
    const answer = b.received.find((stanza) => stanza.attrs.type === 'error');
    expect(answer?.attrs).toMatchObject({ from: 'b.test', to: 'u@a.test', id: 'bad' });
  });

  test('is held to the size of a stanza, twice what a client may send', async () => {
    const { peer } = await attacked();
    await peer.logIn('a.test', 'b.test');
    peer.write(`<message from='u@a.test' to='v@b.test'><body>${'x'.repeat(600_000)}`);
    expect(await peer.hears('</stream:stream>')).toContain('<policy-violation ');
  });
});

describe('a peer that is not known', () => {
  test('says nothing', async () => {
    const { world, b } = await attacked();
    const peer = await RawPeer.open(b.portTls);
    peer.header('a.test', 'b.test');
    expect(await peer.hears('</stream:features>')).not.toContain('EXTERNAL');
    peer.write(message('u@a.test', 'v@b.test'));
    expect(await peer.hears('</stream:stream>')).toContain('<not-authorized ');
    expect(b.received).toEqual([]);
    expect(world.hosts['a.test']).toBeUndefined();
  });

  test('with the certificate of another domain is offered no EXTERNAL', async () => {
    const { peer } = await attacked();
    peer.header('bank.test', 'b.test');
    expect(await peer.hears('</stream:features>')).not.toContain('EXTERNAL');
    peer.write("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='EXTERNAL'>=</auth>");
    expect(await peer.hears('</stream:stream>')).toContain('<not-authorized ');
  });

  test('is not believed a dialback key that the real server did not make', async () => {
    const { world, b, peer } = await attacked();
    const bank = await world.side({ domains: ['bank.test'] });
    peer.header('bank.test', 'b.test');
    await peer.hears('</stream:features>');
    peer.write("<db:result from='bank.test' to='b.test'>0123456789abcdef</db:result>");
    const heard = await peer.hears('</stream:stream>');
    expect(heard).toMatch(/<db:result [^>]*type='invalid'/);
    peer.write(message('u@bank.test', 'v@b.test'));
    await b.until(() => b.state('bank.test')?.lastError !== undefined);
    expect(b.received).toEqual([]);
    expect(b.state('bank.test')?.lastError?.text).toContain('does not know your key');
    await bank.stop();
  });

  test('may not give itself an answer', async () => {
    const { b, peer } = await attacked();
    peer.header('bank.test', 'b.test');
    await peer.hears('</stream:features>');
    peer.write(
      "<db:result from='bank.test' to='b.test' type='valid'/><db:verify from='bank.test' to='b.test' id='x' type='valid'/>",
    );
    peer.write(message('u@bank.test', 'v@b.test'));
    expect(await peer.hears('</stream:stream>')).toContain('<not-authorized ');
    expect(b.received).toEqual([]);
  });

  test('proves nothing without TLS', async () => {
    const { b } = await attacked();
    for (const said of ["<db:result from='a.test' to='b.test'>00</db:result>", message('u@a.test', 'v@b.test')]) {
      const socket = connect(b.port, '127.0.0.1').setEncoding('utf8');
      onTestFinished(() => void socket.destroy());
      let heard = '';
      socket.on('data', (text: string) => {
        heard += text;
      });
      socket.write(
        "<stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams'" +
          ` xmlns:db='jabber:server:dialback' from='a.test' to='b.test' version='1.0'>${said}`,
      );
      await once(socket, 'close');
      expect(heard).toContain('<required/>');
      expect(heard).not.toContain('urn:xmpp:features:dialback');
      expect(heard).toContain('<policy-violation ');
      // RFC 6120 section 4.7.4.
      expect(heard).toContain("xml:lang='en'");
    }
    expect(b.received).toEqual([]);
  });

  test('gets at most 10,000 bytes of one element', async () => {
    const { peer } = await attacked();
    peer.header('a.test', 'b.test');
    await peer.hears('</stream:features>');
    peer.write(`<db:result from='a.test' to='b.test'>${'0'.repeat(20_000)}`);
    expect(await peer.hears('</stream:stream>')).toContain('<policy-violation ');
  });

  test.each([
    ['a domain that is not served here', 'a.test', 'c.test', 'host-unknown'],
    ['a domain that is denied', 'evil.denied.test', 'b.test', 'policy-violation'],
    ['what is no domain', 'u@a.test', 'b.test', 'improper-addressing'],
  ])('opens no stream with %s', async (_what, from, to, condition) => {
    const { b } = await attacked({ deny: ['denied.test'] });
    const peer = await RawPeer.open(b.portTls);
    peer.header(from, to);
    const heard = await peer.hears('</stream:stream>');
    expect(heard).toContain(`<${condition} `);
    expect(heard).toMatch(/<stream:stream [^>]*id='/);
  });

  test('that may only be talked to can verify a key, and no more', async () => {
    const { b, issued } = await attacked();
    b.forbidden.add('in b.test a.test');
    const peer = await RawPeer.open(b.portTls, issued);
    peer.header('a.test', 'b.test');
    expect(await peer.hears('</stream:features>')).not.toContain('EXTERNAL');
    peer.write(
      "<db:verify from='a.test' to='b.test' id='x'>00</db:verify><db:result from='a.test' to='b.test'>00</db:result>",
    );
    expect(await peer.hears('/>')).toContain("type='invalid'");
    expect(await peer.hears('</db:result>')).toContain('policy-violation');
  });

  test('learns of dialback why not, without the end of its stream', async () => {
    const { peer } = await attacked({ dialback: false });
    peer.header('other.test', 'b.test');
    await peer.hears('</stream:features>');
    peer.write(
      "<db:result from='other.test' to='nowhere.test'>00</db:result><db:result from='other.test' to='b.test'>00</db:result>",
    );
    expect(await peer.hears('</db:result>')).toContain('item-not-found');
    expect(await peer.hears('</db:result>')).toContain('not-authorized');
    peer.write("<db:result from='a.test' to='b.test'>00</db:result>");
    expect(await peer.hears('/>')).toContain("type='valid'");
  });
});
