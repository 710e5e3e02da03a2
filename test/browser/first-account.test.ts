/** From the panel to an account, as a person does it in a browser: Debian's Chromium, the real box, nothing in between. */
import jsqr from 'jsqr';
import { type Browser, devices, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Box } from '../kit/box.ts';
import { hasChromium, launchChromium } from './chromium.ts';

describe.runIf(hasChromium())('in a browser', () => {
  let browser: Browser;
  let box: Box;

  beforeAll(async () => {
    browser = await launchChromium();
    box = await Box.start();
  });

  afterAll(async () => {
    await browser?.close();
    await box?.dispose();
  });

  test('the panel page presses PAIR, a phone scans, and the first account is the administrator', async () => {
    const desk = await browser.newPage();
    await desk.goto(`http://localhost:${box.ports.http}/panel`);
    await desk.getByRole('button', { name: 'PAIR' }).click();
    const address = await qrCode(desk);
    expect(address).toMatch(/^HTTP:\/\/[0-9.]+:\d+\/J\/[2-9A-Z]{8}$/);

    const phone = await (await browser.newContext(devices['Pixel 7'])).newPage();
    await phone.goto(address);
    expect(await fitsItsWidth(phone)).toBe(true);
    const app = phone.getByRole('link', { name: 'Open my app' });
    expect(await app.getAttribute('href')).toMatch(/^xmpp:box\.test\?register;preauth=[0-9A-F]{32}$/);

    await phone.getByLabel('Name').fill('alice');
    await phone.getByLabel('Password').fill('short');
    await phone.getByRole('button', { name: 'Make my account' }).click();
    await phone.getByRole('alert').waitFor();
    expect(await phone.getByLabel('Name').inputValue()).toBe('alice');

    await phone.getByLabel('Password').fill('long enough for anyone');
    await phone.getByRole('button', { name: 'Make my account' }).click();
    await phone.getByText('alice@box.test').first().waitFor();
    expect(await fitsItsWidth(phone)).toBe(true);
    expect(await box.ask(['user', 'list'])).toMatchObject([{ role: 'administrator' }]);

    const wire = await box.login({ local: 'alice', jid: 'alice@box.test', password: 'long enough for anyone' });
    await wire.close();
  });

  test('the panel page presses without JavaScript too', async () => {
    const desk = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
    await desk.goto(`http://localhost:${box.ports.http}/panel`);
    const [answer] = await Promise.all([
      desk.waitForResponse((response) => response.url().endsWith('/panel/press')),
      desk.getByRole('button', { name: 'PAGE' }).click(),
    ]);
    expect(answer.status()).toBe(303);
  });

  test('a code is good for one account only', async () => {
    const { url } = await box.invite();
    const [first, second] = [await browser.newPage(), await browser.newPage()];
    await Promise.all([first.goto(url), second.goto(url)]);
    for (const [page, name] of [
      [first, 'bob'],
      [second, 'mallory'],
    ] as const) {
      await page.getByLabel('Name').fill(name);
      await page.getByLabel('Password').fill('long enough for anyone');
    }
    await first.getByRole('button', { name: 'Make my account' }).click();
    await first.getByText('bob@box.test').first().waitFor();
    await second.getByRole('button', { name: 'Make my account' }).click();
    await second.waitForLoadState();
    expect(JSON.stringify(await box.ask(['user', 'list']))).not.toContain('mallory');
  });
});

/** Reads the code off the page's canvas as a camera would: lit box on dark glass, no inversion. Waits until it is there. */
async function qrCode(page: Page): Promise<string> {
  for (;;) {
    const { data, width, height } = (await page.evaluate(
      `(() => {
        const from = document.getElementById('glass');
        const to = new OffscreenCanvas(256, 128).getContext('2d');
        to.imageSmoothingEnabled = false;
        to.drawImage(from, 0, 0, 256, 128);
        return { data: [...to.getImageData(0, 0, 256, 128).data], width: 256, height: 128 };
      })()`,
    )) as { data: number[]; width: number; height: number };
    const found = jsqr.default(Uint8ClampedArray.from(data), width, height, { inversionAttempts: 'dontInvert' });
    if (found) return found.data;
    await page.evaluate(
      'new Promise((resolve) => new EventSource("/panel/events").addEventListener("message", resolve))',
    );
  }
}

async function fitsItsWidth(page: Page): Promise<boolean> {
  return (await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')) as boolean;
}
