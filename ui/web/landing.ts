/** The page of an invitation: three ways on. It works on a phone and without JavaScript. */
import { APPS, type Platform, platformsFor } from './apps.ts';
import { alsoAt } from './home.ts';
import { type Html, html } from './html.ts';
import { layout } from './layout.ts';
import { qrSvg } from './qr-svg.ts';
import { words } from './words.ts';

export interface LandingView {
  domain: string;
  /** How it is reached besides. */
  also: readonly string[];
  /** What an app opens. */
  uri: string;
  /** Who invites, where a member does. */
  inviter?: string;
  /** An account can be made by it. Otherwise it is for those who have one elsewhere. */
  makesAccount: boolean;
  /** The name that the account must have. */
  name?: string;
  /** Where the form goes. */
  action: string;
  expiresInMs: number;
  userAgent: string;
  /** This page over https, where it was opened without. */
  encryptedUrl: string | undefined;
  /** What was wrong with the form that was sent, and what it held. */
  problem?: { field: 'name' | 'password' | 'form'; text: string; name: string };
}

const { landing } = words;

export function landingPage(view: LandingView): Html {
  const { domain } = view;
  return layout({
    title: landing.title,
    domain,
    kind: 'landing',
    body: html`
<section class="intro">
<h1>${landing.title}</h1>
<p class="lead">${view.makesAccount ? landing.about(domain) : landing.aboutContact}</p>
${view.inviter ? html`<p>${landing.from(view.inviter)}</p>` : ''}
${alsoAt(view.also)}
<p class="quiet">${(view.makesAccount ? landing.goodFor : landing.goodForContact)(lifetime(view.expiresInMs))}</p>
</section>
<div class="ways">
${cards(view)}
</div>`,
  });
}

function cards(view: LandingView): Html {
  if (!view.makesAccount) return html`${haveCard(view)}${getCard(view)}`;
  return view.problem
    ? html`${makeCard(view)}${haveCard(view)}${getCard(view)}`
    : html`${haveCard(view)}${getCard(view)}${makeCard(view)}`;
}

function haveCard({ uri, makesAccount }: LandingView): Html {
  return html`<section class="card have">
<h2>${landing.haveTitle}</h2>
<p>${makesAccount ? landing.haveHelp : landing.haveHelpContact}</p>
<a class="button" href="${uri}">${landing.haveButton}</a>
<div class="scan">${qrSvg(uri, landing.qrLabel)}<p><strong>${landing.otherDevice}</strong> ${landing.scan}</p></div>
</section>
`;
}

function getCard({ userAgent }: LandingView): Html {
  const [own, ...others] = platformsFor(userAgent);
  return html`<section class="card get">
<h2>${landing.getTitle}</h2>
<p>${landing.getHelp}</p>
${own ? appList(own) : ''}
<details><summary>${landing.others}</summary>${others.map(appList)}</details>
</section>
`;
}

export function appList(platform: Platform): Html {
  return html`<h3>${words.platforms[platform]}</h3>
<ul class="apps">${APPS[platform].map(
    ({ name, where, url }) =>
      html`<li><a href="${url}" rel="noreferrer noopener" target="_blank"><strong>${name}</strong><span>${where}</span></a></li>`,
  )}</ul>
`;
}

function makeCard({ domain, action, problem, encryptedUrl, name }: LandingView): Html {
  const told = (field: string) =>
    problem?.field === field ? html`<p class="problem" id="${field}-problem" role="alert">${problem.text}</p>` : '';
  const marks = (field: string) =>
    problem?.field === field ? html` aria-invalid="true" aria-describedby="${field}-problem" autofocus` : '';
  return html`<section class="card make" id="make">
<h2>${landing.makeTitle}</h2>
<p>${landing.makeHelp}</p>
<form method="post" action="${action}">
${told('form')}
<label for="name">${landing.name}</label>
<div class="address"><input id="name" name="name" value="${name ?? problem?.name ?? ''}"${name === undefined ? '' : html` readonly`} required maxlength="100" autocomplete="username" autocapitalize="none" autocorrect="off" spellcheck="false"${marks('name')}><span>@${domain}</span></div>
${told('name') || html`<p class="hint">${landing.nameHelp}</p>`}
<label for="password">${landing.password}</label>
<input id="password" name="password" type="password" required maxlength="200" autocomplete="new-password"${marks('password')}>
${told('password') || html`<p class="hint">${landing.passwordHelp}</p>`}
<button class="button">${landing.make}</button>
</form>
${encryptedUrl ? html`<p class="hint"><a href="${encryptedUrl}">${landing.encrypted}</a>. ${landing.encryptedWhy}</p>` : ''}
</section>
`;
}

function lifetime(ms: number): string {
  const minutes = Math.max(1, Math.ceil(ms / 60_000));
  return minutes > 60 * 48
    ? words.days(Math.floor(minutes / 1440))
    : minutes > 120
      ? words.hours(Math.floor(minutes / 60))
      : words.minutes(minutes);
}
