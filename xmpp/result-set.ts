/** XEP-0059: Result Set Management. */
import { StanzaError } from './routing/stanza-error.ts';
import { type Element, xml } from './xml.ts';

export const NS_RSM = 'http://jabber.org/protocol/rsm';

export interface PageRequest {
  max: number | undefined;
  after: string | undefined;
  /** '' asks for the last page. */
  before: string | undefined;
}

/** @throws StanzaError bad-request, feature-not-implemented (a page by its index) */
export function readPageRequest(parent: Element): PageRequest {
  const set = parent.getChild('set', NS_RSM);
  const max = set?.getChildText('max')?.trim();
  if (max !== undefined && !/^\d{1,9}$/.test(max))
    throw new StanzaError('bad-request', { text: 'The size of a page is a number.' });
  if (set?.getChild('index')) throw new StanzaError('feature-not-implemented');
  return {
    max: max === undefined ? undefined : Number(max),
    after: set?.getChild('after')?.text(),
    before: set?.getChild('before')?.text(),
  };
}

/** Ids of the page's first and last, and where it stands among all that match. */
export interface PageFacts {
  first: string | undefined;
  last: string | undefined;
  index: number;
  count: number;
}

export function pageElement({ first, last, index, count }: PageFacts): Element {
  return xml(
    'set',
    { xmlns: NS_RSM },
    first === undefined ? null : xml('first', { index }, first),
    last === undefined ? null : xml('last', {}, last),
    xml('count', {}, String(count)),
  );
}
