/** `<stream:features/>` at each step of a stream (RFC 6120 section 4.3.2); extensions add theirs by the hook 'stream features'. */
import type { Limits } from '../config.ts';
import type { Host } from '../extension.ts';
import { type Element, xml } from '../xml.ts';
import { NS_BIND, NS_SESSION } from './bind.ts';
import type { Login } from './login.ts';
import { NS_SM } from './management/stanzas.ts';
import { NS_SASL } from './sasl/failure.ts';
import { authenticationFeature } from './sasl2/feature.ts';

export const NS_TLS = 'urn:ietf:params:xml:ns:xmpp-tls';
/** XEP-0440 */
const NS_CHANNEL_BINDING = 'urn:xmpp:sasl-cb:0';
/** XEP-0478 */
const NS_LIMITS = 'urn:xmpp:stream-limits:0';

export interface FeatureState {
  secure: boolean;
  /** STARTTLS is to be had: not over HTTP, which has TLS of its own. */
  startTls: boolean;
  /** Where the stream stands: TLS is all that there is to do, then a login, then a resource; then it has its session. */
  stage: 'securing' | 'login' | 'binding' | 'bound';
  /** The stream's session has stream management already. */
  managed: boolean;
  /** What can be logged in with; there from `login` on. */
  login: Login | undefined;
  host: Host;
  limits: Limits;
}

export function features(state: FeatureState): Element {
  const list = xml('stream:features');
  const authenticated = state.stage === 'binding' || state.stage === 'bound';
  if (authenticated) offerAfterLogin(list, state);
  else offerBeforeLogin(list, state);
  if (state.stage !== 'securing') {
    const { secure, host } = state;
    host.hooks.run('stream features', { secure, authenticated, add: (feature) => list.append(feature) });
  }
  const maxBytes = authenticated ? state.limits.stanzaBytes : state.limits.bytesBeforeLogin;
  if (maxBytes > 0) list.append(xml('limits', { xmlns: NS_LIMITS }, xml('max-bytes', {}, String(maxBytes))));
  return list;
}

function offerBeforeLogin(list: Element, { startTls, stage, host, login }: FeatureState): void {
  if (startTls) list.append(xml('starttls', { xmlns: NS_TLS }, stage === 'securing' ? xml('required') : null));
  if (!login) return;
  const { mechanisms, bindings } = login;
  list.append(xml('mechanisms', { xmlns: NS_SASL }, ...mechanisms.map((name) => xml('mechanism', {}, name))));
  if (login.sasl2) list.append(authenticationFeature(host, mechanisms, bindings));
  if (bindings.size === 0) return;
  const types = [...bindings.keys()].map((type) => xml('channel-binding', { type }));
  list.append(xml('sasl-channel-binding', { xmlns: NS_CHANNEL_BINDING }, ...types));
}

function offerAfterLogin(list: Element, { stage, managed }: FeatureState): void {
  if (stage === 'binding') {
    list.append(
      xml('bind', { xmlns: NS_BIND }, xml('required')),
      // RFC 3921 had clients ask for a session; those that still do must be told that they need not.
      xml('session', { xmlns: NS_SESSION }, xml('optional')),
    );
  }
  if (!managed) list.append(xml('sm', { xmlns: NS_SM }));
}
