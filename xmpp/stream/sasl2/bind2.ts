/** Bind 2 (XEP-0386): the resource's name and the session's settings come with the login. */
import { createHash } from 'node:crypto';
import type { Random } from '../../clock.ts';
import type { Hooks } from '../../routing/hooks.ts';
import { Jid } from '../../routing/jid.ts';
import type { Session } from '../../routing/session.ts';
import type { Account } from '../../store/model.ts';
import { type Element, xml } from '../../xml.ts';
import { NS_SM } from '../management/stanzas.ts';
import { NS_BIND2 } from './namespaces.ts';

const GENERATED_BYTES = 9;

export function bind2Feature(hooks: Hooks): Element {
  const features = [NS_SM];
  hooks.run('bind features', { add: (feature) => features.push(feature) });
  const inline = xml('inline', {}, ...features.map((name) => xml('feature', { var: name })));
  return xml('bind', { xmlns: NS_BIND2 }, inline);
}

/**
 * `tag/…`: the same for the same client whenever it comes with this tag, so that rooms and contacts find it where it was; by
 * chance for one that did not say which it is. Nothing of the client's id can be read from it.
 */
export function taggedJid(
  account: Account,
  domain: string,
  request: Element,
  client: string | undefined,
  random: Random,
): Jid {
  const tag = request.getChildText('tag', NS_BIND2) ?? '';
  const bytes =
    client === undefined
      ? random(GENERATED_BYTES)
      : createHash('sha256').update(`${account.id}\0${client}\0${tag}`).digest().subarray(0, GENERATED_BYTES);
  const generated = bytes.toString('base64url');
  return (
    (tag === '' ? undefined : tryJid(account, domain, `${tag}/${generated}`)) ??
    Jid.of(account.local, domain, generated)
  );
}

/** A tag that cannot stand in a resource is left out. */
function tryJid(account: Account, domain: string, resource: string): Jid | undefined {
  try {
    return Jid.of(account.local, domain, resource);
  } catch {
    return undefined;
  }
}

/** `<bound/>`, after the extensions have set up what the client asked for. */
export function bound(hooks: Hooks, session: Session, request: Element, enabled: Element | undefined): Element {
  const element = xml('bound', { xmlns: NS_BIND2 }, enabled);
  hooks.run('session binding', { session, request, add: (response) => element.append(response) });
  return element;
}
