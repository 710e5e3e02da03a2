/** The servers that this one talks to, in the words of the command line. */
import { type Html, html } from '../html.ts';
import { type PortalFrame, portalPage } from './frame.ts';
import { entry } from './waiting.ts';
import { words } from './words.ts';

export interface ServersView {
  enabled: boolean;
  /** What each cell of a peer is called; the first is its domain. */
  columns: readonly string[];
  peers: readonly (readonly string[])[];
}

const said = words.federation;

export function serversPage(frame: PortalFrame, { enabled, columns, peers }: ServersView): Html {
  const list = peers.map(([domain = '', ...cells]) => {
    const facts = cells.flatMap((cell, index) => (NOTHING.has(cell) ? [] : [`${columns[index + 1]}: ${cell}`]));
    return entry(frame, domain, facts.join(' · '), []);
  });
  const met = html`<section class="card"><ul class="entries">${list}</ul></section>`;
  return portalPage(
    frame,
    words.sections.servers,
    html`
<p class="lead">${enabled ? said.about : said.off}</p>
${enabled && (list.length === 0 ? html`<p class="quiet">${said.none}</p>` : met)}`,
  );
}

/** Cells that say nothing. */
const NOTHING: ReadonlySet<string> = new Set(['', '-', '0']);
