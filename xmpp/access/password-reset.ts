/** A forgotten password: an administrator gives a code that is good once and for a short while; its holder chooses a new password. */
import type { Host } from '../extension.ts';
import { StanzaError } from '../routing/stanza-error.ts';
import { change } from '../store/changes.ts';
import type { Account, Invite } from '../store/model.ts';
import type { Actor } from './acts.ts';
import { credentialsOf, preparePassword } from './password.ts';

const DAY_MS = 86_400_000;

/** A day in a link; an hour where it is short enough to be told by telephone, and so to be guessed at. */
export function offerReset(host: Host, account: Account, by: Actor, typed = false): Promise<Invite> {
  return host.invites.create({ resets: account, lifetimeMs: typed ? DAY_MS / 24 : DAY_MS, typed, by });
}

/** Whose password it resets; undefined where it is another sort of invitation. */
export function resetAccount(host: Host, { resets }: Invite): Account | undefined {
  return resets === undefined ? undefined : host.store.accounts.byId(resets);
}

/**
 * The code is used up, the password is the new one, tokens are void, push registrations and all sessions end: whoever knew the old one is out.
 * @param address where it comes from over the network
 * @throws StanzaError item-not-found (used up, over), not-acceptable (the password); CommitError
 */
export async function resetPassword(host: Host, code: string, password: string, address: string): Promise<Account> {
  const { store, clients, acts, random, sessions } = host;
  const credentials = await credentialsOf(preparePassword(password), random);
  return host.turns.run(`reset ${code}`, async () => {
    const invite = host.invites.find(code);
    const account = invite && resetAccount(host, invite);
    if (!account) throw new StanzaError('item-not-found', { text: 'The code is unknown, used up or expired.' });
    const by = { who: host.addressOf(account), from: address };
    await clients.alone(account, () =>
      store.journal.commit(
        change('invite used', { code: invite.code, account: account.id }),
        change('credentials set', { account: account.id, credentials }),
        ...clients.pushesEnded(account, () => true),
        acts.change(by, 'password reset', host.addressOf(account)),
      ),
    );
    for (const { outlet } of sessions.ofAccount(account)) outlet.close('not-authorized', 'The password was reset.');
    return account;
  });
}
