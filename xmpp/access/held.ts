/** What an administrator says in a member's place to a stranger who waits (quarantine.ts): who waits is seen, never what they sent. */
import type { Host } from '../extension.ts';
import type { Account } from '../store/model.ts';
import type { Actor } from './acts.ts';

/** @throws RangeError, in words for who typed it, where this sender (a bare JID) does not wait for the member */
export async function decideHeld(
  host: Host,
  account: Account,
  from: string,
  verdict: 'accept' | 'refuse',
  by: Actor,
): Promise<void> {
  if (!host.quarantine.waiting(account).some((one) => one.from === from))
    throw new RangeError(`${from} does not wait for ${host.addressOf(account)}`);
  await host.quarantine[verdict](account, from);
  host.acts.record(by, `access ${verdict}`, `${from} for ${host.addressOf(account)}`);
}
