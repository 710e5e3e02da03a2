/** A server with two components configured, a member, and programs that connect as a component: real sockets, real store. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { ownCertificate } from '../../../firmware/certificate.ts';
import { systemRandom } from '../../../xmpp/clock.ts';
import { XmppServer } from '../../../xmpp/server.ts';
import { change } from '../../../xmpp/store/changes.ts';
import type { ServerRow } from '../../../xmpp/store/model.ts';
import { freePorts } from '../../kit/ports.ts';
import type { Tree } from '../../kit/tree.ts';
import { Wire } from '../../kit/wire.ts';
import { silentLog, TestClock, testConfig } from '../extensions/harness.ts';
import { openQuickStore } from '../store/quick-store.ts';

export const IRC = 'irc.home.test';
export const ECHO = 'echo.test';
const SECRETS = new Map([
  [IRC, 'the secret of irc'],
  [ECHO, 'a secret & another'],
  ['rooms.home.test', 'the secret of rooms'],
]);

export interface Rig {
  server: XmppServer;
  clock: TestClock;
  /** Logged in, available, with everything of the login taken out of its inbox. */
  member(resource?: string): Promise<Wire>;
  connect(): Promise<Wire>;
  /** Through with its handshake. */
  component(domain?: string): Promise<Wire>;
}

export async function startRig(): Promise<Rig> {
  const folder = mkdtempSync(join(tmpdir(), 'casp3r-components-'));
  const clock = new TestClock();
  const store = await openQuickStore(folder, clock);
  const server: ServerRow = {
    id: store.newId(),
    domain: 'home.test',
    fallbacks: [],
    mode: 'family',
    registration: 'closed',
  };
  await store.journal.commit(change('server set', server));
  const { certificate, key } = await ownCertificate(folder, { domains: ['home.test'], addresses: [] }, Date.now());
  const [c2s = 0, port = 0] = await freePorts(2);
  const config = {
    ...testConfig,
    tls: { certificate, key },
    allowPlainLoopback: true,
    listen: { ...testConfig.listen, c2s },
    components: { address: '127.0.0.1', port, secrets: SECRETS },
  };
  const software = { name: 'CASP3R', version: '0.0.0' };
  const xmpp = new XmppServer({ config, store, clock, random: systemRandom, log: silentLog, software });
  await xmpp.start();
  await xmpp.hosts[0]?.accounts.create({ local: 'juliet', password: 'R0m30 and so on', role: 'member' });
  onTestFinished(async () => {
    await xmpp.stop();
    await store.close();
    rmSync(folder, { recursive: true });
  });
  const connect = async () => {
    const wire = await Wire.open({ port, domain: IRC });
    onTestFinished(() => wire.cut());
    return wire;
  };
  return {
    server: xmpp,
    clock,
    connect,
    async member(resource = 'home') {
      const wire = await Wire.login({
        port: c2s,
        domain: 'home.test',
        local: 'juliet',
        password: 'R0m30 and so on',
        resource,
      });
      onTestFinished(() => wire.cut());
      wire.write('<presence/>');
      await wire.element(({ name }) => name === 'presence', 'its own presence');
      return wire;
    },
    async component(domain = IRC) {
      const wire = await connect();
      const id = await open(wire, domain);
      shakeHands(wire, id, SECRETS.get(domain) ?? '');
      await wire.element(({ name }) => name === 'handshake', 'the handshake');
      return wire;
    },
  };
}

/** Resolves with the stream's id. */
export async function open(wire: Wire, to: string, namespace = 'jabber:component:accept'): Promise<string> {
  const to_ = to === '' ? '' : ` to='${to}'`;
  wire.write(`<stream:stream xmlns='${namespace}' xmlns:stream='http://etherx.jabber.org/streams'${to_}>`);
  const header = await wire.take(({ kind }) => kind === 'header', 'a stream header');
  return header.kind === 'header' ? (header.node.attrs.get('id') ?? '') : '';
}

export function shakeHands(wire: Wire, id: string, secret: string): void {
  wire.write(`<handshake>${createHash('sha1').update(`${id}${secret}`).digest('hex')}</handshake>`);
}

/** The condition of the stream error that comes, and that the connection ends with it. */
export async function streamError(wire: Wire): Promise<string> {
  const error = await wire.element(({ name, ns }) => name === 'error' && ns.endsWith('/streams'), 'a stream error');
  await wire.gone();
  return conditionOf(error);
}

export function conditionOf(error: Tree): string {
  const [condition] = error.children;
  return typeof condition === 'object' ? condition.name : '';
}
