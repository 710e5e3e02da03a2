import jsQR from 'jsqr';
import { describe, expect, it } from 'vitest';
import { APPS, platformOf, platformsFor } from '../../../ui/web/apps.ts';
import { homePage, missingPage } from '../../../ui/web/home.ts';
import { type Html, textOf } from '../../../ui/web/html.ts';
import { type LandingView, landingPage } from '../../../ui/web/landing.ts';
import { icon } from '../../../ui/web/layout.ts';
import { panelPage, panelScript } from '../../../ui/web/panel.ts';
import { qrSvg } from '../../../ui/web/qr-svg.ts';
import { style } from '../../../ui/web/style.ts';
import { welcomePage } from '../../../ui/web/welcome.ts';

const landing: LandingView = {
  domain: 'home.test',
  also: ['other.test'],
  uri: 'xmpp:home.test?register;preauth=0123456789ABCDEF0123456789ABCDEF',
  action: '/j/0123',
  expiresInMs: 30 * 60_000,
  userAgent: 'Mozilla/5.0 (Linux; Android 14)',
  encryptedUrl: undefined,
  makesAccount: true,
};
const welcome = {
  domain: 'home.test',
  also: ['other.test', 'abc.onion'],
  name: 'juliet',
  administrator: false,
  server: '192.168.1.7',
  c2s: 5222,
  c2sTls: 5223,
  fingerprint: 'AB:CD',
  userAgent: '',
};
const all: Record<string, Html> = {
  landing: landingPage(landing),
  'landing with a problem': landingPage({ ...landing, problem: { field: 'name', text: 'No.', name: 'x' } }),
  welcome: welcomePage(welcome),
  home: homePage({ domain: 'home.test', problem: 'No.' }),
  missing: missingPage('home.test'),
  panel: panelPage('home.test'),
};

describe('every page', () => {
  it.each(Object.entries(all))('%s is whole, and asks nothing of other machines', (_, view) => {
    const page = textOf(view);
    expect(page).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(page).toContain('name="viewport"');
    expect(page).not.toMatch(/\bundefined\b|\[object|NaN/);
    expect(page).not.toMatch(/ style=| on[a-z]+=|<script>|src="(?!\/)|<link[^>]*href="(?!\/)/);
    for (const [, tag] of page.matchAll(/<(section|div|form|ul|details|main|dl)\b/g))
      expect(page.split(`<${tag}`).length, tag).toBe(page.split(`</${tag}>`).length);
  });

  it.each(Object.entries(all))('%s has a label for each field and marks what is wrong', (_, view) => {
    const page = textOf(view);
    for (const [, id] of page.matchAll(/<input id="([^"]+)"/g)) expect(page).toContain(`<label for="${id}">`);
    for (const [, id] of page.matchAll(/aria-describedby="([^"]+)"/g)) expect(page).toContain(`id="${id}"`);
  });

  it('escapes whatever it is given', () => {
    const evil = '"><img src=x onerror=alert(1)>';
    const pages = [
      landingPage({ ...landing, domain: evil, uri: evil, action: evil, userAgent: evil, encryptedUrl: evil }),
      landingPage({ ...landing, problem: { field: 'form', text: evil, name: evil } }),
      welcomePage({ ...welcome, domain: evil, also: [evil], name: evil, server: evil, fingerprint: evil }),
      homePage({ domain: evil, problem: evil }),
    ];
    for (const page of pages.map(textOf)) expect(page).not.toContain('<img');
  });
});

it('who administers is shown where, on the page of that very server', () => {
  const link = 'href="/portal"';
  expect(textOf(welcomePage({ ...welcome, administrator: true, portal: true }))).toContain(link);
  expect(textOf(welcomePage({ ...welcome, administrator: true, portal: false }))).not.toContain(link);
  expect(textOf(welcomePage({ ...welcome, portal: true }))).not.toContain(link);
});

it('where else the accounts are reached stands on each page for people, and nowhere where there is nothing', () => {
  expect(textOf(welcomePage(welcome))).toContain('reached at: other.test, abc.onion');
  expect(textOf(landingPage(landing))).toContain('reached at: other.test');
  expect(textOf(homePage({ domain: 'home.test', also: ['other.test'] }))).toContain('reached at: other.test');
  expect(textOf(homePage({ domain: 'home.test' }))).not.toContain('reached at');
});

describe('the landing page', () => {
  it('leads with what fits the device', () => {
    expect(platformOf('Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X)')).toBe('ios');
    expect(platformOf('Mozilla/5.0 (Linux; Android 14)')).toBe('android');
    expect(platformOf('Mozilla/5.0 (Windows NT 10.0)')).toBe('windows');
    expect(platformOf('Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15)')).toBe('macos');
    expect(platformOf('Mozilla/5.0 (X11; Linux x86_64)')).toBe('linux');
    expect(platformsFor('Android').toSorted()).toEqual(Object.keys(APPS).toSorted());
    const page = textOf(all.landing as Html);
    for (const { name } of Object.values(APPS).flat()) expect(page).toContain(name);
    expect(page.indexOf('Conversations')).toBeLessThan(page.indexOf('Gajim'));
  });

  it('puts the form first when something was wrong with it, and keeps the name', () => {
    const page = textOf(all['landing with a problem'] as Html);
    expect(page.indexOf('Make my account here')).toBeLessThan(page.indexOf('I have an app'));
    expect(page).toContain('value="x"');
  });

  it('says how long the invitation is good', () => {
    const told = (ms: number) => /good for ([^,]+),/.exec(textOf(landingPage({ ...landing, expiresInMs: ms })))?.[1];
    expect([30_000, 30 * 60_000, 5 * 3_600_000, 7 * 86_400_000].map(told)).toEqual([
      '1 minute',
      '30 minutes',
      '5 hours',
      '7 days',
    ]);
  });
});

describe('the QR code', () => {
  it('reads as what it holds, dark on light with a quiet zone', () => {
    const svg = textOf(qrSvg(landing.uri, 'a <label>'));
    expect(svg).toContain('aria-label="a &lt;label&gt;"');
    const side = Number(/viewBox="0 0 (\d+)/.exec(svg)?.[1]);
    const scale = 4;
    const pixels = new Uint8ClampedArray((side * scale) ** 2 * 4).fill(255);
    for (const [, x, y, width] of svg.matchAll(/M(\d+) (\d+)h(\d+)v1/g))
      for (let row = Number(y) * scale; row < (Number(y) + 1) * scale; row++)
        for (let column = Number(x) * scale; column < (Number(x) + Number(width)) * scale; column++)
          pixels.fill(0, (row * side * scale + column) * 4, (row * side * scale + column) * 4 + 3);
    const read = jsQR.default(pixels, side * scale, side * scale, { inversionAttempts: 'dontInvert' });
    expect(read?.data).toBe(landing.uri);
  });
});

it('style, icon and script are whole', () => {
  expect(style.split('{').length).toBe(style.split('}').length);
  expect(style).not.toMatch(/url\(|@import/);
  expect(icon()).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
  expect(() => new Function(panelScript)).not.toThrow();
});

it('an invitation of a member for a contact alone says who invites and makes no account', () => {
  const page = textOf(landingPage({ ...landing, makesAccount: false, inviter: 'bob@casp3r.local' }));
  expect(page).toContain('bob@casp3r.local invites you');
  expect(page).not.toContain('<form');
});

it('an invitation for one name leaves no other', () => {
  expect(textOf(landingPage({ ...landing, name: 'carol' }))).toMatch(/value="carol" readonly/);
});
