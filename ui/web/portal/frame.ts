/** What the pages of the portal have in common: the menu, who is logged in, what was just done, and buttons that begin a command. */
import { type Html, html } from '../html.ts';
import { layout } from '../layout.ts';
import { words } from './words.ts';

export const SECTIONS = Object.keys(words.sections) as Section[];
export type Section = keyof typeof words.sections;

export interface Flash {
  type: 'info' | 'warn' | 'error';
  text: string;
}

export interface PortalFrame {
  domain: string;
  /** The address of who is logged in. */
  who: string;
  /** In every form that changes something. */
  csrf: string;
  here: Section;
  /** Of this page: where a command that is over leads back to. */
  path: string;
  /** How many wait for an administrator. */
  waiting: number;
  flash?: Flash | undefined;
}

export const pathOf = (section: Section) => (section === 'overview' ? '/portal' : `/portal/${section}`);

export function portalPage(frame: PortalFrame, title: string, body: Html): Html {
  return layout({
    title,
    domain: frame.domain,
    kind: 'portal',
    body: html`
<div class="portal-frame">
<nav class="menu" aria-label="${words.menu}">
<ul>${SECTIONS.map((section) => menuItem(frame, section))}</ul>
<div class="who"><span>${words.loggedIn(frame.who)}</span>
<form method="post" action="/portal/logout">${token(frame)}<button class="small">${words.logout}</button></form></div>
</nav>
<div class="portal-body">
<h1>${title}</h1>
${note(frame.flash)}
${body}
</div>
</div>`,
  });
}

function menuItem({ here, waiting }: PortalFrame, section: Section): Html {
  const count = section === 'waiting' && waiting > 0 ? html` <strong class="count">${String(waiting)}</strong>` : '';
  const current = section === here ? html` aria-current="page"` : '';
  return html`<li><a href="${pathOf(section)}"${current}>${words.sections[section]}${count}</a></li>`;
}

export function note(flash: Flash | undefined): Html | '' {
  if (!flash) return '';
  return flash.type === 'error'
    ? html`<p class="problem" role="alert">${flash.text}</p>`
    : html`<p class="note" role="status">${flash.text}</p>`;
}

export const token = ({ csrf }: Pick<PortalFrame, 'csrf'>): Html =>
  html`<input type="hidden" name="csrf" value="${csrf}">`;

/** A button that begins a command. */
export interface Action {
  node: string;
  label: string;
  /** What is known of its fields already. */
  values?: Readonly<Record<string, string>>;
  /** How many of its forms are sent in with them at once, unseen. */
  forms?: number;
  tone?: 'main' | 'quiet' | 'danger';
  /** For those who do not see what it stands beside. */
  about?: string;
}

export function action(
  frame: PortalFrame,
  { node, label, values = {}, forms = 0, tone = 'quiet', about }: Action,
): Html {
  const named = about === undefined ? '' : html` aria-label="${label}: ${about}"`;
  return html`<form class="act" method="post" action="/portal/do">${token(frame)}<input type="hidden" name="node" value="${node}"><input type="hidden" name="back" value="${frame.path}"><input type="hidden" name="forms" value="${String(forms)}">${Object.entries(values).map(([name, value]) => html`<input type="hidden" name="f.${name}" value="${value}">`)}<button class="small ${tone}"${named}>${label}</button></form>`;
}

export const actions = (frame: PortalFrame, all: readonly Action[]): Html =>
  html`<div class="acts">${all.map((one) => action(frame, one))}</div>`;

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const pad = (value: number) => String(value).padStart(2, '0');

/** `1 Jun 2026, 12:00` (UTC) */
export function timeWords(ms: number): string {
  const date = new Date(ms);
  const day = `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
  return `${day}, ${pad(date.getUTCHours())}:${pad(date.getUTCMinutes())}`;
}

export const time = (ms: number): Html => html`<time datetime="${new Date(ms).toISOString()}">${timeWords(ms)}</time>`;
