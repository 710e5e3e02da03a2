/**
 * XEP-0485: PubSub Server Information. Where the owner wants it, everyone may see in the node `serverinfo` which servers this one is
 * connected to. Only those that publish such a node themselves are named there; of the others no more is told than that they are.
 */
import { Jid } from '../../routing/jid.ts';
import { type Element, xml } from '../../xml.ts';
import type { Pubsub } from './actions.ts';
import type { NodeOwner } from './nodes.ts';
import { OwnNode } from './own-node.ts';

const NS = 'urn:xmpp:serverinfo:0';
const NODE = 'serverinfo';
const NS_DISCO_INFO = 'http://jabber.org/protocol/disco#info';
/** Of XEP-0157 as well, which the two share (section 8.2). */
const FORM_TYPE = 'http://jabber.org/network/serverinfo';
const TYPES = { in: 'incoming', out: 'outgoing', both: 'bidi' } as const;

/** Links come and go; who looks at the node is told once in a while (section 6). */
const EVERY_MS = 60_000;
const BELIEVED_MS = 24 * 3_600_000;
/** Of servers that did not answer. */
const ASKED_AGAIN_MS = 3_600_000;
const MAX_REMEMBERED = 2000;

export class ServerInfo {
  readonly #pubsub: Pubsub;
  readonly #node: OwnNode;
  /** Whether servers publish such a node themselves, as far as they have been asked. */
  readonly #known = new Map<string, { shares: boolean; untilMs: number }>();
  readonly #asking = new Set<string>();
  #nextMs = 0;
  #waits = false;

  constructor(pubsub: Pubsub, owner: () => NodeOwner) {
    this.#pubsub = pubsub;
    this.#node = new OwnNode(pubsub, owner, { node: NODE, title: 'Server information', type: NS });
  }

  attach(): void {
    const { host } = this.#pubsub;
    if (!host.config.federation.sharePeers) {
      this.#node.say(() => undefined);
      return;
    }
    host.disco.addFeatures('server', [NS]);
    host.disco.addFormFields('server', FORM_TYPE, () => [
      { var: 'serverinfo-pubsub-node', type: 'text-single', values: [this.#node.uri] },
    ]);
    host.hooks.on('links changed', () => this.#changed());
    host.hooks.on('addresses moved', () => this.#changed());
    this.#changed();
  }

  #changed(): void {
    if (this.#waits) return;
    const { clock } = this.#pubsub.host;
    const waitMs = this.#nextMs - clock.nowMs();
    this.#waits = waitMs > 0;
    if (this.#waits) clock.after(waitMs, () => this.#publishNow());
    else this.#publishNow();
  }

  #publishNow(): void {
    this.#waits = false;
    this.#nextMs = this.#pubsub.host.clock.nowMs() + EVERY_MS;
    this.#ask();
    this.#node.say(() => this.#info());
  }

  #info(): Element {
    const { server, software } = this.#pubsub.host;
    const peers = [...this.#connections()].map(([domain, types]) =>
      xml(
        'remote-domain',
        { name: this.#shares(domain) ? domain : undefined },
        ...types.map((type) => xml('connection', { type })),
      ),
    );
    // By name, and those without one in no order that would give them away.
    const sorted = peers.map((peer) => ({ peer, text: peer.toString() })).sort((a, b) => (a.text < b.text ? -1 : 1));
    return xml(
      'serverinfo',
      { xmlns: NS },
      xml('domain', { name: server.domain }, xml('federation', {}, ...sorted.map(({ peer }) => peer))),
      xml(
        'query',
        { xmlns: 'jabber:iq:version' },
        xml('name', {}, software.name),
        xml('version', {}, software.version),
      ),
    );
  }

  #connections(): Map<string, string[]> {
    const types = new Map<string, string[]>();
    for (const { domain, direction } of this.#pubsub.host.links())
      types.set(domain, [...(types.get(domain) ?? []), TYPES[direction]].sort());
    return types;
  }

  // ---- who wants to be named

  #shares(domain: string): boolean {
    return this.#known.get(domain)?.shares ?? false;
  }

  #ask(): void {
    const nowMs = this.#pubsub.host.clock.nowMs();
    for (const { domain } of this.#pubsub.host.links()) {
      const isKnown = (this.#known.get(domain)?.untilMs ?? 0) > nowMs;
      if (!isKnown && !this.#asking.has(domain)) void this.#askOne(domain);
    }
  }

  /** Section 3: the feature is the word of whoever runs that server. */
  async #askOne(domain: string): Promise<void> {
    const { host } = this.#pubsub;
    this.#asking.add(domain);
    const before = this.#shares(domain);
    const query = xml('query', { xmlns: NS_DISCO_INFO });
    const iq = { type: 'get', id: host.store.newId(), from: host.server.domain, to: Jid.parse(domain).toString() };
    try {
      const info = await host.query(xml('iq', iq, query));
      const shares = info?.getChildren('feature').some(({ attrs }) => attrs.var === NS) ?? false;
      this.#remember(domain, shares, BELIEVED_MS);
    } catch {
      this.#remember(domain, false, ASKED_AGAIN_MS);
    }
    this.#asking.delete(domain);
    if (this.#shares(domain) !== before) this.#changed();
  }

  #remember(domain: string, shares: boolean, forMs: number): void {
    this.#known.delete(domain);
    this.#known.set(domain, { shares, untilMs: this.#pubsub.host.clock.nowMs() + forMs });
    const [oldest] = this.#known.keys();
    if (this.#known.size > MAX_REMEMBERED && oldest !== undefined) this.#known.delete(oldest);
  }
}
