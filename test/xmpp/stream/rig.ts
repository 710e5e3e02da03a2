/** A listener with a small engine behind it: real sockets, TLS, sessions and hooks; accounts in memory; `receive` is the test's. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { ownCertificate } from '../../../firmware/certificate.ts';
import type { Accounts } from '../../../xmpp/access/accounts.ts';
import { LoginThrottle } from '../../../xmpp/access/throttle.ts';
import { type Clock, systemClock, systemRandom } from '../../../xmpp/clock.ts';
import type { Limits, ServerConfig } from '../../../xmpp/config.ts';
import type { Host } from '../../../xmpp/extension.ts';
import type { Log } from '../../../xmpp/log.ts';
import { BeforeLoginTable } from '../../../xmpp/routing/before-login.ts';
import { Hooks } from '../../../xmpp/routing/hooks.ts';
import type { Session } from '../../../xmpp/routing/session.ts';
import { Sessions } from '../../../xmpp/routing/sessions.ts';
import type { Account, Credential } from '../../../xmpp/store/model.ts';
import { ClientStreams } from '../../../xmpp/stream/client-streams.ts';
import type { StreamContext } from '../../../xmpp/stream/context.ts';
import { ClientListener } from '../../../xmpp/stream/listener.ts';
import { Newcomers } from '../../../xmpp/stream/newcomers.ts';
import { TrustedProxies } from '../../../xmpp/stream/proxies.ts';
import { deriveKeys } from '../../../xmpp/stream/sasl/scram-keys.ts';
import { TlsKeys } from '../../../xmpp/stream/tls.ts';
import { type Element, xml } from '../../../xmpp/xml.ts';
import { noExternalServices, testConfig } from '../extensions/harness.ts';

const log: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: console.error, child: () => log };

const LIMITS: Limits = {
  stanzaBytes: 262_144,
  bytesBeforeLogin: 10_000,
  depth: 64,
  attributes: 64,
  streamsPerAddress: 50,
  stanzasPerSecond: 1000,
  loginsPerMinute: 30,
  registrationsPerHour: 20,
  loginSeconds: 60,
  resumeSeconds: 600,
  resumeStanzas: 1000,
};

export interface RigOptions {
  clock?: Clock;
  limits?: Partial<Limits>;
  allowPlainLoopback?: boolean;
  directTls?: boolean;
}

export interface Rig {
  port: number;
  context: StreamContext;
  host: Host;
  listener: ClientListener;
  hooks: Hooks;
  sessions: Sessions;
  /** Stanzas given to the engine, with their sessions. */
  received: { session: Session; stanza: Element }[];
  undelivered: Element[];
  /** What `receive` does beyond noting the stanza. */
  engine: (session: Session, stanza: Element) => Promise<void>;
  newCertificate(): Promise<void>;
  stop(): Promise<void>;
}

/** Members of example.test: `juliet` with `R0m30`, `romeo` with `Jul13t`, `tybalt` (disabled) with `sw0rd`. */
const MEMBERS = [
  { local: 'juliet', password: 'R0m30', status: 'active' },
  { local: 'romeo', password: 'Jul13t', status: 'active' },
  { local: 'tybalt', password: 'sw0rd', status: 'disabled' },
] as const;

