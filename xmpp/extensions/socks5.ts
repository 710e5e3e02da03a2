/** XEP-0065: SOCKS5 Bytestreams, the proxy at `proxy.` beside each domain of the host. Its TCP side is in xmpp/bytestreams. */
import { createHash } from 'node:crypto';
import type { Activation } from '../bytestreams/bytestreams.ts';
import type { Extension, Host } from '../extension.ts';
import { infoElement, NS_DISCO_INFO } from '../routing/disco-info.ts';
import { Jid } from '../routing/jid.ts';
import type { ServiceAnswer, ServiceIq } from '../routing/services.ts';
import { StanzaError } from '../routing/stanza-error.ts';
import { xml } from '../xml.ts';

const SUBDOMAIN = 'proxy';
const NAME = 'SOCKS5 Bytestreams Proxy';
const NS_BYTESTREAMS = 'http://jabber.org/protocol/bytestreams';
const NS_DISCO_ITEMS = 'http://jabber.org/protocol/disco#items';
/** Section 2: a stream id is shorter than that. */
const SID_LENGTH = 128;

export const socks5: Extension = {
  name: 'socks5',
  xep: [
    {
      number: '0065',
      title: 'SOCKS5 Bytestreams',
      version: '1.8.2',
      status: 'partial',
      note: 'The proxy; without UDP, which is optional.',
    },
  ],
  subdomains: [SUBDOMAIN],
  attach(host) {
    if (host.config.listen.proxy === 0) return;
    host.services.add(SUBDOMAIN, { name: NAME, iq: (request) => answer(host, request) });
  },
};

function answer(host: Host, request: ServiceIq): ServiceAnswer {
  const { type, payload, to } = request;
  if (to.local === '' && payload.attrs.node === undefined) {
    if (type === 'get' && payload.is('query', NS_DISCO_INFO)) {
      const identity = { category: 'proxy', type: 'bytestreams', name: NAME };
      return infoElement([identity], [NS_DISCO_INFO, NS_DISCO_ITEMS, NS_BYTESTREAMS]);
    }
    if (type === 'get' && payload.is('query', NS_DISCO_ITEMS)) return xml('query', { xmlns: NS_DISCO_ITEMS });
    if (payload.is('query', NS_BYTESTREAMS)) return bytestreams(host, request);
  }
  throw new StanzaError(payload.attrs.node === undefined ? 'service-unavailable' : 'item-not-found');
}

function bytestreams(host: Host, request: ServiceIq): ServiceAnswer {
  const { from, type, to } = request;
  const isMember = from.local !== '' && host.serves(from.domain) && host.accounts.find(from.local) !== undefined;
  if (!isMember) throw new StanzaError('forbidden', { text: 'Only members of this server use its proxy.' });
  if (type === 'set') return activate(host, request);
  const { listen, reachableAt } = host.config;
  const place = { jid: to.domain, host: reachableAt(host.server.domain), port: String(listen.proxy) };
  return xml('query', { xmlns: NS_BYTESTREAMS }, xml('streamhost', place));
}

/** Section 6.3.5. Whoever knows the stream id and both addresses is one of the two; the requester is who asks. */
function activate(host: Host, { from, payload }: ServiceIq): undefined {
  const { sid, mode = 'tcp' } = payload.attrs;
  const target = payload.getChild('activate')?.text();
  if (!sid || sid.length >= SID_LENGTH || !target)
    throw new StanzaError('bad-request', { text: 'An activation needs a sid and the address of the target.' });
  if (mode !== 'tcp') throw new StanzaError('feature-not-implemented', { text: 'This proxy speaks TCP only.' });
  const other = Jid.parse(target.trim()).toString();
  // The two may have spoken to each other by full or by bare addresses.
  const outcomes: Activation[] = [];
  for (const requester of [from, from.bare]) {
    const outcome = host.bytestreams.activate(hashOf(sid, requester.toString(), other));
    if (outcome === 'active') return undefined;
    outcomes.push(outcome);
  }
  if (outcomes.includes('one party'))
    throw new StanzaError('not-allowed', { text: 'Only one party is connected to the proxy.' });
  throw new StanzaError('not-authorized', { text: 'No connection to the proxy has the hash of this bytestream.' });
}

function hashOf(sid: string, requester: string, target: string): string {
  return createHash('sha1').update(`${sid}${requester}${target}`).digest('hex');
}
