/** How servers prove themselves to each other, and what becomes of those that cannot. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { FederationStatus } from '../../../firmware/commands/federation.ts';
import type { Box } from '../../kit/box.ts';
import { startBox } from '../../kit/federated-box.ts';
import { Internet } from '../../kit/internet.ts';
import { childOf, textOf } from '../../kit/tree.ts';
import { hasEjabberd, startEjabberd } from './ejabberd.ts';
import { conditionOf, newMember, Person } from './person.ts';
import { hasProsody, startProsody } from './prosody.ts';
import type { ForeignServer, ServerOptions } from './server.ts';

type Start = (internet: Internet, options: ServerOptions) => Promise<ForeignServer>;

const programs: { name: string; start: Start; present: boolean }[] = [
  { name: 'prosody', start: startProsody, present: hasProsody },
  { name: 'ejabberd', start: startEjabberd, present: hasEjabberd },
];
const present = programs.filter((program) => program.present);

let internet: Internet;
/** One that is reached by STARTTLS only, and one by direct TLS only. */
let box: Box;
let direct: Box;
let alice: Person;
let started = 0;
const others: ForeignServer[] = [];

beforeAll(async () => {
  internet = await Internet.create();
  const certificateOnly = { require_certificate: true, dialback: false };
  const settings = {
    'federation.domains': {
      ...Object.fromEntries(
        present.flatMap(({ name }) => ['certificate', 'bücher'].map((of) => [`${of}.${name}.test`, certificateOnly])),
      ),
      ...Object.fromEntries(
        ['expired', 'wrong', 'stranger'].map((name) => [`${name}.test`, { require_certificate: true }]),
      ),
    },
  };
  // ejabberd 23.01 lets in only certificates that are made for clients as well.
  const certificate = await internet.certificate(['box.test'], { purpose: 'both' });
  [box, direct] = await Promise.all([
    startBox(internet, { settings, certificate }),
    startBox(internet, { domain: 'direct.test', ways: 'tls' }),
  ]);
  alice = await newMember(box, 'alice');
});
afterAll(() => internet.end());
beforeEach(({ onTestFailed }) =>
  onTestFailed(() => console.error(`${others.at(-1)?.log.slice(-6000)}\n${box.log.slice(-6000)}`)),
);

async function meet(start: Start, options: Omit<ServerOptions, 'address' | 'accounts'>): Promise<Person> {
  started += 1;
  const server = await start(internet, { ...options, address: `127.0.0.${20 + started}`, accounts: ['romeo'] });
  others.push(server);
  return new Person(await server.login('romeo'));
}

async function chat(one: Person, other: Person): Promise<void> {
  one.say(other.jid, 'Hello');
  await other.hears('Hello', one.jid);
  other.say(one.jid, 'And to you');
  await one.hears('And to you', other.jid);
}

async function statesOf(domain: string, of = box) {
  const { servers } = (await of.command('federation status')) as FederationStatus;
  return servers.filter((server) => server.domain === domain);
}

describe.each(present)('$name', ({ name, start }) => {
  test('dialback only', async () => {
    const domain = `dialback.${name}.test`;
    const certificate = await internet.strangersCertificate([domain]);
    await chat(alice, await meet(start, { domain, proof: 'dialback', certificate }));
    const states = await statesOf(domain);
    expect(states.map(({ direction }) => direction).sort()).toEqual(['in', 'out']);
    for (const state of states)
      expect(state).toMatchObject({ state: 'connected', authenticated: 'dialback', tls: 'TLSv1.3' });
  });

  test('certificates only, by SASL EXTERNAL', async () => {
    const domain = `certificate.${name}.test`;
    await chat(alice, await meet(start, { domain, proof: 'certificate' }));
    const states = await statesOf(domain);
    expect(states.map(({ direction }) => direction).sort()).toEqual(['in', 'out']);
    for (const state of states)
      expect(state).toMatchObject({ state: 'connected', authenticated: 'certificate', tls: 'TLSv1.3' });
  });

  test('a domain with letters beyond ASCII: they in addresses, their A-labels in the DNS and in certificates', async () => {
    const domain = `bücher.${name}.test`;
    const romeo = await meet(start, { domain, proof: 'certificate' });
    await chat(alice, romeo);
    expect(romeo.bare).toBe(`romeo@${domain}`);
    for (const state of await statesOf(domain)) expect(state).toMatchObject({ authenticated: 'certificate' });
    alice.say(romeo.jid.replace('bücher', 'xn--bcher-kva'), 'By the other form');
    await romeo.hears('By the other form', alice.jid);
  });

  test('direct TLS only, in both directions', async () => {
    const domain = `direct.${name}.test`;
    const bob = await newMember(direct, `bob-${name}`);
    await chat(bob, await meet(start, { domain, ways: 'tls' }));
    expect((await statesOf(domain, direct)).map(({ state }) => state)).toEqual(['connected', 'connected']);
  });
});

describe.runIf(hasProsody)('Prosody', () => {
  test.each(['from us to them', 'from them to us'])('one stream for both directions (XEP-0288), %s', async (from) => {
    const domain = `bidi${started}.test`;
    const romeo = await meet(startProsody, { domain, bidi: true });
    await (from === 'from us to them' ? chat(alice, romeo) : chat(romeo, alice));
    expect(await statesOf(domain)).toMatchObject([{ direction: 'both', authenticated: 'certificate' }]);
  });

  test.each([
    ['expired', /expired on/],
    ['wrong', /is for elsewhere\.test/],
    ['stranger', /nobody that is believed here signed it/],
  ])('a certificate that is no good is turned away: %s', async (name, reason) => {
    const domain = `${name}.test`;
    const bad = {
      expired: () => internet.certificate([domain], { fromDays: -90, toDays: -1 }),
      wrong: () => internet.certificate(['elsewhere.test']),
      stranger: () => internet.strangersCertificate([domain]),
    }[name];
    const certificate = await bad?.();
    const romeo = await meet(startProsody, { domain, ...(certificate && { certificate }) });
    romeo.say(alice.bare, 'Let me in');
    await romeo.bounced('message', alice.bare);
    const [state] = await statesOf(domain);
    expect(state?.lastError?.text).toMatch(reason);
    alice.say(romeo.bare, 'Hello');
    const back = await alice.bounced('message', romeo.bare);
    expect(conditionOf(back)).toBe('remote-server-timeout');
    const error = childOf(back, 'error');
    expect(error && textOf(childOf(error, 'text'))).toMatch(reason);
    expect(textsOf(alice)).not.toContain('Let me in');
  });

  test('a certificate of ours that is no good is turned away, and we are told so', async () => {
    const domain = 'strict.test';
    const certificate = await internet.certificate(['expired-box.test'], { fromDays: -90, toDays: -1 });
    const expired = await startBox(internet, { domain: 'expired-box.test', certificate });
    const romeo = await meet(startProsody, { domain, proof: 'certificate' });
    const bob = await newMember(expired, 'bob');
    bob.say(romeo.bare, 'Hello');
    const back = await bob.bounced('message', romeo.bare);
    const error = childOf(back, 'error');
    expect(error && textOf(childOf(error, 'text'))).toMatch(/certificate/);
    const [state] = await statesOf(domain, expired);
    expect(state?.lastError?.text).toMatch(/certificate/);
  });
});

const textsOf = (person: Person) =>
  person.wire.waiting().map((arrival) => (arrival.kind === 'element' ? textOf(childOf(arrival.node, 'body')) : ''));
