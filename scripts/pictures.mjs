// Makes the pictures of docs/ with the program itself: a box in a network of its own, with an address such as homes have.
// Run by `npm run pictures` on Linux as root, with Debian's chromium: it needs a network namespace.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const program = join(root, 'dist', 'firmware', 'cli', 'main.js');
const ANDROID =
  'Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36';
const images = join(root, 'docs', 'images');

if (process.argv[2] === 'inside') await inside();
else {
  const network =
    'ip link set lo up && ip link add home0 type veth peer name home1 && ip addr add 192.168.1.23/24 dev home0 && ip link set home0 up && ip link set home1 up';
  const self = `"${process.execPath}" "${fileURLToPath(import.meta.url)}" inside`;
  const done = spawnSync('unshare', ['--net', 'sh', '-c', `${network} && exec ${self}`], { stdio: 'inherit' });
  process.exitCode = done.status ?? 1;
}

async function inside() {
  const folder = mkdtempSync(join(tmpdir(), 'casp3r-pictures-'));
  const config = join(folder, 'casp3r.toml');
  writeFileSync(config, `data = "${join(folder, 'data')}"\n[listen]\nhttp = 80\nhttps = 443\n`);
  mkdirSync(images, { recursive: true });
  const box = spawn(process.execPath, [program, 'run', '--config', config], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    await ready(box);
    await story(config);
  } finally {
    box.kill('SIGTERM');
    await once(box, 'exit');
    rmSync(folder, { recursive: true });
  }
}

async function ready(box) {
  let log = '';
  for await (const chunk of box.stdout) {
    log += chunk;
    if (/\bready\b/.test(log)) break;
  }
  box.stdout.resume();
}

async function story(config) {
  const casp3r = (args, input) => {
    const done = spawnSync(process.execPath, [program, ...args, '--config', config], { encoding: 'utf8', input });
    if (done.status !== 0) throw new Error(`casp3r ${args.join(' ')}: ${done.stderr}`);
    return done.stdout;
  };
  const panel = (name) => casp3r(['panel', 'show', '--png', join(images, `panel-${name}.png`)]);
  const browser = await startBrowser();
  try {
    panel('empty');
    casp3r(['panel', 'press', 'pair']);
    panel('pairing');
    const { pairing } = JSON.parse(casp3r(['panel', 'show', '--json']));
    const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, userAgent: ANDROID };
    const page = await browser.newPage(phone);
    await page.goto(pairing.url);
    await page.screenshot({ path: join(images, 'landing.png'), fullPage: true });
    await page.fill('#name', 'alice');
    await page.fill('#password', 'correct horse battery');
    await page.click('button.button');
    await page.waitForLoadState();
    await page.screenshot({ path: join(images, 'welcome.png'), fullPage: true });
    panel('paired');
    casp3r(['user', 'add', 'bob@casp3r.local', '--password', '-'], 'another fine secret\n');
    const members = [await login('alice', 'correct horse battery'), await login('bob', 'another fine secret')];
    await say(members[0], members[1], 'bob@casp3r.local', 'Hello Bob, this is our own server.');
    casp3r(['panel', 'press', 'page']);
    for (const name of pagesSeen(casp3r)) panel(name);
    await Promise.all(members.map((member) => member.stop()));
    const desk = await browser.newPage({ viewport: { width: 900, height: 620 } });
    await desk.goto('http://localhost/panel');
    await desk.waitForTimeout(1000);
    await desk.screenshot({ path: join(images, 'panel-page.png') });
  } finally {
    await browser.close();
  }
}

/** Goes through the pages with PAGE until the first comes again. */
function* pagesSeen(casp3r) {
  const shown = () => JSON.parse(casp3r(['panel', 'show', '--json'])).page;
  const seen = new Set();
  for (let page = shown(); !seen.has(page); page = shown()) {
    seen.add(page);
    yield page;
    casp3r(['panel', 'press', 'page']);
  }
}

async function startBrowser() {
  const { chromium } = await import('playwright-core');
  const quiet = ['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'];
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [...quiet, '--no-sandbox', '--disable-component-update', '--disable-sync'],
  });
}

async function login(username, password) {
  const { client, xml } = await import('@xmpp/client');
  // The certificate is the box's own, made a moment ago, and the network has nobody else in it.
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
  const member = client({ service: 'xmpps://127.0.0.1:5223', domain: 'casp3r.local', username, password });
  // It derives its keys in JavaScript, within the two seconds that it gives the server to answer.
  member.timeout = 20_000;
  member.on('error', (error) => console.error(String(error)));
  await member.start();
  await member.send(xml('presence'));
  return member;
}

async function say(from, to, address, text) {
  const { xml } = await import('@xmpp/client');
  const received = new Promise((resolve) => {
    to.on('stanza', (stanza) => stanza.is('message') && stanza.getChild('body') && resolve());
  });
  await from.send(xml('message', { to: address, type: 'chat' }, xml('body', {}, text)));
  await received;
}
