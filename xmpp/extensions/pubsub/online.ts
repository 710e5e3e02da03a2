/** Which resources of a subscriber are online, as far as this host knows: its members, and who sends presence to the service. */
import type { Host } from '../../extension.ts';
import type { Jid } from '../../routing/jid.ts';
import type { Element } from '../../xml.ts';
import { memberAt } from './nodes.ts';

/** Full JIDs elsewhere that are remembered. */
const MAX_ELSEWHERE = 5000;
const MAX_SHOW_LENGTH = 10;

export class Online {
  readonly #host: Host;
  /** The `<show/>` of each resource elsewhere, by bare and full JID. */
  readonly #elsewhere = new Map<string, Map<string, string>>();
  #size = 0;

  constructor(host: Host) {
    this.#host = host;
  }

  /** 'online' for a resource that says no more. Undefined where nothing is known. */
  showsOf(jid: Jid): string[] | undefined {
    const member = memberAt(this.#host, jid);
    if (!member) {
      const resources = this.#elsewhere.get(jid.bare.toString());
      if (!resources || jid.isBare) return resources && [...resources.values()];
      const show = resources.get(jid.toString());
      return show === undefined ? undefined : [show];
    }
    const sessions = this.#host.sessions.ofAccount(member);
    return sessions
      .filter(({ available, jid: own }) => available && (jid.isBare || own.resource === jid.resource))
      .map(({ presence }) => showOf(presence));
  }

  /** A presence that somebody elsewhere sent to the service. True where the resource is gone. */
  received(from: Jid, presence: Element): boolean {
    const bare = from.bare.toString();
    const resources = this.#elsewhere.get(bare) ?? new Map<string, string>();
    if (resources.delete(from.toString())) this.#size -= 1;
    const isGone = presence.attrs.type !== undefined;
    if (!isGone && this.#size < MAX_ELSEWHERE) {
      resources.set(from.toString(), showOf(presence));
      this.#size += 1;
    }
    if (resources.size > 0) this.#elsewhere.set(bare, resources);
    else this.#elsewhere.delete(bare);
    return isGone;
  }
}

const showOf = (presence: Element | undefined) =>
  (presence?.getChildText('show') || 'online').slice(0, MAX_SHOW_LENGTH);
