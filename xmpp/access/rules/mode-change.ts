/** What another mode would change, said before it is set. */
import type { Host } from '../../extension.ts';
import { Jid } from '../../routing/jid.ts';
import { ACTIONS, type AccessAction, type Decision } from '../../store/access-model.ts';
import type { Mode, Registration } from '../../store/model.ts';
import { registrationAfter } from './modes.ts';
import { PEOPLE, type Person, personsFor } from './people.ts';

export interface ModeChange {
  from: Mode;
  to: Mode;
  /** Where the two differ, the owner's rules counted in. */
  registration: { before: Registration; after: Registration };
  differences: { person: Person; action: AccessAction; before: Decision; after: Decision }[];
  /** Servers that members have contacts at and that the new mode talks to no longer, and how many contacts those are. */
  cut: { domains: string[]; contacts: number };
}

export function modeChange(host: Host, to: Mode): ModeChange {
  const { access, server } = host;
  const differences = ACTIONS.flatMap((action) =>
    personsFor(action).flatMap((person) => {
      const before = access.foresee(server.mode, action, PEOPLE[person]).decision;
      const after = access.foresee(to, action, PEOPLE[person]).decision;
      return before === after ? [] : [{ person, action, before, after }];
    }),
  );
  const registration = { before: server.registration, after: registrationAfter(server, to) };
  return { from: server.mode, to, registration, differences, cut: cutBy(host, to) };
}

function cutBy(host: Host, to: Mode): ModeChange['cut'] {
  const { access, server, store } = host;
  const contacts = new Map<string, number>();
  for (const contact of store.access.contacts(server.id)) {
    const { domain } = Jid.parse(contact);
    if (!host.serves(domain)) contacts.set(domain, (contacts.get(domain) ?? 0) + 1);
  }
  const isTalkedTo = (mode: Mode, domain: string) =>
    (['federate-in', 'federate-out'] as const).every(
      (action) => access.explainIn(mode, { action, who: { domain } }).decision === 'allow',
    );
  const lost = [...contacts].filter(([domain]) => isTalkedTo(server.mode, domain) && !isTalkedTo(to, domain));
  return {
    domains: lost.map(([domain]) => domain).sort(),
    contacts: lost.reduce((sum, [, count]) => sum + count, 0),
  };
}
