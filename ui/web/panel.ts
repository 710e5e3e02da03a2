/** The panel in a browser: the picture of the glass and the box's buttons. */
import { type Html, html } from './html.ts';
import { layout } from './layout.ts';
import { words } from './words.ts';

const { panel } = words;

export function panelPage(domain: string): Html {
  return layout({
    title: panel.title,
    domain,
    kind: 'panel',
    script: '/panel.js',
    body: html`
<h1>${panel.title}</h1>
<div class="device">
<div class="glass"><canvas id="glass" width="128" height="64" role="img" aria-label="${panel.alt}"></canvas><noscript><img src="/panel.png" alt="${panel.alt}" width="512" height="256"></noscript></div>
<form class="buttons" method="post" action="/panel/press">
<button name="button" value="pair">${panel.pair}</button>
<button name="button" value="page">${panel.page}</button>
<button name="button" value="power">${panel.power}<small>${panel.powerHelp}</small></button>
</form>
</div>
<p class="quiet" id="state" data-live="${panel.live}" data-lost="${panel.lost}">${panel.about}</p>`,
  });
}

/**
 * Draws each frame that /panel/events tells (1024 bytes in page order, base64), and sends presses with how long they lasted.
 * Without it the form still presses, shortly.
 */
export const panelScript = `'use strict';
const glass = document.getElementById('glass').getContext('2d');
const state = document.getElementById('state');
const about = state.textContent;
const picture = glass.createImageData(128, 64);
const draw = (base64) => {
  const frame = atob(base64);
  for (let y = 0; y < 64; y++) {
    for (let x = 0; x < 128; x++) {
      const lit = (frame.charCodeAt((y >> 3) * 128 + x) >> (y & 7)) & 1;
      picture.data.set(lit ? [216, 241, 255, 255] : [5, 8, 12, 255], (y * 128 + x) * 4);
    }
  }
  glass.putImageData(picture, 0, 0);
};
const events = new EventSource('/panel/events');
events.onmessage = (event) => draw(event.data);
events.onopen = () => { state.textContent = about; state.classList.remove('problem'); };
events.onerror = () => { state.textContent = state.dataset.lost; state.classList.add('problem'); };
for (const button of document.querySelectorAll('.buttons button')) {
  let downMs = 0;
  const send = (heldMs) => fetch('/panel/press', {
    method: 'POST',
    body: new URLSearchParams({ button: button.value, held: String(Math.round(heldMs)) }),
  }).catch(() => events.onerror());
  button.addEventListener('pointerdown', (event) => { downMs = event.timeStamp; });
  button.addEventListener('click', (event) => {
    event.preventDefault();
    send(downMs ? event.timeStamp - downMs : 0);
    downMs = 0;
  });
}
`;
