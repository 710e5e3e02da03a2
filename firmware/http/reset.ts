/** Pages behind the code of a forgotten password (xmpp/access/password-reset.ts). */
import type { Context } from 'hono';
import { textOf } from '../../ui/web/html.ts';
import { resetDonePage, resetPage } from '../../ui/web/reset.ts';
import { words } from '../../ui/web/words.ts';
import { resetAccount, resetPassword } from '../../xmpp/access/password-reset.ts';
import type { Host } from '../../xmpp/extension.ts';
import { StanzaError } from '../../xmpp/routing/stanza-error.ts';
import type { Invite } from '../../xmpp/store/model.ts';
import { CommitError } from '../../xmpp/store/store.ts';
import type { WebEnv } from './app.ts';
import { addressOf } from './guards.ts';

type Page = Context<WebEnv>;

const HEADERS = { 'Cache-Control': 'no-store' };

export function showReset(c: Page, host: Host, invite: Invite, problem?: string): Response | Promise<Response> {
  const account = resetAccount(host, invite);
  const view = {
    domain: host.server.domain,
    address: account ? host.addressOf(account) : '',
    action: `/j/${invite.code}`,
    ...(problem !== undefined && { problem }),
  };
  return c.html(textOf(resetPage(view)), problem === undefined ? 200 : 422, HEADERS);
}

export async function takeReset(c: Page, host: Host, invite: Invite, password: string): Promise<Response> {
  try {
    const account = await resetPassword(host, invite.code, password, addressOf(c));
    const view = { domain: host.server.domain, address: host.addressOf(account) };
    return c.html(textOf(resetDonePage(view)), 200, HEADERS);
  } catch (error) {
    if (error instanceof CommitError) return showReset(c, host, invite, words.reset.diskFull);
    if (!(error instanceof StanzaError)) throw error;
    const isGone = error.condition === 'item-not-found';
    return showReset(c, host, invite, isGone ? words.reset.gone : error.message);
  }
}
