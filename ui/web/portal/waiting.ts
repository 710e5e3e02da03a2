/** Strangers and limited members who wait for a word, with the buttons that say it. */
import { type Html, html } from '../html.ts';
import { type Action, actions, type PortalFrame, portalPage, timeWords } from './frame.ts';
import { words } from './words.ts';

export interface WaitingView {
  strangers: readonly { key: string; from: string; member: string; stanzas: number; sinceMs: number }[];
  requests: readonly { key: string; member: string; contact: string; direction: 'in' | 'out'; atMs: number }[];
  nodes: { held: string; requests: string; approvals: string };
}

const said = words.waiting;

export function waitingPage(frame: PortalFrame, { strangers, requests, nodes }: WaitingView): Html {
  return portalPage(
    frame,
    words.sections.waiting,
    html`
<p class="lead">${said.about}</p>
<section class="card">
<h2>${said.strangers}</h2>
<p>${strangers.length === 0 ? said.noStrangers : said.strangersHelp}</p>
<ul class="entries">${strangers.map(({ key, from, member, stanzas, sinceMs }) => {
      const about = said.stranger(from, member);
      return entry(frame, about, said.stanzas(stanzas, timeWords(sinceMs)), [
        verdict(nodes.held, said.accept, about, { people: key, verdict: 'accept' }, 'main'),
        verdict(nodes.held, said.refuse, about, { people: key, verdict: 'refuse' }),
      ]);
    })}</ul>
</section>
<section class="card">
<h2>${said.requests}</h2>
${requests.length === 0 ? html`<p>${said.noRequests}</p>` : ''}
<ul class="entries">${requests.map(({ key, member, contact, direction, atMs }) => {
      const about = direction === 'out' ? said.asksOut(member, contact) : said.asksIn(member, contact);
      return entry(frame, about, said.since(timeWords(atMs)), [
        verdict(nodes.requests, said.accept, about, { requests: key, verdict: 'approve' }, 'main'),
        verdict(nodes.requests, said.refuse, about, { requests: key, verdict: 'refuse' }),
      ]);
    })}</ul>
${actions(frame, [{ node: nodes.approvals, label: said.approvals }])}
</section>
<p class="quiet">${words.utc}</p>`,
  );
}

function verdict(
  node: string,
  label: string,
  about: string,
  values: Readonly<Record<string, string>>,
  tone: Action['tone'] & string = 'quiet',
): Action {
  return { node, label, about, values, forms: 1, tone };
}

/** One thing in a list: what it is, a quiet line, and what can be done. */
export function entry(frame: PortalFrame, title: string | Html, detail: string | Html, all: readonly Action[]): Html {
  return html`<li><div><strong>${title}</strong><span>${detail}</span></div>${all.length === 0 ? '' : actions(frame, all)}</li>
`;
}
