/** Where an administrator logs in. */
import { type Html, html } from '../html.ts';
import { layout } from '../layout.ts';
import { words } from './words.ts';

export interface LoginView {
  domain: string;
  /** What was typed before. */
  address: string;
  /** Why it was not taken, or why it has to be done again. */
  problem?: string | undefined;
  /** This page over https, where it was opened without. */
  encryptedUrl?: string | undefined;
}

const { login } = words;

export function loginPage({ domain, address, problem, encryptedUrl }: LoginView): Html {
  return layout({
    title: words.title,
    domain,
    kind: 'home',
    body: html`
<section class="intro">
<h1>${words.title}</h1>
<p class="lead">${login.about(domain)}</p>
</section>
<div class="ways">
<section class="card">
<form method="post" action="/portal/login">
${problem === undefined ? '' : html`<p class="problem above" role="alert">${problem}</p>`}
<label for="address">${login.address}</label>
<input id="address" name="address" value="${address}" required maxlength="1000" placeholder="you@${domain}" autocomplete="username" autocapitalize="none" autocorrect="off" spellcheck="false" inputmode="email"${address === '' ? html` autofocus` : ''}>
<label for="password">${login.password}</label>
<input id="password" name="password" type="password" required maxlength="1000" autocomplete="current-password"${address === '' ? '' : html` autofocus`}>
<button class="button">${login.go}</button>
</form>
${encryptedUrl === undefined ? '' : html`<p class="hint">${login.plain} <a href="${encryptedUrl}">${login.encrypted}</a>. ${login.encryptedWhy}</p>`}
</section>
</div>`,
  });
}

/** For those whose password would travel in the clear over the Internet. */
export function onlyEncryptedPage(domain: string, encryptedUrl: string | undefined): Html {
  const { title, about } = login.onlyEncrypted;
  const way = html`<p><a class="button" href="${encryptedUrl ?? ''}">${login.encrypted}</a></p>`;
  return layout({
    title,
    domain,
    kind: 'notice',
    body: html`
<section class="intro">
<h1>${title}</h1>
<p class="lead">${about}</p>
${encryptedUrl === undefined ? '' : way}
</section>`,
  });
}
