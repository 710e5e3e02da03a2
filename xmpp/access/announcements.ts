/**
 * What a server says to its members: to those online now, to each once at their next login (the message of the day of XEP-0133
 * section 4.24), or to a newcomer at the first one (section 4.27). The standing ones are kept until they are taken back.
 */
import { dateTime } from '../clock.ts';
import type { Host } from '../extension.ts';
import { change } from '../store/changes.ts';
import type { Account } from '../store/model.ts';
import { xml } from '../xml.ts';
import type { Actor } from './acts.ts';

export type Standing = 'motd' | 'welcome';

const SUBJECTS = { announcement: 'Announcement', motd: 'Announcement', welcome: 'Welcome' } as const;
const MAX_CHARACTERS = 10_000;
/** Of what is written down in the record of administrative acts. */
const MAX_EXCERPT = 100;

interface Kept {
  text: string;
  setMs: number;
}

/** To all who are online. Gives their number. */
export function announce(host: Host, text: string, by: Actor): number {
  const online = onlineAccounts(host);
  host.acts.record(by, 'announce', excerpt(text));
  for (const account of online) tell(host, account, 'announcement', text);
  return online.length;
}

/** '' where there is none. */
export const standingText = (host: Host, what: Standing): string => read(host, what)?.text ?? '';

/** '' takes it back. */
export async function setStanding(host: Host, what: Standing, text: string, by: Actor): Promise<void> {
  const kept: Kept = { text: text.slice(0, MAX_CHARACTERS), setMs: host.clock.nowMs() };
  await host.store.journal.commit(
    change('secret set', { server: host.server.id, name: `announcement ${what}`, value: JSON.stringify(kept) }),
    host.acts.change(by, what, text === '' ? 'taken back' : excerpt(text)),
  );
}

const excerpt = (text: string) => (text.length > MAX_EXCERPT ? `${text.slice(0, MAX_EXCERPT)}…` : text);

/** Says it to this member, whatever was said before. */
export function tell(host: Host, account: Account, what: keyof typeof SUBJECTS, text: string): void {
  host.send(
    xml(
      'message',
      { from: host.server.domain, to: host.addressOf(account), id: host.store.newId() },
      xml('subject', {}, SUBJECTS[what]),
      xml('body', {}, text),
    ),
  );
}

/** What is due to a member who comes online and was last here at `lastSeenMs`; undefined: never. */
export function dueTo(host: Host, lastSeenMs: number | undefined): { what: Standing; text: string; since: string }[] {
  const due = (['welcome', 'motd'] as const).flatMap((what) => {
    const kept = read(host, what);
    if (!kept || kept.text === '') return [];
    const unheard = what === 'welcome' ? lastSeenMs === undefined : (lastSeenMs ?? 0) < kept.setMs;
    return unheard ? [{ what, text: kept.text, since: dateTime(kept.setMs) }] : [];
  });
  return due;
}

/** Accounts with an available session. */
export const onlineAccounts = (host: Host): Account[] => [
  ...new Map(
    [...host.sessions.all()].filter(({ available }) => available).map(({ account }) => [account.id, account]),
  ).values(),
];

function read(host: Host, what: Standing): Kept | undefined {
  const value = host.store.secrets.get(host.server.id, `announcement ${what}`);
  return value === undefined ? undefined : (JSON.parse(value) as Kept);
}
