/**
 * Blocklists that others keep (RTBL): nodes (XEP-0060) whose items are called by hashes of the addresses and domains of spammers. Whoever
 * is on one is denied, unless a member knows them.
 */
import type { BlocklistPlace } from '../../config.ts';
import type { Extension, Host } from '../../extension.ts';
import { Jid } from '../../routing/jid.ts';
import type { KeptBlocklist } from '../../store/access-model.ts';
import { change } from '../../store/changes.ts';
import { BLOCKLISTS } from '../rules/settings.ts';
import type { Party } from '../rules/subject.ts';
import { idsOf } from './entries.ts';
import { readEvent } from './event.ts';
import { FIRST_MS, FollowedList } from './followed-list.ts';
import { unsubscribe } from './place.ts';

export const blocklists: Extension = {
  name: 'blocklists',
  xep: [],
  attach(host) {
    const places = new Map(host.config.access.blocklists.flatMap((place) => prepared(host, place)));
    const kept = new Map(host.store.access.blocklists(host.server.id).map((list) => [keyOf(list), list]));
    for (const [key, list] of kept) if (!places.has(key)) giveUp(host, list);
    if (places.size === 0) return;
    const changed = () => {
      host.access.forgetAll();
      // A server that is on a list now has a link, perhaps.
      host.hooks.run('access changed', { changes: [] });
    };
    const lists = [...places].map(([key, place]) => {
      const list = new FollowedList(host, place, changed);
      list.start(kept.get(key));
      host.onStop(() => list.stop());
      return list;
    });
    addSettings(host, lists);
    host.access.blocklists = () => lists.map(({ status }) => status);
    host.hooks.on('message to server', (event) => {
      const from = event.from.toString();
      const ofService = lists.filter(({ place }) => place.service === from);
      for (const { node, told } of ofService.length > 0 ? (readEvent(event.stanza) ?? []) : []) {
        const list = ofService.find(({ place }) => place.node === node);
        if (!list) continue;
        event.taken = true;
        list.hear(told);
      }
    });
    host.hooks.on('links changed', () => {
      for (const list of lists) list.linksChanged();
    });
    host.hooks.on('addresses moved', () => {
      for (const list of lists) list.renewSoon();
    });
  },
};

/** As it writes itself. */
function prepared(host: Host, { service, node }: BlocklistPlace): [string, BlocklistPlace][] {
  try {
    const place = { service: Jid.parse(service).toString(), node };
    return [[keyOf(place), place]];
  } catch (error) {
    host.log.error({ error: String(error), service, node }, 'a list of spammers is at no address');
    return [];
  }
}

const keyOf = ({ service, node }: BlocklistPlace) => `${service} ${node}`;

function addSettings({ access }: Host, lists: readonly FollowedList[]): void {
  const services = new Set(lists.map(({ place }) => Jid.parse(place.service).domain));
  const isService = ({ role, domain }: Party) => role === undefined && domain !== undefined && services.has(domain);
  // Whoever names a list wants it heard, in whatever mode, and whatever it says of its own server.
  access.addSetting({
    key: BLOCKLISTS,
    subject: { text: 'blocklist', matches: isService },
    actions: ['federate-in', 'federate-out'],
    decision: 'allow',
  });
  const reasonFor = (party: Party): string | undefined => {
    if (party.role !== undefined || party.known === true) return undefined;
    const ids = idsOf(party);
    for (const list of lists) {
      const why = ids.map((id) => list.why(id)).find((found) => found !== undefined);
      const { service, node } = list.place;
      if (why !== undefined) return `listed by ${service} (${node})${why === '' ? '' : `: ${why}`}`;
    }
    return undefined;
  };
  access.addSetting({
    key: BLOCKLISTS,
    subject: { text: 'blocklisted', matches: (party) => reasonFor(party) !== undefined },
    actions: ['*'],
    decision: 'deny',
    because: reasonFor,
  });
}

/** The file does not name it any more. */
function giveUp(host: Host, { service, node }: KeptBlocklist): void {
  host.store.journal
    .commit(change('blocklist forgotten', { server: host.server.id, service, node }))
    .catch((error: unknown) => host.log.error({ err: error, service, node }, 'a blocklist could not be forgotten'));
  const timer = host.clock.after(FIRST_MS, () => {
    unsubscribe(host, { service, node }).catch((error: unknown) =>
      host.log.info(
        { error: String(error), service, node },
        'a blocklist could not be told that it is not followed any more',
      ),
    );
  });
  host.onStop(() => timer.cancel());
}
