/** The first page after the log-in: what waits, who may what in a word, who is there, and what was done last. */
import { type Html, html } from '../html.ts';
import { actions, type PortalFrame, pathOf, portalPage, type Section } from './frame.ts';
import { type ActView, actList } from './log.ts';
import { words } from './words.ts';

export interface OverviewView {
  mode: keyof typeof words.modes;
  strangers: number;
  requests: number;
  members: number;
  online: number;
  invitations: number;
  reports: number;
  /** Undefined where it is switched off. */
  federation: { connected: number; troubled: number } | undefined;
  addresses: readonly { name: string; kind: 'primary' | 'fallback' | 'onion' }[];
  acts: readonly ActView[];
  nodes: { mode: string; invite: string };
}

const said = words.overview;

export function overviewPage(frame: PortalFrame, view: OverviewView): Html {
  const { mode, federation, nodes } = view;
  const { name, about } = words.modes[mode];
  const peers = federation ? words.federation.short(federation.connected, federation.troubled) : words.federation.off;
  return portalPage(
    frame,
    said.title(frame.domain),
    html`
${waiting(view)}
<div class="tiles">
<section class="card">
<h2>${said.mode}: ${name}</h2>
<p>${about}</p>
${actions(frame, [{ node: nodes.mode, label: said.changeMode, about: words.rules.change }])}
</section>
<section class="card">
<h2>${said.members}</h2>
<p><a href="${pathOf('members')}">${said.online(view.online, view.members)}</a></p>
${actions(frame, [{ node: nodes.invite, label: said.invite, tone: 'main' }])}
</section>
<section class="card">
<dl>
${fact('invitations', said.invitations, String(view.invitations))}
${fact('servers', said.servers, peers)}
${fact('reports', said.reports, said.reportCount(view.reports))}
</dl>
</section>
<section class="card">
<h2>${said.addresses}</h2>
<ul class="plain">${view.addresses.map(({ name: address, kind }) => html`<li><strong>${address}</strong> <span>${said[kind]}</span></li>`)}</ul>
<p class="hint">${said.addressesHelp}</p>
</section>
</div>
<section class="card">
<h2>${said.acts}</h2>
${actList(view.acts)}
<p><a href="${pathOf('log')}">${said.allActs}</a></p>
</section>`,
  );
}

const fact = (section: Section, name: string, value: string): Html =>
  html`<dt>${name}</dt><dd><a href="${pathOf(section)}">${value}</a></dd>`;

function waiting({ strangers, requests }: OverviewView): Html {
  const lines = [
    ...(strangers > 0 ? [said.strangers(strangers)] : []),
    ...(requests > 0 ? [said.requests(requests)] : []),
  ];
  if (lines.length === 0) return html`<p class="quiet">${said.nothingWaits}</p>`;
  return html`<p class="note">${lines.join('; ')}. <a href="${pathOf('waiting')}">${said.look}</a></p>`;
}
