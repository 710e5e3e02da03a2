/** Where the server of a domain is: real questions to a real DNS server. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../../xmpp/clock.ts';
import type { PeerFailure } from '../../../xmpp/federation/failure.ts';
import { SystemDns } from '../../../xmpp/federation/resolver/dns.ts';
import { Resolver } from '../../../xmpp/federation/resolver/resolver.ts';
import { inOrder } from '../../../xmpp/federation/resolver/srv.ts';
import { TestDns, type Zone } from '../../kit/dns.ts';

const OWN = ['192.168.1.77', '2001:db8:77::1'];

async function resolverOf(zone: Zone, hosts: Record<string, string | string[]> = {}, loopbackAllowed = true) {
  const dns = new TestDns(zone);
  const place = await dns.start();
  onTestFinished(() => dns.stop());
  const system = new SystemDns([place], systemClock, 200);
  const tor = { isThere: true };
  const dialsOnions = () => tor.isThere;
  const ownAddresses = () => OWN;
  const options = { dns: system, hosts, random: () => 0.5, loopbackAllowed, dialsOnions, ownAddresses };
  return { dns, tor, resolver: new Resolver(options) };
}

const reasonOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'no error',
    (error: PeerFailure) => `${error.lasting ? 'lasting' : 'passing'}: ${error.message}`,
  );

describe('a domain leads', () => {
  test('to its SRV records, of both kinds, by priority', async () => {
    const { resolver } = await resolverOf({
      srv: {
        '_xmpp-server._tcp.b.test': [{ priority: 10, port: 5269, target: 'x.b.test' }],
        '_xmpps-server._tcp.b.test': [
          { priority: 20, port: 5270, target: 'y.b.test' },
          { priority: 5, port: 443, target: 'x.b.test' },
        ],
      },
    });
    expect(await resolver.targets('b.test')).toEqual([
      { host: 'x.b.test', port: 443, directTls: true },
      { host: 'x.b.test', port: 5269, directTls: false },
      { host: 'y.b.test', port: 5270, directTls: true },
    ]);
  });

  test('to itself, port 5269, where it has none', async () => {
    const { resolver } = await resolverOf({ hosts: { 'b.test': ['192.0.2.1'] } });
    expect(await resolver.targets('b.test')).toEqual([{ host: 'b.test', port: 5269, directTls: false }]);
  });

  test('nowhere, where it says so', async () => {
    const { resolver } = await resolverOf({ srv: { '_xmpp-server._tcp.b.test': [{ port: 0, target: '.' }] } });
    expect(await reasonOf(resolver.targets('b.test'))).toBe('lasting: b.test says that it has no XMPP server');
  });

  test('to direct TLS alone, where STARTTLS is said not to be there', async () => {
    const { resolver } = await resolverOf({
      srv: {
        '_xmpp-server._tcp.b.test': [{ port: 0, target: '.' }],
        '_xmpps-server._tcp.b.test': [{ port: 5270, target: 'b.test' }],
      },
    });
    expect(await resolver.targets('b.test')).toEqual([{ host: 'b.test', port: 5270, directTls: true }]);
  });

  test('to itself at a guess, where the DNS fails or is silent: who answers there has to prove it', async () => {
    const broken = ['_xmpp-server._tcp.b.test', '_xmpps-server._tcp.b.test', '_xmpps-server._tcp.c.test'];
    const { resolver } = await resolverOf({ broken, silent: ['_xmpp-server._tcp.d.test'] });
    for (const domain of ['b.test', 'c.test', 'd.test']) {
      const targets = await resolver.targets(domain);
      expect(targets).toMatchObject([{ host: domain, port: 5269, directTls: false }]);
      expect(targets[0]?.doubt?.message).toMatch(/^the DNS does not answer/);
    }
  });

  test('to what could be learned, where one of the two questions fails', async () => {
    const { resolver } = await resolverOf({
      srv: {
        '_xmpp-server._tcp.b.test': [{ port: 5269, target: 'x.b.test' }],
        '_xmpp-server._tcp.c.test': [{ port: 0, target: '.' }],
      },
      broken: ['_xmpps-server._tcp.b.test', '_xmpps-server._tcp.c.test'],
    });
    expect(await resolver.targets('b.test')).toEqual([{ host: 'x.b.test', port: 5269, directTls: false }]);
    expect(await reasonOf(resolver.targets('c.test'))).toMatch(/^passing: the DNS does not answer/);
  });

  test('to answers that are too long for UDP', async () => {
    const { dns, resolver } = await resolverOf({
      srv: { '_xmpp-server._tcp.b.test': [{ port: 5269, target: 'x.b.test' }] },
      long: ['_xmpp-server._tcp.b.test'],
    });
    expect(await resolver.targets('b.test')).toEqual([{ host: 'x.b.test', port: 5269, directTls: false }]);
    expect(dns.askedByTcp).toEqual(['SRV _xmpp-server._tcp.b.test']);
  });

  test('past an alias of its SRV records and of their target', async () => {
    const { resolver } = await resolverOf({
      srv: { '_xmpp-server._tcp.elsewhere.test': [{ port: 5269, target: 'x.test' }] },
      hosts: { 'y.test': ['192.0.2.1'] },
      aliases: { '_xmpp-server._tcp.b.test': '_xmpp-server._tcp.elsewhere.test', 'x.test': 'y.test' },
    });
    const [target] = await resolver.targets('b.test');
    expect(target && (await resolver.addresses(target, 'b.test'))).toEqual(['192.0.2.1']);
  });

  test('to the place that is fixed for it, without a question', async () => {
    const { dns, resolver } = await resolverOf({}, { 'b.test': '[::1]:5270 tls' }, false);
    const [target] = await resolver.targets('b.test');
    expect(target).toEqual({ host: '::1', port: 5270, directTls: true });
    expect(target && (await resolver.addresses(target, 'b.test'))).toEqual(['::1']);
    expect(dns.asked).toEqual([]);
  });

  test('by its A-labels, where it is internationalised', async () => {
    const { dns, resolver } = await resolverOf({});
    await resolver.targets('bücher.test');
    expect(dns.asked).toContain('SRV _xmpp-server._tcp.xn--bcher-kva.test');
  });

  test('to eight places at most', async () => {
    const many = Array.from({ length: 30 }, (_, i) => ({ port: 5000 + i, target: `s${i}.b.test` }));
    const { resolver } = await resolverOf({ srv: { '_xmpp-server._tcp.b.test': many } });
    expect(await resolver.targets('b.test')).toHaveLength(8);
  });
});

describe('addresses', () => {
  const target = { host: 'x.test', port: 5269, directTls: false };

  test('come in turns, IPv6 first', async () => {
    const { resolver } = await resolverOf({ hosts: { 'x.test': ['192.0.2.1', '192.0.2.2', '2001:db8::1'] } });
    expect(await resolver.addresses(target, 'b.test')).toEqual(['2001:db8::1', '192.0.2.1', '192.0.2.2']);
  });

  test('of this machine are not for strangers to name', async () => {
    const { resolver } = await resolverOf({ hosts: { 'x.test': ['127.0.0.1', '::1', '169.254.169.254'] } }, {}, false);
    expect(await reasonOf(resolver.addresses(target, 'b.test'))).toMatch(/^lasting: x.test has only addresses/);
    expect(await reasonOf(resolver.addresses({ ...target, host: '127.0.0.1' }, '127.0.0.1'))).toMatch(/^lasting/);
  });

  test('in the home network are not for strangers to name, but for names that only the home knows', async () => {
    const hosts = { 'x.test': ['192.168.1.1', '10.1.2.3', '172.31.0.1', '100.64.0.1', 'fd00::1'] };
    const { resolver } = await resolverOf({ hosts }, { 'fixed.example': 'x.test:5269' }, false);
    for (const stranger of ['b.example', 'lan.example', 'b.notlan'])
      expect(await reasonOf(resolver.addresses(target, stranger))).toMatch(/^lasting: x.test has only addresses/);
    for (const literal of [
      '192.168.1.1',
      'fd00::1',
      '::ffff:192.168.1.1',
      '64:ff9b::192.168.1.1',
      '2002:c0a8:101::1',
    ]) {
      const domain = literal.includes(':') ? `[${literal}]` : literal;
      expect(await reasonOf(resolver.addresses({ ...target, host: literal }, domain))).toMatch(/^lasting/);
    }
    for (const known of ['box.lan', 'box', 'b.home.arpa', 'fixed.example'])
      expect(await resolver.addresses(target, known)).toContain('192.168.1.1');
  });

  test('of the box itself are nobody else', async () => {
    const { resolver } = await resolverOf({ hosts: { 'x.test': OWN, 'y.test': [...OWN, '192.0.2.1'] } }, {}, false);
    for (const domain of ['b.example', 'b.home.arpa'])
      expect(await reasonOf(resolver.addresses(target, domain))).toBe(
        `lasting: x.test is this box itself, which does not serve ${domain}`,
      );
    expect(await resolver.addresses({ ...target, host: 'y.test' }, 'b.example')).toEqual(['192.0.2.1']);
  });

  test('of one family do not wait long for those of the other, and are not given up for their sake', async () => {
    const { resolver } = await resolverOf({
      hosts: { 'x.test': ['192.0.2.1'], 'y.test': ['2001:db8::1'] },
      silent: ['AAAA x.test'],
      broken: ['A y.test', 'A z.test'],
      aliases: { 'z.test': 'z.test' },
    });
    expect(await resolver.addresses(target, 'b.test')).toEqual(['192.0.2.1']);
    expect(await resolver.addresses({ ...target, host: 'y.test' }, 'b.test')).toEqual(['2001:db8::1']);
    expect(await reasonOf(resolver.addresses({ ...target, host: 'z.test' }, 'b.test'))).toMatch(/^passing/);
  });

  test('that are not there are no answer, and one that leads to itself is none', async () => {
    const { resolver } = await resolverOf({ aliases: { 'x.test': 'x.test' } });
    expect(await reasonOf(resolver.addresses({ ...target, host: 'y.test' }, 'b.test'))).toBe(
      'lasting: y.test has no address',
    );
    expect(await reasonOf(resolver.addresses(target, 'b.test'))).not.toBe('no error');
  });

  test('are asked for once, also those that are not there', async () => {
    const { dns, resolver } = await resolverOf({ hosts: { 'x.test': ['192.0.2.1'] } });
    for (let i = 0; i < 3; i += 1) {
      await Promise.all([resolver.addresses(target, 'b.test'), resolver.targets('nothing.test')]);
    }
    expect([...dns.asked].sort()).toEqual([
      'A x.test',
      'AAAA x.test',
      'SRV _xmpp-server._tcp.nothing.test',
      'SRV _xmpps-server._tcp.nothing.test',
    ]);
  });
});

describe('onion addresses', () => {
  const ONION = `${'a'.repeat(56)}.onion`;

  test('are asked of no DNS, whoever names them (RFC 7686)', async () => {
    const { dns, resolver } = await resolverOf({}, { 'b.test': `${ONION.toUpperCase()}:5269` });
    for (const [domain, host] of [
      [ONION, ONION],
      [`rooms.${ONION}`, `rooms.${ONION}`],
      ['b.test', ONION],
    ] as const) {
      const target = { host, port: 5269, directTls: false };
      expect(await resolver.targets(domain)).toEqual([target]);
      expect(await reasonOf(resolver.addresses(target, domain))).toMatch(/^lasting: .* has no address outside of tor/);
    }
    expect(dns.asked).toEqual([]);
  });

  test('among SRV records stand in their order, and are left out where there is no tor', async () => {
    const srv = {
      '_xmpp-server._tcp.b.test': [
        { priority: 20, port: 5269, target: ONION },
        { priority: 10, port: 5269, target: 'x.b.test' },
      ],
      '_xmpp-server._tcp.c.test': [{ port: 5269, target: ONION }],
    };
    const { resolver, tor } = await resolverOf({ srv });
    expect((await resolver.targets('b.test')).map(({ host }) => host)).toEqual(['x.b.test', ONION]);
    tor.isThere = false;
    expect((await resolver.targets('b.test')).map(({ host }) => host)).toEqual(['x.b.test']);
    expect(await reasonOf(resolver.targets('c.test'))).toMatch(/^lasting: c\.test is reached by tor only/);
  });

  test('are fixed as one more route after what the DNS says, which may fail', async () => {
    const zone = { broken: ['_xmpp-server._tcp.c.example'] };
    const places = { 'b.example': ['dns', `${ONION}:5269`], 'c.example': ['dns', `${ONION}:5269`] };
    const { resolver, tor } = await resolverOf(zone, places, false);
    expect((await resolver.targets('b.example')).map(({ host }) => host)).toEqual(['b.example', ONION]);
    expect((await resolver.targets('c.example')).map(({ host }) => host)).toEqual([ONION, 'c.example']);
    tor.isThere = false;
    const [guess] = await resolver.targets('c.example');
    expect(guess?.doubt?.message).toMatch(/^the DNS does not answer/);
  });

  test('beside what the DNS says do not let it lead into the home', async () => {
    const { resolver } = await resolverOf(
      { hosts: { 'b.example': ['10.0.0.1'] } },
      { 'b.example': ['dns', `${ONION}:5269`] },
      false,
    );
    const target = { host: 'b.example', port: 5269, directTls: false };
    expect(await reasonOf(resolver.addresses(target, 'b.example'))).toMatch(/has only addresses that are not on/);
  });
});

describe('the order of SRV records', () => {
  const record = (name: string, priority: number, weight: number) => ({
    name,
    priority,
    weight,
    port: 1,
    directTls: false,
  });

  test('is any order among those without a weight', () => {
    const records = ['a', 'b', 'c'].map((name) => record(name, 1, 0));
    const lots = [0.9, 0.1, 0.5];
    const drawn = inOrder(records, () => lots.shift() ?? 0);
    expect(drawn.map(({ name }) => name)).toEqual(['b', 'c', 'a']);
  });

  test('draws by weight within a priority (RFC 2782)', () => {
    const records = [record('a', 1, 10), record('b', 1, 30), record('c', 0, 0)];
    expect(inOrder(records, () => 0).map(({ name }) => name)).toEqual(['c', 'a', 'b']);
    expect(inOrder(records, () => 0.99).map(({ name }) => name)).toEqual(['c', 'b', 'a']);
    const first = Array.from({ length: 40 }, (_, i) => inOrder(records, () => i / 40)[1]?.name);
    expect(first.filter((name) => name === 'b').length).toBeGreaterThan(25);
  });
});
