import { type Html, html } from '../html.ts';
import { type PortalFrame, portalPage, timeWords } from './frame.ts';
import { entry } from './waiting.ts';
import { words } from './words.ts';

export interface ReportsView {
  /** Newest first. */
  reports: readonly {
    jid: string;
    domain: string;
    by: string;
    atMs: number;
    reason: string;
    text: string;
    outside: boolean;
  }[];
  node: string;
}

const said = words.reports;

export function reportsPage(frame: PortalFrame, { reports, node }: ReportsView): Html {
  const rule = (subject: string) => ({ subject, action: '*', decision: 'deny' });
  const list = reports.map(({ jid, domain, by, atMs, reason, text, outside }) => {
    const about = [said.reasons[reason] ?? reason, ...(text === '' ? [] : [`“${text}”`]), said.by(by, timeWords(atMs))];
    const person = { node, label: said.shut, about: jid, values: rule(`account:${jid}`) };
    const server = { node, label: said.shutServer(domain), values: rule(`domain:${domain}`) };
    return entry(frame, jid, about.join(' · '), outside ? (jid === domain ? [server] : [person, server]) : []);
  });
  return portalPage(
    frame,
    words.sections.reports,
    html`
<p class="lead">${said.about}</p>
${list.length === 0 ? html`<p class="quiet">${said.none}</p>` : html`<section class="card"><ul class="entries">${list}</ul></section><p class="quiet">${words.utc}</p>`}`,
  );
}
