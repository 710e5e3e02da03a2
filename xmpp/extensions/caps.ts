/**
 * XEP-0115: Entity Capabilities. The host's own, told in the stream features; and those of clients, learned from their presence
 * and given on through the hooks 'features known' and 'features forgotten'.
 */
import type { Extension, Host } from '../extension.ts';
import { CAPS_NODE, featuresOf, infoOf, knowsHash, NS_DISCO_INFO, verificationString } from '../routing/disco-info.ts';
import { Jid } from '../routing/jid.ts';
import type { Account } from '../store/model.ts';
import { type Element, xml } from '../xml.ts';

const NS = 'http://jabber.org/protocol/caps';

/** Versions of clients whose features are remembered. */
const MAX_VERSIONS = 1000;
/** Full JIDs that one account keeps track of. */
const MAX_JIDS = 2000;
/** Of `node` and `ver` as they stand in presence. */
const MAX_LENGTH = 1024;
const MAX_FEATURES = 1000;
/** Of all features of one version: several times what the richest client has. */
const MAX_FEATURE_CHARACTERS = 20_000;
/** The others who wait for the same version are not to wait long for one that is silent. */
const ANSWER_WITHIN_MS = 10_000;

export const caps: Extension = {
  name: 'caps',
  xep: [{ number: '0115', title: 'Entity Capabilities', version: '1.6.0', status: 'complete' }],
  features: { server: [NS] },
  attach(host) {
    host.hooks.on('stream features', ({ authenticated, add }) => {
      if (authenticated) add(ownCaps(host));
    });
    new ClientCaps(host).attach();
  },
};

function ownCaps(host: Host): Element {
  return xml('c', { xmlns: NS, hash: 'sha-1', node: CAPS_NODE, ver: verificationString(infoOf(host.disco, 'server')) });
}

interface Asked {
  account: Account;
  jid: Jid;
  node: string;
  hash: string;
  ver: string;
}

class ClientCaps {
  readonly #host: Host;
  /** Verified features by hash and ver; the least recently used are forgotten first. */
  readonly #versions = new Map<string, ReadonlySet<string>>();
  /** What each full JID said last, by account: its version's key. */
  readonly #current = new Map<string, Map<string, string>>();
  /** Who waits for the features of a version while one of them is asked. */
  readonly #waiting = new Map<string, Asked[]>();

  constructor(host: Host) {
    this.#host = host;
  }

