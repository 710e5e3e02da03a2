/** Converse.js on a site of its own, as somebody else would serve it, and what people do in it. */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BrowserContext, Page } from 'playwright-core';

const DIST = dirname(fileURLToPath(import.meta.resolve('converse.js')));
const TYPES: Record<string, string> = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
  '.svg': 'image/svg+xml',
};

const page = (settings: object) => `<!DOCTYPE html>
<meta charset="utf-8"><title>Converse</title>
<link rel="stylesheet" href="dist/converse.min.css">
<body class="converse-fullscreen">
<script type="module" src="dist/converse.min.js"></script>
<script type="module">
  // What a page may do with Converse's own interface is a plugin's.
  converse.plugins.add('test', { initialize() { window.api = this._converse.api; } });
  converse.initialize(${JSON.stringify({ ...SETTINGS, ...settings })});
</script>`;

const SETTINGS = {
  view_mode: 'fullscreen',
  assets_path: '/dist/',
  whitelisted_plugins: ['test'],
  authentication: 'login',
  auto_login: true,
  discover_connection_methods: false,
  enable_smacks: true,
  i18n: 'en',
  loglevel: 'warn',
  notify_all_room_messages: false,
  play_sounds: false,
  show_desktop_notifications: false,
  muc_nickname_from_jid: true,
};

export interface Site {
  url: string;
  stop(): Promise<void>;
}

export async function serveConverse(): Promise<Site> {
  const server = createServer(async ({ url = '/' }, response) => {
    const { pathname, searchParams } = new URL(url, 'http://localhost');
    try {
      if (pathname === '/') {
        response.setHeader('Content-Type', 'text/html');
        response.end(page(JSON.parse(searchParams.get('settings') ?? '{}') as object));
      } else {
        const file = await readFile(join(DIST, normalize(pathname).replace(/^\/dist\//, '/')));
        response.setHeader('Content-Type', TYPES[extname(pathname)] ?? 'application/octet-stream');
        response.end(file);
      }
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}/`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Somebody at Converse, logged in. */
export class Converse {
  readonly #page: Page;

  private constructor(page: Page) {
    this.#page = page;
  }

  static async open(context: BrowserContext, { url }: Site, settings: object): Promise<Converse> {
    const page = await context.newPage();
    await page.goto(`${url}?settings=${encodeURIComponent(JSON.stringify(settings))}`);
    await page.waitForFunction('window.api?.connection?.connected()');
    // Its keys are published by then, for others to find when they open a chat.
    await page.evaluate("api.waitUntil('OMEMOInitialized').then(() => undefined)");
    await page.locator('converse-rosterview, converse-controlbox').first().waitFor({ state: 'attached' });
    return new Converse(page);
  }

  async openChat(jid: string): Promise<void> {
    await this.#page.evaluate(`api.chats.open(${JSON.stringify(jid)}, {}, true).then(() => undefined)`);
    await this.#box(jid).locator('textarea.chat-textarea').waitFor();
  }

  async enterRoom(jid: string): Promise<void> {
    await this.#page.evaluate(`api.rooms.open(${JSON.stringify(jid)}, {}, true).then(() => undefined)`);
    await this.#box(jid).locator('textarea.chat-textarea').waitFor();
  }

  async say(jid: string, text: string): Promise<void> {
    const field = this.#box(jid).locator('textarea.chat-textarea');
    await field.fill(text);
    await field.press('Enter');
  }

  async hears(jid: string, text: string): Promise<void> {
    await this.#box(jid).locator('.chat-msg__text', { hasText: text }).first().waitFor();
  }

  async sendPicture(jid: string, name: string, picture: Buffer): Promise<void> {
    const input = this.#box(jid).locator('input.fileupload');
    await input.setInputFiles({ name, mimeType: 'image/png', buffer: picture });
  }

  /** Waits until the picture is there, with all its pixels. */
  async seesPicture(jid: string, widthPx: number): Promise<void> {
    const image = this.#box(jid).locator('img.chat-image').first();
    await image.waitFor();
    await image.evaluate((img) => (img as unknown as { decode(): Promise<void> }).decode());
    const width = await image.evaluate((img) => (img as unknown as { naturalWidth: number }).naturalWidth);
    if (width !== widthPx) throw new Error(`a picture ${width} pixels wide`);
  }

  async encrypt(jid: string): Promise<void> {
    const lock = this.#box(jid).locator('.toggle-omemo[data-disabled="false"]');
    await lock.click();
    await this.#box(jid).locator('.toggle-omemo .fa-lock').waitFor();
  }

  #box(jid: string) {
    return this.#page.locator(`converse-chat[jid="${jid}"], converse-muc[jid="${jid}"]`).first();
  }
}
