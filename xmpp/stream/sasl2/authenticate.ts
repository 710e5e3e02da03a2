/** `<authenticate/>` (XEP-0388 section 2.3): who comes with which mechanism, and what is to follow the login at once. */
import type { TokenUse } from '../../access/clients.ts';
import type { Element } from '../../xml.ts';
import { isTrue, NS_SM } from '../management/stanzas.ts';
import { SaslFailure } from '../sasl/failure.ts';
import { NS_BIND2, NS_FAST, NS_SASL2, NS_UPGRADE } from './namespaces.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
/** Of what a client says of itself. */
const MAX_NAME = 128;

export interface UserAgent {
  /** A UUID of version 4 in lower case; undefined where it gave none. */
  id: string | undefined;
  software: string;
  device: string;
}

export interface Authenticate {
  mechanism: string;
  /** Base64; undefined where the mechanism is to begin with a challenge. */
  initialResponse: string | undefined;
  userAgent: UserAgent;
  /** XEP-0480: names of the tasks that it is ready for. */
  upgrades: readonly string[];
  /** XEP-0484: it comes with a token. */
  fast: TokenUse | undefined;
  /** XEP-0484: the mechanism for which it wants a token. */
  requestToken: string | undefined;
  resume: Element | undefined;
  bind: Element | undefined;
}

/** @throws SaslFailure malformed-request */
export function readAuthenticate(element: Element): Authenticate {
  return {
    mechanism: element.attrs.mechanism ?? '',
    initialResponse: element.getChild('initial-response', NS_SASL2)?.getText(),
    userAgent: userAgent(element.getChild('user-agent', NS_SASL2)),
    upgrades: element.getChildren('upgrade', NS_UPGRADE).map((upgrade) => upgrade.getText()),
    fast: tokenUse(element.getChild('fast', NS_FAST)),
    requestToken: element.getChild('request-token', NS_FAST)?.attrs.mechanism,
    resume: element.getChild('resume', NS_SM),
    bind: element.getChild('bind', NS_BIND2),
  };
}

function userAgent(element: Element | undefined): UserAgent {
  const id = element?.attrs.id?.toLowerCase();
  if (id !== undefined && !UUID.test(id)) {
    throw new SaslFailure('malformed-request', 'the id of <user-agent/> is no UUID of version 4');
  }
  const said = (name: string) => (element?.getChildText(name, NS_SASL2) ?? '').trim().slice(0, MAX_NAME);
  return { id, software: said('software'), device: said('device') };
}

function tokenUse(element: Element | undefined): TokenUse | undefined {
  if (!element) return undefined;
  const { count, invalidate } = element.attrs;
  if (count !== undefined && !/^[1-9]\d{0,14}$/.test(count)) {
    throw new SaslFailure('malformed-request', 'the count of <fast/> is no positive integer');
  }
  return { count: count === undefined ? undefined : Number(count), invalidate: isTrue(invalidate) };
}
