/** The box's first page: what it is, and a field for the code. */
import { type Html, html } from './html.ts';
import { layout } from './layout.ts';
import { words } from './words.ts';

const { home, missing } = words;

export interface HomeView {
  domain: string;
  /** How it is reached besides. */
  also?: readonly string[];
  problem?: string;
}

export function homePage({ domain, also = [], problem }: HomeView): Html {
  return layout({
    title: home.title,
    domain,
    kind: 'home',
    body: html`
<section class="intro">
<h1>${home.title}</h1>
<p class="lead">${home.about(domain)}</p>
${alsoAt(also)}
</section>
<div class="ways">
<section class="card code">
<h2>${home.typeTitle}</h2>
<p>${home.typeHelp}</p>
<form method="get" action="/j">
<label for="code">${home.code}</label>
<input id="code" name="code" required maxlength="64" placeholder="ABCD EFGH" autocomplete="off" autocapitalize="characters" autocorrect="off" spellcheck="false"${problem ? html` aria-invalid="true" aria-describedby="code-problem"` : ''}>
${problem ? html`<p class="problem" id="code-problem" role="alert">${problem}</p>` : ''}
<button class="button">${home.go}</button>
</form>
</section>
<section class="card how">
<h2>${home.howTitle}</h2>
<ul>${home.how.map((line) => html`<li>${line}</li>`)}</ul>
</section>
</div>
<p class="quiet aside"><a href="/portal">${home.portal}</a></p>`,
  });
}

/** So that people know where to go when one address is gone. */
export function alsoAt(addresses: readonly string[]): Html | '' {
  return addresses.length === 0 ? '' : html`<p class="quiet">${words.alsoAt} ${addresses.join(', ')}</p>`;
}

export function missingPage(domain: string): Html {
  return notice(domain, missing.title, missing.about, missing.home);
}

/** A page that only says something, and leads home. */
export function notice(domain: string, title: string, about: string, home: string): Html {
  return layout({
    title,
    domain,
    kind: 'notice',
    body: html`
<section class="intro">
<h1>${title}</h1>
<p class="lead">${about}</p>
<p><a class="button" href="/">${home}</a></p>
</section>`,
  });
}
