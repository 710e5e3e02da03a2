/** XEP-0441: the owner says whose messages are archived. */
import type { Host } from '../../extension.ts';
import type { IqRequest } from '../../routing/iq-table.ts';
import { Jid } from '../../routing/jid.ts';
import { StanzaError } from '../../routing/stanza-error.ts';
import type { ArchivePreferences } from '../../store/archive-model.ts';
import { change } from '../../store/changes.ts';
import type { Account } from '../../store/model.ts';
import { type Element, xml } from '../../xml.ts';
import { DEFAULT_PREFERENCES } from './worth.ts';

const MAX_LISTED = 1000;

/** Whose archive a request is addressed to. */
export function accountOf({ account }: IqRequest): Account {
  if (!account) throw new StanzaError('service-unavailable');
  return account;
}

export function getPreferences(host: Host, request: IqRequest, namespace: string): Element {
  const preferences = host.store.archive.preferences(accountOf(request).id) ?? DEFAULT_PREFERENCES;
  return preferencesElement(preferences, namespace);
}

/** Answers with what now holds. */
export async function setPreferences(host: Host, request: IqRequest, namespace: string): Promise<Element> {
  const { payload } = request;
  const preferences: ArchivePreferences = {
    default: readDefault(payload.attrs.default),
    always: readJids(payload.getChild('always')),
    never: readJids(payload.getChild('never')),
  };
  const account = accountOf(request).id;
  await host.store.journal.commit(change('archive preferences set', { account, preferences }));
  return preferencesElement(preferences, namespace);
}

function readDefault(value: string | undefined): ArchivePreferences['default'] {
  if (value === 'always' || value === 'never' || value === 'roster') return value;
  throw new StanzaError('bad-request', { text: "The default is one of 'always', 'never' and 'roster'." });
}

function readJids(list: Element | undefined): string[] {
  const jids = new Set((list?.getChildren('jid') ?? []).map((element) => Jid.parse(element.text()).toString()));
  if (jids.size > MAX_LISTED)
    throw new StanzaError('not-acceptable', { text: `A list holds ${MAX_LISTED} addresses at most.` });
  return [...jids];
}

function preferencesElement(preferences: ArchivePreferences, namespace: string): Element {
  const list = (name: 'always' | 'never') => xml(name, {}, ...preferences[name].map((jid) => xml('jid', {}, jid)));
  return xml('prefs', { xmlns: namespace, default: preferences.default }, list('always'), list('never'));
}