export async function startRig(options: RigOptions = {}): Promise<Rig> {
  const folder = mkdtempSync(join(tmpdir(), 'casp3r-stream-'));
  const { certificate, key } = await ownCertificate(folder, { domains: ['example.test'], addresses: [] }, Date.now());
  const files = { certificate, key };
  const newCertificate = async () => {
    rmSync(certificate);
    await ownCertificate(folder, { domains: ['example.test'], addresses: [] }, Date.now());
  };
  const clock = options.clock ?? systemClock;
  const limits = { ...LIMITS, ...options.limits };
  const config: ServerConfig = {
    listen: { address: '::', c2s: 0, c2sTls: 0, s2s: 0, s2sTls: 0, proxy: 0, proxyProtocol: [] },
    components: { address: '127.0.0.1', port: 0, secrets: new Map() },
    federation: testConfig.federation,
    dns: testConfig.dns,
    externalServices: noExternalServices,
    csi: true,
    tls: files,
    allowPlainLoopback: options.allowPlainLoopback ?? false,
    archive: { days: 0, search: false },
    access: testConfig.access,
    rooms: testConfig.rooms,
    quotas: testConfig.quotas,
    limits,
    upload: { maxBytes: 0, quotaBytes: 0, days: 0, url: () => undefined, roomBytes: () => 0 },
    reachableAt: (domain) => domain,
    contact: {},
    invitationUrl: () => undefined,
  };
  const hooks = new Hooks();
  const sessions = new Sessions(hooks);
  const accounts = await memoryAccounts();
  const host = {
    server: { id: '1', domain: 'example.test', fallbacks: [], mode: 'family', registration: 'closed' },
    config,
    hooks,
    sessions,
    accounts,
    // No rules here: test/xmpp/access asks them.
    access: { allows: () => true },
    clients: { knows: () => false },
    beforeLogin: new BeforeLoginTable(),
    log,
    serves: (domain: string) => domain === 'example.test',
  } as unknown as Host;
  const tls = new TlsKeys(files);
  const context: StreamContext = {
    config,
    clock,
    random: systemRandom,
    log,
    tls,
    doors: {
      clock,
      log,
      tls,
      newcomers: new Newcomers(limits.streamsPerAddress),
      proxies: new TrustedProxies([]),
    },
    throttle: new LoginThrottle(limits, clock),
    streams: new ClientStreams(clock),
    host: (domain) => (domain === 'example.test' ? host : undefined),
    receive: (session, stanza) => {
      rig.received.push({ session, stanza });
      return session.lane.barrier(() => rig.engine(session, stanza));
    },
    undelivered: (_session, stanzas) => rig.undelivered.push(...stanzas),
  };
  const listener = new ClientListener(context, {
    name: 'test',
    address: '::',
    port: 0,
    directTls: options.directTls ?? false,
  });
  const rig: Rig = {
    port: 0,
    context,
    host,
    listener,
    hooks,
    sessions,
    received: [],
    undelivered: [],
    engine: async () => {},
    newCertificate,
    stop: async () => {
      await listener.stop();
      context.streams.close('system-shutdown');
      rmSync(folder, { recursive: true, force: true });
    },
  };
  rig.port = await listener.start();
  return rig;
}

/** A rig that ends with its test, and where clients may do without TLS. */
export async function openRig(options: RigOptions = {}): Promise<Rig> {
  const rig = await startRig({ allowPlainLoopback: true, ...options });
  onTestFinished(() => rig.stop());
  return rig;
}

async function memoryAccounts(): Promise<Accounts> {
  const salt = Buffer.from('a salt for tests');
  const kept = new Map<string, { account: Account; password: string; credentials: Credential[] }>();
  for (const { local, password, status } of MEMBERS) {
    const account: Account = { id: local, server: '1', local, role: 'member', status, createdMs: 0 };
    const hashes = ['SHA-1', 'SHA-256', 'SHA-512'] as const;
    const credentials = await Promise.all(hashes.map((hash) => deriveKeys(password, hash, salt, 16)));
    kept.set(local, { account, password, credentials });
  }
  return {
    hashes: { offers: () => true, upgrades: () => [] },
    find: (local: string) => kept.get(local)?.account,
    secretsStamp: () => '',
    credentials: (local: string, hash: Credential['hash']) => {
      const member = kept.get(local) ?? kept.get('romeo');
      const known = kept.has(local);
      const disabled = known && member?.account.status === 'disabled';
      return {
        credential: member?.credentials.find((credential) => credential.hash === hash),
        account: known && !disabled ? member?.account : undefined,
        disabled,
      };
    },
    checkPassword: async (local: string, password: string) => {
      const member = kept.get(local);
      return member?.password === password && member.account.status === 'active' ? member.account : undefined;
    },
  } as unknown as Accounts;
}

export const message = (to: string, body: string) => xml('message', { to, type: 'chat' }, xml('body', {}, body));
