/** After the account is made: what to type into any app. */
import { platformOf } from './apps.ts';
import { alsoAt } from './home.ts';
import { type Html, html } from './html.ts';
import { appList } from './landing.ts';
import { layout } from './layout.ts';
import { words } from './words.ts';

export interface WelcomeView {
  domain: string;
  /** How it is reached besides. */
  also: readonly string[];
  /** The localpart. */
  name: string;
  administrator: boolean;
  /** Where the administrator looks after this very server is at this address, too. */
  portal?: boolean;
  /** A host that this network can open, for apps that ask. */
  server: string;
  /** Ports; 0 where there is none. */
  c2s: number;
  c2sTls: number;
  /** `AB:CD:…`, of a certificate that the box made itself. */
  fingerprint: string | undefined;
  userAgent: string;
}

const { welcome } = words;

export function welcomePage(view: WelcomeView): Html {
  const { domain, name, fingerprint } = view;
  return layout({
    title: welcome.title(name),
    domain,
    kind: 'welcome',
    body: html`
<section class="intro">
<h1>${welcome.title(name)}</h1>
<p class="lead">${welcome.about}</p>
${view.administrator ? html`<p class="note">${welcome.administrator}${view.portal ? html` <a href="/portal">${welcome.portal}</a>` : ''}</p>` : ''}
</section>
<div class="ways">
<section class="card facts">
<dl>
<dt>${welcome.address}</dt><dd class="big">${name}@${domain}</dd>
<dt>${welcome.password}</dt><dd>${welcome.passwordIs}</dd>
<dt>${welcome.server} <span>${welcome.serverWhen}</span></dt><dd>${view.server}</dd>
${ports(view)}
</dl>
${alsoAt(view.also)}
</section>
<section class="card get">
<h2>${welcome.appsTitle}</h2>
${appList(platformOf(view.userAgent))}
</section>
${fingerprint ? html`<section class="card"><h2>${welcome.certificateTitle}</h2><p>${welcome.certificate}</p><p class="fingerprint">${fingerprint}</p></section>` : ''}
</div>`,
  });
}

function ports({ c2s, c2sTls }: WelcomeView): Html | string {
  if (c2s === 0 && c2sTls === 0) return '';
  const direct = c2s !== 0 && c2sTls !== 0 ? html` <span>${welcome.portDirect(c2sTls)}</span>` : '';
  return html`<dt>${welcome.port}</dt><dd>${c2s || c2sTls}${direct}</dd>`;
}
