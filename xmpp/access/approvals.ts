/** Whom limited members (children, guests of the house) may talk with beyond their circles: an administrator's word, one by one. */
import type { Host } from '../extension.ts';
import { Jid } from '../routing/jid.ts';
import { change } from '../store/changes.ts';
import type { Account } from '../store/model.ts';
import type { Actor } from './acts.ts';
import { goOn, waitingFor } from './approval-requests.ts';

/** Bare JIDs. */
export const approvedFor = (host: Host, limited: Account): readonly string[] => host.store.access.approved(limited.id);

/**
 * What waited for this word goes on.
 * @param contact an address; its resource does not count
 * @throws RangeError, in words for who typed it: the member is not limited, or that is no address of a person
 */
export async function setApproval(
  host: Host,
  limited: Account,
  contact: string,
  approved: boolean,
  by: Actor,
): Promise<void> {
  const jid = bareOf(host, contact);
  if (approved && limited.role !== 'limited')
    throw new RangeError(`${host.addressOf(limited)} is no limited member, and talks to whom they like`);
  const request = waitingFor(host, limited).find((one) => one.contact === jid);
  const what = approved ? 'access approve' : 'access unapprove';
  await host.store.journal.commit(
    change('approval set', { account: limited.id, contact: jid, approved }),
    host.acts.change(by, what, `${host.addressOf(limited)} and ${jid}`),
  );
  if (approved && request) await goOn(host, limited, request);
}

/** Members by the primary domain, however they were called. */
function bareOf(host: Host, typed: string): string {
  let jid: Jid | undefined;
  try {
    jid = Jid.parse(typed).bare;
  } catch {
    jid = undefined;
  }
  if (!jid || jid.local === '') throw new RangeError(`"${typed}" is not the address of a person`);
  return host.roster.nameOf(jid);
}
