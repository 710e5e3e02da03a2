import type { Account } from '../store/model.ts';
import type { Accounts } from './accounts.ts';

/** Without these, nobody who may log in could run the server any more. */
export function wouldLeaveNone(accounts: Pick<Accounts, 'list'>, going: readonly Account[]): boolean {
  const gone = new Set(going.map(({ id }) => id));
  const able = accounts.list().filter(({ role, status }) => role === 'administrator' && status === 'active');
  return able.length > 0 && able.every(({ id }) => gone.has(id));
}
