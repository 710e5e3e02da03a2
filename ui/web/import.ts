/** Where a member brings a file with what they had elsewhere. */
import { type Html, html } from './html.ts';
import { layout } from './layout.ts';
import { words } from './words.ts';

const { import: said } = words;

/** @param address of the account that the file goes to */
export function importPage(address: string): Html {
  return layout({
    title: said.title,
    domain: address.slice(address.indexOf('@') + 1),
    kind: 'home',
    script: '/import.js',
    body: html`
<section class="intro">
<h1>${said.title}</h1>
<p class="lead">${said.about(address)}</p>
</section>
<section class="card">
<form id="import" data-sending="${said.sending}" data-lost="${said.lost}">
<label for="file">${said.file}</label>
<input id="file" type="file" accept=".xml,application/xml,text/xml" required>
<button class="button">${said.go}</button>
</form>
<p class="hint">${said.help}</p>
<noscript><p class="problem">${said.noScript}</p></noscript>
</section>
<pre id="told" role="status"></pre>`,
  });
}

/** Sends the file as it is: the box reads it while it comes. */
export const importScript = `'use strict';
const form = document.getElementById('import');
const told = document.getElementById('told');
form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const file = document.getElementById('file').files[0];
  form.querySelector('button').disabled = true;
  told.textContent = form.dataset.sending;
  try {
    const answer = await fetch(location.pathname, { method: 'PUT', body: file });
    told.textContent = await answer.text();
  } catch {
    told.textContent = form.dataset.lost;
  }
});
`;
