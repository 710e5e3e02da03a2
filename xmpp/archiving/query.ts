/** What a query to an archive asks for (XEP-0313 section 4), as the store takes it. */
import { type FormField, formElement, NS_DATA_FORM, readForm } from '../data-form.ts';
import { type PageRequest, readPageRequest } from '../result-set.ts';
import { Jid } from '../routing/jid.ts';
import { StanzaError } from '../routing/stanza-error.ts';
import type { ArchiveQuery } from '../store/archive-model.ts';
import type { Id } from '../store/model.ts';
import type { ArchiveReads } from '../store/store.ts';
import { type Element, xml } from '../xml.ts';

export const NS_ARCHIVE = 'urn:xmpp:mam:2';

/** Messages of a page: at most, and where the client names no number. */
const MAX_PAGE = 250;
const DEFAULT_PAGE = 50;

/** XEP-0082, with seconds and a time zone. */
const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/** XEP-0431 */
export const NS_FULLTEXT = 'urn:xmpp:fulltext:0';
const FULLTEXT = `{${NS_FULLTEXT}}fulltext`;

/** Whether the archive can be searched by words. */
export interface Search {
  search: boolean;
}

const FIELDS = ['with', 'start', 'end', 'before-id', 'after-id', 'ids', 'include-groupchat'] as const;
type FieldName = (typeof FIELDS)[number];

/** Section 4.1.5 */
export const queryForm = (): Element => formWith({ search: false });

/** The same for an archive that can be searched. */
export const searchForm = (): Element => formWith({ search: true });

function formWith({ search }: Search): Element {
  const anyId = xml(
    'validate',
    { xmlns: 'http://jabber.org/protocol/xdata-validate', datatype: 'xs:string' },
    xml('open'),
  );
  const types: Record<FieldName, Partial<FormField>> = {
    with: { type: 'jid-single' },
    start: { type: 'text-single' },
    end: { type: 'text-single' },
    'before-id': { type: 'text-single' },
    'after-id': { type: 'text-single' },
    ids: { type: 'list-multi', extra: anyId },
    'include-groupchat': { type: 'boolean' },
  };
  const fields: FormField[] = FIELDS.map((name) => ({ var: name, ...types[name] }));
  if (search) fields.push({ var: FULLTEXT, type: 'text-single' });
  return xml('query', { xmlns: NS_ARCHIVE }, formElement('form', NS_ARCHIVE, fields));
}

/**
 * @param owner whose archive it is
 * @throws StanzaError bad-request, jid-malformed, feature-not-implemented (an unknown field), item-not-found (an unknown id)
 */
export function readQuery(
  archive: ArchiveReads,
  owner: Id,
  payload: Element,
  { search }: Search = { search: false },
): ArchiveQuery {
  const filters = readFilters(payload, search);
  const page = readPageRequest(payload);
  const ids = [filters.afterId, filters.beforeId, page.after, page.before || undefined, ...(filters.ids ?? [])];
  for (const id of ids) if (id !== undefined && !archive.has(owner, id)) throw new StanzaError('item-not-found');
  return {
    account: owner,
    ...filters,
    ...bounds(filters, page),
    limit: Math.min(page.max ?? DEFAULT_PAGE, MAX_PAGE),
    fromEnd: page.before !== undefined,
  };
}

type Filters = Pick<ArchiveQuery, 'with' | 'startMs' | 'endMs' | 'afterId' | 'beforeId' | 'ids' | 'words'>;

/** Ids sort by time: of two bounds on one side, the narrower one holds. */
function bounds(filters: Filters, { after, before }: PageRequest): Filters {
  const narrowed: Filters = {};
  const [first] = [filters.afterId, after].filter(isId).sort().reverse();
  const [last] = [filters.beforeId, before].filter(isId).sort();
  if (first !== undefined) narrowed.afterId = first;
  if (last !== undefined) narrowed.beforeId = last;
  return narrowed;
}

const isId = (id: Id | undefined): id is Id => id !== undefined && id !== '';

function readFilters(payload: Element, search: boolean): Filters {
  const form = payload.getChild('x', NS_DATA_FORM);
  if (!form) return {};
  const { formType, fields } = readForm(form);
  if (form.attrs.type !== 'submit' || formType !== NS_ARCHIVE)
    throw new StanzaError('bad-request', { text: `The form is to be submitted with the FORM_TYPE ${NS_ARCHIVE}.` });
  const filters: Filters = {};
  for (const [name, values] of fields) {
    if (name !== FULLTEXT || !search) setFilter(filters, name, values);
    else if (values[0]) filters.words = values[0];
  }
  return filters;
}

function setFilter(filters: Filters, name: string, values: readonly string[]): void {
  const [value] = values;
  if (!FIELDS.includes(name as FieldName))
    throw new StanzaError('feature-not-implemented', { text: `The archive does not know the field '${name}'.` });
  if (value === undefined || value === '') return;
  if (name === 'with') filters.with = Jid.parse(value).toString();
  if (name === 'start') filters.startMs = readDateTime(value);
  if (name === 'end') filters.endMs = readDateTime(value);
  if (name === 'after-id') filters.afterId = value;
  if (name === 'before-id') filters.beforeId = value;
  if (name === 'ids') filters.ids = readIds(values);
}

function readIds(values: readonly string[]): Id[] {
  if (values.length > MAX_PAGE) throw new StanzaError('bad-request', { text: `At most ${MAX_PAGE} ids in one query.` });
  return [...new Set(values)];
}

function readDateTime(text: string): number {
  const ms = DATE_TIME.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms)) throw new StanzaError('bad-request', { text: `'${text}' is no date and time of XEP-0082.` });
  return ms;
}
