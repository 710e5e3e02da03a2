/** One document of one element, as WebSocket and BOSH carry them. */
import type { Element } from '../../xml.ts';
import { type ParserLimits, StreamParser } from '../parser.ts';
import { StreamError } from '../stream-error.ts';

/**
 * Held to all that a stream's elements are held to. What has the content namespace comes out without `xmlns`.
 * @throws StreamError
 */
export function parseElement(bytes: Uint8Array, contentNamespace: string, limits: ParserLimits): Element {
  let root: Element | undefined;
  const events = {
    header: () => undefined,
    element: (element: Element) => {
      root = element;
    },
    end: () => undefined,
  };
  const parser = new StreamParser(contentNamespace, events, limits, 'open');
  parser.write(bytes);
  parser.end();
  if (!root) throw new StreamError('not-well-formed', 'no element');
  return root;
}
