/** What every page has: head, mark, foot. */
import { type Html, html } from './html.ts';
import { words } from './words.ts';

export interface Frame {
  title: string;
  domain: string;
  body: Html;
  /** A script of our own for this page; all pages but the panel's work without any. */
  script?: string;
  /** One more class for the page's `main`. */
  kind: string;
}

export function layout({ title, domain, body, script, kind }: Frame): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${title} · ${domain}</title>
<link rel="icon" href="/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/style.css">
${script === undefined ? '' : html`<script src="${script}" defer></script>`}
</head>
<body>
<header><a class="mark" href="/">${ghost()}<span>${domain}</span></a></header>
<main class="${kind}">
${body}
</main>
<footer>${words.product} · ${words.tagline}</footer>
</body>
</html>
`;
}

/** The mark, in pixels as on the panel. The same picture is served as /icon.svg. */
const GHOST = ['..####..', '.######.', '##.##.##', '##.##.##', '########', '########', '########', '#.##.##.'];

function ghost(): Html {
  return html`<svg class="ghost" viewBox="0 0 8 8" aria-hidden="true" shape-rendering="crispEdges"><path fill="currentColor" d="${ghostPath()}"/></svg>`;
}

export function icon(): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-2 -2 12 12" shape-rendering="crispEdges"><rect x="-2" y="-2" width="12" height="12" rx="2" fill="#0f1b24"/><path fill="#d8f1ff" d="${ghostPath()}"/></svg>`;
}

function ghostPath(): string {
  return GHOST.flatMap((row, y) => [...row].map((pixel, x) => (pixel === '#' ? `M${x} ${y}h1v1h-1z` : ''))).join('');
}
