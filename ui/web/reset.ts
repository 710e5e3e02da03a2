/** A forgotten password: the page that takes a new one, and the page that says that it is kept. */
import { type Html, html } from './html.ts';
import { layout } from './layout.ts';
import { words } from './words.ts';

export interface ResetView {
  domain: string;
  /** Of the member. */
  address: string;
  /** Where the form goes. */
  action: string;
  /** What was wrong with what was sent. */
  problem?: string;
}

const { reset } = words;

export function resetPage({ domain, address, action, problem }: ResetView): Html {
  const marks = problem === undefined ? '' : html` aria-invalid="true" aria-describedby="password-problem"`;
  return layout({
    title: reset.title,
    domain,
    kind: 'landing',
    body: html`
<section class="intro">
<h1>${reset.title}</h1>
<p class="lead">${reset.about(address)}</p>
</section>
<div class="ways">
<section class="card make">
<form method="post" action="${action}">
<input name="name" type="hidden" value="${address}" autocomplete="username">
<label for="password">${reset.password}</label>
<input id="password" name="password" type="password" required maxlength="200" autocomplete="new-password" autofocus${marks}>
${problem === undefined ? html`<p class="hint">${words.landing.passwordHelp}</p>` : html`<p class="problem" id="password-problem" role="alert">${problem}</p>`}
<button class="button">${reset.keep}</button>
</form>
</section>
</div>`,
  });
}

export function resetDonePage({ domain, address }: Pick<ResetView, 'domain' | 'address'>): Html {
  return layout({
    title: reset.doneTitle,
    domain,
    kind: 'landing',
    body: html`
<section class="intro">
<h1>${reset.doneTitle}</h1>
<p class="lead">${reset.done(address)}</p>
</section>`,
  });
}
