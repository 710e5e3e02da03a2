/** What an administrator says in a member's place to a stranger who waits (quarantine.ts): who waits is seen, never what they sent. */
import type { Host } from '../extension.ts';
import { Jid } from '../routing/jid.ts';
import type { Account } from '../store/model.ts';
import type { Actor } from './acts.ts';

/** @throws RangeError, in words for who typed it, where this sender does not wait for the member */
export async function decideHeld(
  host: Host,
  account: Account,
  from: string,
  verdict: 'accept' | 'refuse',
  by: Actor,
): Promise<void> {
  const sender = asItWaits(host, from);
  if (!host.quarantine.waiting(account).some((one) => one.from === sender))
    throw new RangeError(`${from} does not wait for ${host.addressOf(account)}`);
  await host.quarantine[verdict](account, sender);
  host.acts.record(by, `access ${verdict}`, `${sender} for ${host.addressOf(account)}`);
}

/** Whatever is no address waits for nobody. */
function asItWaits(host: Host, typed: string): string {
  try {
    return host.roster.nameOf(Jid.parse(typed));
  } catch {
    return typed;
  }
}
