/** An administrator looks after a server with a browser, on a phone: Debian's Chromium, the real box, nothing in between. */
import { type Browser, devices, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Box } from '../kit/box.ts';
import { Wire } from '../kit/wire.ts';
import { hasChromium, launchChromium } from './chromium.ts';

describe.runIf(hasChromium())('the portal in a browser', () => {
  let browser: Browser;
  let box: Box;
  let phone: Page;

  beforeAll(async () => {
    browser = await launchChromium();
    box = await Box.start({ 'access.mode': 'community' });
    await box.addAccount('root', 'the password of root', 'administrator');
    await box.addAccount('alice');
    phone = await (await browser.newContext({ ...devices['iPhone 13'], javaScriptEnabled: false })).newPage();
  });

  afterAll(async () => {
    await browser?.close();
    await box?.dispose();
  });

  const at = (section = '') => `http://127.0.0.1:${box.ports.http}/portal${section}`;
  /** Each page that is left was as wide as the phone. */
  const press = async (name: string | RegExp) => {
    await phone.getByRole('button', { name }).first().click();
    await phone.waitForLoadState();
    expect(await fitsItsWidth(phone), phone.url()).toBe(true);
  };

  test('logs in without JavaScript, and not with a wrong password', async () => {
    await phone.goto(at());
    await phone.getByLabel('Address').fill(`root@${box.domain}`);
    await phone.getByLabel('Password').fill('not the password');
    await press('Log in');
    await phone.getByRole('alert').getByText('is wrong').waitFor();
    expect(await phone.getByLabel('Address').inputValue()).toBe(`root@${box.domain}`);
    await phone.getByLabel('Password').fill('the password of root');
    await press('Log in');
    await phone.getByText(`You are root@${box.domain}`).waitFor();
    expect(phone.url()).toBe(at());
  });

  test('lets a stranger in', async () => {
    await box.ask(['server', 'add', 'club.test', '--mode', 'community']);
    await box.command('user add', { address: 'carol@club.test', password: 'the password of carol', role: 'member' });
    const carol = await Wire.login({
      ...box.reach(),
      domain: 'club.test',
      local: 'carol',
      password: 'the password of carol',
    });
    carol.write(`<message to='alice@${box.domain}' type='chat'><body>Hello from the club</body></message>`);
    await expect.poll(() => box.ask(['access', 'held'])).toHaveLength(1);
    await carol.close();

    await phone.goto(at());
    await phone.getByText('1 stranger waits for a member').waitFor();
    await phone.getByRole('link', { name: 'Look at it' }).click();
    await phone.getByText(`carol@club.test wants to reach alice@${box.domain}`).waitFor();
    expect(await phone.content()).not.toContain('Hello from the club');
    await press(/^Accept: carol@club\.test/);
    await phone.getByText('They can reach the member now.').waitFor();
    expect(await box.ask(['access', 'held'])).toEqual([]);
  });

  test('makes an invitation, with its address and QR code', async () => {
    await phone.getByRole('link', { name: 'Invitations' }).click();
    await press('New invitation');
    await phone.getByLabel('limited').check();
    await phone.getByLabel('For how many people').fill('2');
    await phone.getByLabel('Note for yourself').fill('for the neighbours');
    await press('Do it');
    await phone.getByRole('img', { name: 'QR code' }).waitFor();
    const [invitation] = (await box.ask(['invite', 'list'])) as { url: string }[];
    expect(invitation).toMatchObject({ role: 'limited', usesLeft: 2, note: 'for the neighbours' });
    expect(await phone.getByRole('link', { name: invitation?.url ?? '' }).count()).toBe(1);
  });

  test('changes the mode, having seen what that changes', async () => {
    await phone.getByRole('link', { name: 'Rules' }).click();
    await press('Change the mode');
    await phone.getByLabel(/^private:/).check();
    await press('Go on');
    await phone.getByText('Members may no longer let others make an account.').waitFor();
    expect(await box.ask(['access', 'show'])).toMatchObject({ mode: 'community' });
    await phone.getByLabel('Change it').check();
    await press('Do it');
    await phone.getByText('The mode is private.').waitFor();
    expect(await box.ask(['access', 'show'])).toMatchObject({ mode: 'private' });
  });

  test('sees all of it in the log, and is out when the role is gone', async () => {
    await phone.getByRole('link', { name: 'Log', exact: true }).click();
    const log = await phone.getByRole('listitem').allInnerTexts();
    const done = ['access mode', 'invite create', 'access accept', 'portal login'];
    const found = done.map((what) => log.findIndex((line) => line.startsWith(what)));
    expect(found.toSorted((one, other) => one - other)).toEqual(found);
    expect(found[0]).toBeGreaterThan(-1);
    expect(log[found[0] ?? 0]).toContain(`root@${box.domain} from 127.0.0.1, web`);

    await box.command('user role', { address: `alice@${box.domain}`, role: 'administrator' });
    await box.command('user role', { address: `root@${box.domain}`, role: 'member' });
    await phone.getByRole('link', { name: 'Members' }).click();
    await phone.getByRole('alert').getByText('Log in again').waitFor();
  });

  test('is there over https, where the cookie goes no other way', async () => {
    const context = await browser.newContext({ ignoreHTTPSErrors: true, javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(`https://127.0.0.1:${box.ports.https}/portal`);
    await page.getByLabel('Address').fill(`alice@${box.domain}`);
    await page.getByLabel('Password').fill('secret of alice');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByText(`You are alice@${box.domain}`).waitFor();
    expect(await context.cookies()).toMatchObject([
      { name: '__Secure-casp3r_portal', secure: true, httpOnly: true, sameSite: 'Strict', path: '/portal' },
    ]);
    await page.goto(at());
    await page.getByRole('button', { name: 'Log in' }).waitFor();
    await page.goto(`https://127.0.0.1:${box.ports.https}/portal`);
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByRole('button', { name: 'Log in' }).waitFor();
    expect(await context.cookies()).toEqual([]);
  });

  test('every page fits a phone and a desk', async () => {
    const sections = [
      '',
      '/waiting',
      '/members',
      '/members/alice',
      '/invitations',
      '/circles',
      '/rules',
      '/reports',
      '/servers',
      '/log',
      '/more',
    ];
    for (const viewport of [
      { width: 360, height: 740 },
      { width: 1280, height: 800 },
    ]) {
      const page = await (await browser.newContext({ viewport })).newPage();
      await page.goto(at());
      await page.getByLabel('Address').fill('alice');
      await page.getByLabel('Password').fill('secret of alice');
      await page.getByRole('button', { name: 'Log in' }).click();
      for (const section of sections) {
        await page.goto(at(section));
        expect(await fitsItsWidth(page), section).toBe(true);
      }
    }
  });
});

async function fitsItsWidth(page: Page): Promise<boolean> {
  return (await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')) as boolean;
}
