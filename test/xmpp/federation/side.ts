/** One server as its peers see it: the real federation on loopback, with what it takes in kept for the test. */
import { onTestFinished } from 'vitest';
import { decide } from '../../../xmpp/access/rules/decide.ts';
import { settingsOf } from '../../../xmpp/access/rules/settings.ts';
import { type Clock, systemClock, systemRandom } from '../../../xmpp/clock.ts';
import type { FederationConfig } from '../../../xmpp/config.ts';
import { Federation } from '../../../xmpp/federation/federation.ts';
import { PeerRuleBook } from '../../../xmpp/federation/peer-rules.ts';
import { Jid } from '../../../xmpp/routing/jid.ts';
import type { Change } from '../../../xmpp/store/changes.ts';
import type { PeerRuleRow } from '../../../xmpp/store/model.ts';
import type { Store } from '../../../xmpp/store/store.ts';
import { Newcomers } from '../../../xmpp/stream/newcomers.ts';
import { TrustedProxies } from '../../../xmpp/stream/proxies.ts';
import { TlsKeys } from '../../../xmpp/stream/tls.ts';
import { type Element, xml } from '../../../xmpp/xml.ts';
import { Authority, CertificateFolder, type Wanted } from '../../kit/ca.ts';
import { silentLog, testConfig } from '../extensions/harness.ts';

export interface SideOptions {
  domains: readonly string[];
  rules?: Partial<FederationConfig>;
  /** Signed by the authority of the world, unless `authority` is another. */
  certificate?: Partial<Wanted>;
  authority?: Authority;
  dns?: readonly string[];
  clock?: Clock;
  /** It opens no port: its peers cannot reach it. */
  deaf?: boolean;
  /** As ServerConfig has it. */
  torSocket?: string;
}

/** An authority that all sides believe, and places where they find each other. */
export class World {
  readonly authority: Authority;
  readonly folder = new CertificateFolder();
  readonly hosts: Record<string, string | string[]> = {};

  private constructor(authority: Authority) {
    this.authority = authority;
    onTestFinished(() => this.folder.remove());
  }

  static async create(): Promise<World> {
    return new World(await Authority.create());
  }

  async side(options: SideOptions): Promise<Side> {
    const [name = ''] = options.domains;
    const { authority = this.authority } = options;
    const issued = await authority.issue({ domains: options.domains, ...options.certificate });
    const tls = this.folder.writeIssued(name, issued);
    const ca = this.folder.write('root.pem', this.authority.root);
    const side = new Side(this, options, tls, ca);
    await side.start();
    onTestFinished(() => side.stop());
    return side;
  }
}

export class Side {
  readonly federation: Federation;
  readonly peerRules: PeerRuleBook;
  /** Whether its peers answer its pings. */
  answers = true;
  readonly received: Element[] = [];
  /** `in a.test b.test`: what the owner's rules do not let through. */
  readonly forbidden = new Set<string>();
  port = 0;
  portTls = 0;
  readonly #world: World;
  readonly #options: SideOptions;
  readonly #keys: TlsKeys;
  readonly #waiting: (() => void)[] = [];
  #stopped = false;

  constructor(world: World, options: SideOptions, tls: { certificate: string; key: string }, ca: string) {
    this.#world = world;
    this.#options = options;
    this.#keys = new TlsKeys(tls);
    const federation = { ...testConfig.federation, enabled: true, hosts: world.hosts, ca, ...options.rules };
    this.peerRules = new PeerRuleBook(federation, memory(), () => this.federation.review());
    this.federation = new Federation({
      config: {
        ...testConfig,
        tls,
        federation,
        dns: { servers: options.dns ?? ['127.0.0.1:1'] },
        allowPlainLoopback: true,
        torSocket: () => options.torSocket,
      },
      clock: options.clock ?? systemClock,
      random: systemRandom,
      log: silentLog,
      keys: this.#keys,
      peerRules: this.peerRules,
      ping: async () => this.answers,
      ownerAllows: (direction, local, remote) => {
        if (this.forbidden.has(`${direction} ${local} ${remote}`)) return false;
        const question = { action: `federate-${direction}`, who: { domain: remote } } as const;
        return decide('open', [], question, settingsOf(federation)).decision === 'allow';
      },
      isServed: (domain) => options.domains.includes(domain),
      receive: async (stanza, from, to) => {
        stanza.attrs.from = from.toString();
        stanza.attrs.to = to.toString();
        this.received.push(stanza);
        this.#tell();
      },
      changed: () => this.#tell(),
    });
  }

  async start(): Promise<void> {
    const doors = {
      clock: systemClock,
      log: silentLog,
      tls: this.#keys,
      newcomers: new Newcomers(0),
      proxies: new TrustedProxies([]),
    };
    if (this.#options.deaf) return;
    this.port = await this.federation.listen(doors, 's2s', '127.0.0.1', 0, false);
    this.portTls = await this.federation.listen(doors, 's2s_tls', '127.0.0.1', 0, true);
    for (const domain of this.#options.domains) this.#world.hosts[domain] = `127.0.0.1:${this.port}`;
  }

  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    await this.federation.settle();
    await this.federation.stop();
  }

  /** As the router does. */
  send(stanza: Element): void {
    const from = Jid.parse(stanza.attrs.from ?? '');
    const to = Jid.parse(stanza.attrs.to ?? '');
    this.federation.assertSends(stanza, from, to);
    this.federation.send(stanza, from, to);
  }

  say(from: string, to: string, body: string): void {
    this.send(xml('message', { from, to, type: 'chat', id: body }, xml('body', {}, body)));
  }

  /** Resolves once this many stanzas came in, with their bodies, or what they are. */
  async heard(count: number): Promise<string[]> {
    await this.until(() => this.received.length >= count);
    return this.received.map((stanza) => stanza.getChildText('body') ?? stanza.attrs.type ?? stanza.name);
  }

  /** Looks whenever something came in or a link changed. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  state(domain: string) {
    return this.federation.states().find((state) => state.domain === domain);
  }

  #tell(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

/** Where rules are kept as long as the test. */
function memory(): Pick<Store, 'peers' | 'journal'> {
  const rows = new Map<string, PeerRuleRow>();
  const commit = async (...changes: Change[]) => {
    for (const one of changes) {
      if (one.kind === 'peer rules set') rows.set(one.data.domain, one.data);
      if (one.kind === 'peer rules removed') rows.delete(one.data.domain);
    }
  };
  return { peers: { rules: () => [...rows.values()] }, journal: { commit } };
}

/** The condition of a bounced stanza. */
export function conditionOf(stanza: Element | undefined): string | undefined {
  return stanza?.getChild('error')?.getChildElements()[0]?.name;
}

export function textOf(stanza: Element | undefined): string | undefined {
  return stanza?.getChild('error')?.getChildText('text') ?? undefined;
}
