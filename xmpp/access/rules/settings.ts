/** What casp3r.toml says of other servers, as rules: asked before the owner's own. */
import type { FederationConfig } from '../../config.ts';
import type { AccessAction } from '../../store/access-model.ts';
import type { Setting } from './decide.ts';
import { readSubject } from './subject.ts';

/** What is on a list of spammers (blocklists/). */
export const BLOCKLISTS = '[access] blocklists';

const CROSSING: readonly AccessAction[] = ['federate-in', 'federate-out'];

export function settingsOf({ mode, allow, deny }: FederationConfig): readonly Setting[] {
  const denied = deny.map(
    (domain): Setting => ({
      key: '[federation] deny',
      subject: readSubject(`domain:${domain}`),
      actions: CROSSING,
      decision: 'deny',
    }),
  );
  if (mode === 'open') return denied;
  const subject = { text: 'unlisted', matches: isUnlisted(allow) };
  return [...denied, { key: '[federation] allow', subject, actions: CROSSING, decision: 'deny' }];
}

/** A domain that the file names is no stranger's, nor are those below it. */
export function isListed(allow: readonly string[], domain: string): boolean {
  return allow.some((listed) => domain === listed || domain.endsWith(`.${listed}`));
}

const isUnlisted =
  (allow: readonly string[]) =>
  ({ role, domain }: { role?: unknown; domain?: string }) =>
    role === undefined && (domain === undefined || !isListed(allow, domain));
