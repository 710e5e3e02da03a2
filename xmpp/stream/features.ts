/** `<stream:features/>` at each step of a stream (RFC 6120 section 4.3.2); extensions add theirs by the hook 'stream features'. */
import type { Limits } from '../config.ts';
import type { Hooks } from '../routing/hooks.ts';
import { type Element, xml } from '../xml.ts';
import { NS_BIND, NS_SESSION } from './bind.ts';
import { NS_SM } from './management/stanzas.ts';
import { NS_SASL } from './sasl/failure.ts';
import type { ChannelBindings } from './sasl/mechanism.ts';

export const NS_TLS = 'urn:ietf:params:xml:ns:xmpp-tls';
/** XEP-0440 */
const NS_CHANNEL_BINDING = 'urn:xmpp:sasl-cb:0';
/** XEP-0478 */
const NS_LIMITS = 'urn:xmpp:stream-limits:0';

export interface FeatureState {
  secure: boolean;
  /** STARTTLS is to be had: not over HTTP, which has TLS of its own. */
  startTls: boolean;
  authenticated: boolean;
  /** STARTTLS is all that there is to do. */
  tlsRequired: boolean;
  mechanisms: readonly string[];
  bindings: ChannelBindings;
  hooks: Hooks;
  limits: Limits;
}

export function features(state: FeatureState): Element {
  const list = xml('stream:features');
  if (state.authenticated) offerAfterLogin(list);
  else offerBeforeLogin(list, state);
  if (!state.tlsRequired) {
    const { secure, authenticated } = state;
    state.hooks.run('stream features', { secure, authenticated, add: (feature) => list.append(feature) });
  }
  const maxBytes = state.authenticated ? state.limits.stanzaBytes : state.limits.bytesBeforeLogin;
  if (maxBytes > 0) list.append(xml('limits', { xmlns: NS_LIMITS }, xml('max-bytes', {}, String(maxBytes))));
  return list;
}

function offerBeforeLogin(list: Element, state: FeatureState): void {
  if (state.startTls) list.append(xml('starttls', { xmlns: NS_TLS }, state.tlsRequired ? xml('required') : null));
  if (state.tlsRequired) return;
  const names = state.mechanisms.map((name) => xml('mechanism', {}, name));
  list.append(xml('mechanisms', { xmlns: NS_SASL }, ...names));
  if (state.bindings.size === 0) return;
  const types = [...state.bindings.keys()].map((type) => xml('channel-binding', { type }));
  list.append(xml('sasl-channel-binding', { xmlns: NS_CHANNEL_BINDING }, ...types));
}

function offerAfterLogin(list: Element): void {
  list.append(
    xml('bind', { xmlns: NS_BIND }, xml('required')),
    // RFC 3921 had clients ask for a session; those that still do must be told that they need not.
    xml('session', { xmlns: NS_SESSION }, xml('optional')),
    xml('sm', { xmlns: NS_SM }),
  );
}
