/** How a SASL2 login ends well: what is noted of the client, and `<success/>` (XEP-0388 section 2.6.1, XEP-0484 section 3.3). */
import { dateTime } from '../../clock.ts';
import type { Host } from '../../extension.ts';
import type { Jid } from '../../routing/jid.ts';
import { type Element, xml } from '../../xml.ts';
import { NS_FAST, NS_SASL2 } from './namespaces.ts';
import type { Sasl2Login } from './negotiation.ts';

/**
 * `<token/>` where the client is to have one. A client without an id is not told from others, so it gets none; nor does anyone while
 * the disk is full, but the login stands.
 */
export async function noteClient(host: Host, { account, request, token }: Sasl2Login): Promise<Element | undefined> {
  const { userAgent, fast } = request;
  const { id, software, device } = userAgent;
  if (id === undefined) return undefined;
  const by = fast ? 'token' : 'password';
  const login = { id, software, device, by, wants: token, invalidated: fast?.invalidate ?? false } as const;
  const given = await host.clients.loggedIn(account, login).catch((error: unknown) => {
    host.log.warn({ error: String(error) }, 'a login could not be noted');
    return undefined;
  });
  return given && xml('token', { xmlns: NS_FAST, expiry: dateTime(given.expiresMs), token: given.secret });
}

/** @param jid bare, or full where there is a session */
export function success(login: Sasl2Login, jid: Jid | string, answers: readonly (Element | undefined)[]): Element {
  return xml(
    'success',
    { xmlns: NS_SASL2 },
    login.data && xml('additional-data', {}, login.data.toString('base64')),
    xml('authorization-identifier', {}, jid.toString()),
    ...answers.filter((answer) => answer !== undefined),
  );
}
