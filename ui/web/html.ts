/** HTML by hono's escaping template: what is put in is text, unless it is Html itself. */
import { html, raw } from 'hono/html';

export { html, raw };

export type Html = ReturnType<typeof html>;

/** The finished text of a page. No page waits for anything, so that there is never a promise in it. */
export function textOf(page: Html): string {
  return page.toString();
}
