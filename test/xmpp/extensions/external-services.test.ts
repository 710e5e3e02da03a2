import { expect, test } from 'vitest';
import { COMMAND_LINE } from '../../../xmpp/access/acts.ts';
import { RuleBook } from '../../../xmpp/access/rules/rule-book.ts';
import type { ExternalService, ExternalServices } from '../../../xmpp/config.ts';
import { externalServices } from '../../../xmpp/extensions/external-services.ts';
import { type Element, xml } from '../../../xmpp/xml.ts';
import { type Client, conditionOf, noExternalServices, type TestHost, testConfig, testHost } from './harness.ts';

const NS = 'urn:xmpp:extdisco:2';
const STUN: ExternalService = { type: 'stun', host: 'a.test', port: 3478, transport: 'udp', restricted: false };
const TURN: ExternalService = { type: 'turn', host: 'a.test', port: 3478, transport: 'udp', restricted: true };
const TURNS: ExternalService = { type: 'turns', host: 'a.test', port: 5349, transport: 'tcp', restricted: true };

class Offer implements ExternalServices {
  readonly offered = true;
  services = [STUN, TURN, TURNS];
  #tell: (() => void)[] = [];

  list(): readonly ExternalService[] {
    return this.services;
  }

  credentials(account: string) {
    return { username: `for ${account}`, password: 'p', expiresMs: Date.UTC(2026, 5, 2) };
  }

  onChange(listener: () => void): void {
    this.#tell.push(listener);
  }

  become(services: ExternalService[]): void {
    this.services = services;
    for (const tell of this.#tell) tell();
  }
}

async function setUp(services: ExternalServices = new Offer()) {
  const host = await testHost();
  host.config = { ...testConfig, externalServices: services };
  externalServices.attach(host);
  const juliet = await host.member('juliet');
  return { host, juliet, phone: host.client(juliet, 'balcony') };
}

const typesIn = (answer: Element) =>
  (answer.getChild('services', NS)?.getChildren('service') ?? []).map(({ attrs }) => attrs.type);
const services = (type?: string) => xml('services', { xmlns: NS, type });
const credentialsFor = (attrs: Record<string, string>) => xml('credentials', { xmlns: NS }, xml('service', attrs));
const ask = (host: TestHost, phone: Client, payload: Element) => host.ask(phone, 'get', payload, 'casp3r.local');

test('a member gets all services, those that want credentials with the own ones', async () => {
  const { host, juliet, phone } = await setUp();
  const answer = await ask(host, phone, services());
  expect(typesIn(answer)).toEqual(['stun', 'turn', 'turns']);
  const [stun, turn] = answer.getChild('services', NS)?.getChildren('service') ?? [];
  expect(stun?.attrs).toEqual({ type: 'stun', host: 'a.test', port: '3478', transport: 'udp' });
  expect(turn?.attrs).toMatchObject({
    restricted: 'true',
    username: `for ${juliet.id}`,
    password: 'p',
    expires: '2026-06-02T00:00:00.000Z',
  });
  expect(host.disco.features('server')).toContain(NS);
});

test('one type is asked for, and the answer names it', async () => {
  const { host, phone } = await setUp();
  const answer = await ask(host, phone, services('turn'));
  expect(typesIn(answer)).toEqual(['turn']);
  expect(answer.getChild('services', NS)?.attrs.type).toBe('turn');
});

test('credentials are had by host and type, and by port where it is named', async () => {
  const { host, phone } = await setUp();
  const usernameOf = (answer: Element) => answer.getChild('credentials', NS)?.getChild('service')?.attrs.username;
  expect(usernameOf(await ask(host, phone, credentialsFor({ host: 'a.test', type: 'turn' })))).toMatch(/^for /);
  expect(usernameOf(await ask(host, phone, credentialsFor({ host: 'a.test', type: 'turns', port: '5349' })))).toMatch(
    /^for /,
  );
});

test.each([
  ['another port', { host: 'a.test', type: 'turn', port: '1' }, 'item-not-found'],
  ['another host', { host: 'b.test', type: 'turn' }, 'item-not-found'],
  ['a service without credentials', { host: 'a.test', type: 'stun' }, 'item-not-found'],
  ['no type', { host: 'a.test' }, 'bad-request'],
])('there are none for %s', async (_, attrs, condition) => {
  const { host, phone } = await setUp();
  const answer = await ask(host, phone, credentialsFor(attrs as Record<string, string>));
  expect(answer.getChild('error')?.getChild(condition)).toBeDefined();
});

test('members only', async () => {
  const { host } = await setUp();
  for (const name of ['services', 'credentials'])
    expect(host.iq.find('get', 'server', xml(name, { xmlns: NS }))?.access).toBe('owner');
});

test('who asked is told what is gone and what is new, of the type that was asked for, while the session lasts', async () => {
  const offer = new Offer();
  const { host, juliet, phone } = await setUp(offer);
  const silent = host.client(juliet, 'silent');
  const left = host.client(juliet, 'left');
  await ask(host, phone, services('turn'));
  await ask(host, left, services());
  host.sessions.end(left.session);
  const pushes = () => host.sent.filter(({ attrs }) => attrs.type === 'set');

  offer.become([STUN]);
  offer.become([STUN]);
  offer.become([STUN, { ...TURN, host: 'b.test' }]);
  expect(pushes().map(({ attrs }) => attrs.to)).toEqual([phone.jid.toString(), phone.jid.toString()]);
  const told = pushes().map((push) =>
    push
      .getChild('services', NS)
      ?.getChildren('service')
      .map(({ attrs }) => attrs),
  );
  expect(told[0]).toMatchObject([{ action: 'delete', type: 'turn', host: 'a.test' }]);
  expect(told[0]?.[0]).not.toHaveProperty('password', 'p');
  expect(told[1]).toMatchObject([{ action: 'add', type: 'turn', host: 'b.test', password: 'p' }]);
  expect(silent.received).toEqual([]);
});

test('a server that never has any does not speak of it', async () => {
  const { host } = await setUp(noExternalServices);
  expect(host.disco.features('server')).not.toContain(NS);
  expect(host.iq.find('get', 'server', services())).toBeUndefined();
});

test('whom the owner lets use no service is told of none, and of none that come', async () => {
  const offer = new Offer();
  const { host, phone } = await setUp(offer);
  await host.ask(phone, 'get', services(), 'casp3r.local');
  const rule = { subject: 'account:juliet@casp3r.local', action: 'use-service', decision: 'deny' } as const;
  await new RuleBook(host).add(rule, COMMAND_LINE);
  expect(conditionOf(await host.ask(phone, 'get', services(), 'casp3r.local'))).toBe('forbidden');
  const credentials = xml('credentials', { xmlns: NS }, xml('service', { host: 'a.test', type: 'turn' }));
  expect(conditionOf(await host.ask(phone, 'get', credentials, 'casp3r.local'))).toBe('forbidden');
  host.sent.splice(0);
  offer.become([STUN]);
  expect(host.sent).toEqual([]);
});
