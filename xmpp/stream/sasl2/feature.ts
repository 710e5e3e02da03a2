/** `<authentication/>`: what may be done at login in one go (XEP-0388 section 2.1 with XEP-0198, 0386, 0480 and 0484). */
import type { Host } from '../../extension.ts';
import { type Element, xml } from '../../xml.ts';
import { NS_SM } from '../management/stanzas.ts';
import { tokenMechanisms } from '../sasl/ht.ts';
import type { ChannelBindings } from '../sasl/mechanism.ts';
import { bind2Feature } from './bind2.ts';
import { NS_FAST, NS_SASL2, NS_UPGRADE } from './namespaces.ts';
import { upgradeName } from './upgrade.ts';

export function authenticationFeature(host: Host, mechanisms: readonly string[], bindings: ChannelBindings): Element {
  return xml(
    'authentication',
    { xmlns: NS_SASL2 },
    ...named(mechanisms),
    xml(
      'inline',
      {},
      xml('sm', { xmlns: NS_SM }),
      bind2Feature(host.hooks),
      xml('fast', { xmlns: NS_FAST }, ...named(tokenMechanisms(bindings))),
    ),
    ...host.accounts.hashes.upgrades().map((hash) => xml('upgrade', { xmlns: NS_UPGRADE }, upgradeName(hash))),
  );
}

const named = (mechanisms: readonly string[]) => mechanisms.map((name) => xml('mechanism', {}, name));