  attach(): void {
    const { hooks, roster } = this.#host;
    hooks.on('session available', ({ session, presence }) => this.#learn(session.account, session.jid, presence));
    hooks.on('session unavailable', ({ session }) => this.#forget(session.account, session.jid));
    hooks.on('session ended', ({ session }) => this.#forget(session.account, session.jid));
    hooks.on('presence received', ({ account, stanza, from }) => {
      // Own resources were learned as they sent it; strangers get nothing and must not fill the memory. A contact that is seen and
      // does not see yet may do so in a moment, and will not say again what it speaks.
      const known = (roster.item(account, from.bare)?.subscription ?? 'none') !== 'none';
      if (!from.isBare && !this.#isOwn(account, from) && known) this.#learn(account, from, stanza);
    });
    hooks.on('stanza to account', ({ account, stanza, from }) => {
      const { type } = stanza.attrs;
      if (stanza.name === 'presence' && (type === 'unavailable' || type === 'error') && !this.#isOwn(account, from))
        this.#forget(account, from);
    });
    hooks.on('account removed', ({ account }) => this.#current.delete(account.id));
  }

  #isOwn(account: Account, { local, domain }: Jid): boolean {
    return local === account.local && this.#host.serves(domain);
  }

  #learn(account: Account, jid: Jid, presence: Element): void {
    const { hash, node, ver } = presence.getChild('c', NS)?.attrs ?? {};
    // Without a hash it is the form of before 2008, which nobody can verify.
    if (!hash || !node || !ver || hash.length + node.length + ver.length > MAX_LENGTH) this.#forget(account, jid);
    else this.#track({ account, jid, node, hash, ver });
  }

  #track(asked: Asked): void {
    const { account, jid, hash, ver } = asked;
    const key = `${hash} ${ver}`;
    const jids = this.#jidsOf(account);
    if (jids.get(jid.toString()) === key) return;
    jids.set(jid.toString(), key);
    const [oldest] = jids.keys();
    if (jids.size > MAX_JIDS && oldest !== undefined) this.#forget(account, Jid.parse(oldest));
    const features = this.#recall(key);
    if (features) this.#tell(account, jid, features);
    else this.#ask(key, asked);
  }

  /** One resource, or all of a bare JID. */
  #forget(account: Account, jid: Jid): void {
    const jids = this.#current.get(account.id);
    if (!jids) return;
    const gone = jid.isBare ? [...jids.keys()].map(Jid.parse).filter(({ bare }) => bare.equals(jid)) : [jid];
    for (const each of gone)
      if (jids.delete(each.toString())) this.#host.hooks.run('features forgotten', { account, jid: each });
    if (jids.size === 0) this.#current.delete(account.id);
  }

  /** One question at a time for a version; who says the same meanwhile waits for the answer. */
  #ask(key: string, asked: Asked): void {
    const waiting = this.#waiting.get(key);
    if (waiting) {
      // Who says one thing and another by turns waits once, and keeps nobody behind it waiting longer.
      if (!waiting.some(({ account, jid }) => account === asked.account && jid.equals(asked.jid))) waiting.push(asked);
      return;
    }
    this.#waiting.set(key, [asked]);
    this.#askInTurn(key).catch((error: unknown) => {
      this.#waiting.delete(key);
      this.#host.log.error({ error: String(error), version: key }, 'capabilities of a client could not be learned');
    });
  }

  /** Where one of them does not answer or lies, the next is asked; its lie counts for itself only (section 5.4). */
  async #askInTurn(key: string): Promise<void> {
    const waiting = this.#waiting.get(key) ?? [];
    for (let asked = waiting.shift(); asked; asked = waiting.shift()) {
      if (!this.#isCurrent(asked, key)) continue;
      const query = await this.#query(asked);
      if (!query) continue;
      const features: ReadonlySet<string> = new Set(featuresOf(query));
      const verified = verificationString(query, asked.hash) === asked.ver;
      if (verified) this.#remember(key, features);
      for (const each of verified ? [asked, ...waiting.splice(0)] : [asked])
        if (this.#isCurrent(each, key)) this.#tell(each.account, each.jid, features);
    }
    this.#waiting.delete(key);
  }

  /** Undefined where there is no answer or an ill-formed one. */
  async #query({ account, jid, node, hash, ver }: Asked): Promise<Element | undefined> {
    const request = xml('query', { xmlns: NS_DISCO_INFO, node: `${node}#${ver}` });
    const from = this.#host.addressOf(account);
    try {
      const answer = await this.#host.query(
        xml('iq', { type: 'get', from, to: jid.toString() }, request),
        ANSWER_WITHIN_MS,
      );
      if (!answer?.is('query', NS_DISCO_INFO) || isTooLarge(answer)) return undefined;
      return verificationString(answer, knowsHash(hash) ? hash : 'sha-1') === undefined ? undefined : answer;
    } catch (error) {
      this.#host.log.debug({ error: String(error), jid: jid.toString() }, 'a client did not tell its capabilities');
      return undefined;
    }
  }

  #isCurrent({ account, jid }: Asked, key: string): boolean {
    return this.#current.get(account.id)?.get(jid.toString()) === key;
  }

  #tell(account: Account, jid: Jid, features: ReadonlySet<string>): void {
    this.#host.hooks.run('features known', { account, jid, features });
  }

  #recall(key: string): ReadonlySet<string> | undefined {
    const features = this.#versions.get(key);
    if (features) this.#remember(key, features);
    return features;
  }

  #remember(key: string, features: ReadonlySet<string>): void {
    this.#versions.delete(key);
    this.#versions.set(key, features);
    const [oldest] = this.#versions.keys();
    if (this.#versions.size > MAX_VERSIONS && oldest !== undefined) this.#versions.delete(oldest);
  }

  #jidsOf(account: Account): Map<string, string> {
    let jids = this.#current.get(account.id);
    if (!jids) {
      jids = new Map();
      this.#current.set(account.id, jids);
    }
    return jids;
  }
}

function isTooLarge(query: Element): boolean {
  if (query.children.length > MAX_FEATURES) return true;
  return featuresOf(query).reduce((characters, { length }) => characters + length, 0) > MAX_FEATURE_CHARACTERS;
}
