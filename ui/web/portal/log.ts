/** The record of administrative acts. */
import { type Html, html } from '../html.ts';
import { type PortalFrame, pathOf, portalPage, time } from './frame.ts';
import { words } from './words.ts';

export interface ActView {
  atMs: number;
  who: string;
  /** '' for the box itself. */
  from: string;
  what: string;
  about: string;
}

export interface LogView {
  /** Newest first. */
  acts: readonly ActView[];
  /** It does not begin with the newest. */
  later: boolean;
  /** From where it goes on; undefined at its end. */
  before: string | undefined;
}

const said = words.log;

export function logPage(frame: PortalFrame, { acts, later, before }: LogView): Html {
  const ways = [
    ...(later ? [html`<a href="${pathOf('log')}">${said.newest}</a>`] : []),
    ...(before === undefined ? [] : [html`<a href="${pathOf('log')}?before=${before}" rel="next">${said.older}</a>`]),
  ];
  return portalPage(
    frame,
    words.sections.log,
    html`
<p class="lead">${said.about}</p>
<section class="card">${actList(acts)}</section>
${ways.length === 0 ? '' : html`<p class="pages">${ways}</p>`}
<p class="quiet">${words.utc}</p>`,
  );
}

export function actList(acts: readonly ActView[]): Html {
  if (acts.length === 0) return html`<p>${said.none}</p>`;
  return html`<ol class="entries">${acts.map(
    ({
      atMs,
      who,
      from,
      what,
      about,
    }) => html`<li><div><strong>${what}${about === '' ? '' : html`: ${about}`}</strong><span>${who}${from === '' ? '' : ` ${said.from(from)}`} · ${time(atMs)}</span></div></li>
`,
  )}</ol>`;
}
