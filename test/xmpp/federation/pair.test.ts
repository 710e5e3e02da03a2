/** Two servers find each other, prove who they are, and talk. */
import { describe, expect, test } from 'vitest';
import { RawPeer } from './raw.ts';
import { conditionOf, textOf, World } from './side.ts';

describe('two servers', () => {
  test('with good certificates talk over one link in both directions, by SASL EXTERNAL', async () => {
    const world = await World.create();
    const [a, b] = [await world.side({ domains: ['a.test'] }), await world.side({ domains: ['b.test'] })];
    a.say('alice@a.test/x', 'bob@b.test', 'one');
    a.say('alice@a.test/x', 'bob@b.test', 'two');
    expect(await b.heard(2)).toEqual(['one', 'two']);
    b.say('bob@b.test/y', 'alice@a.test/x', 'three');
    expect(await a.heard(1)).toEqual(['three']);
    expect(a.federation.states()).toHaveLength(1);
    expect(a.state('b.test')).toMatchObject({
      direction: 'both',
      authenticated: 'certificate',
      tls: 'TLSv1.3',
      state: 'connected',
    });
    expect(b.state('a.test')).toMatchObject({ direction: 'both', authenticated: 'certificate' });
  });

  test('know for which of its domains each link was opened, also those that only come in', async () => {
    const world = await World.create();
    const a = await world.side({ domains: ['a.test', 'rooms.b.test'] });
    const issued = await world.authority.issue({ domains: ['c.test'] });
    for (const domain of ['a.test', 'rooms.b.test']) {
      const peer = await RawPeer.open(a.portTls, issued);
      await peer.logIn('c.test', domain);
    }
    const links = a.federation.states().map(({ domain, local, direction }) => [domain, local, direction]);
    expect(links.sort()).toEqual([
      ['c.test', 'a.test', 'in'],
      ['c.test', 'rooms.b.test', 'in'],
    ]);
  });

  test('without a good certificate prove it by dialback', async () => {
    const world = await World.create();
    const certificate = { domains: ['elsewhere.test'] };
    const a = await world.side({ domains: ['a.test'], certificate });
    const b = await world.side({ domains: ['b.test'], certificate });
    a.say('alice@a.test/x', 'bob@b.test', 'one');
    expect(await b.heard(1)).toEqual(['one']);
    expect(b.state('a.test')).toMatchObject({ authenticated: 'dialback' });
  });

  test('which need a certificate of each other turn away who has none', async () => {
    const world = await World.create();
    const a = await world.side({ domains: ['a.test'], certificate: { domains: ['elsewhere.test'] } });
    const b = await world.side({ domains: ['b.test'], rules: { requireCertificate: true } });
    a.say('alice@a.test/x', 'bob@b.test', 'one');
    await a.heard(1);
    expect(conditionOf(a.received[0])).toBe('remote-server-timeout');
    expect(textOf(a.received[0])).toContain('its certificate is for elsewhere.test');
    expect(b.state('a.test')?.lastError?.text).toContain('its certificate is for elsewhere.test');
  });
});
