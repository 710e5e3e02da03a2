/** A real server with its pages, and browsers that are somewhere, keep cookies and send the forms that they were shown. */
import { createApp } from '../../../firmware/http/app.ts';
import { Downloads } from '../../../firmware/http/downloads.ts';
import { Imports } from '../../../firmware/http/imports.ts';
import { Pairing } from '../../../firmware/pairing.ts';
import { systemRandom } from '../../../xmpp/clock.ts';
import type { PeerState } from '../../../xmpp/federation/status.ts';
import type { Account, Role } from '../../../xmpp/store/model.ts';
import { silentLog } from '../../xmpp/extensions/harness.ts';
import { openHome } from '../home.ts';

export const PASSWORD = 'long enough for anyone';

export interface Answer {
  status: number;
  location: string | null;
  headers: Headers;
  body: string;
}

interface From {
  address?: string;
  encrypted?: boolean;
  host?: string;
}

type Form = Record<string, string | string[]>;

/** @param peers what the box would say of other servers */
export async function openPortal(peers: readonly PeerState[] = []) {
  const home = await openHome();
  const { host, clock, server } = home;
  const app = createApp({
    hosts: () => server.hosts,
    portal: { logins: server.logins, federates: () => peers.length > 0, peers: () => peers },
    pairing: new Pairing({ invites: host.invites, clock, log: silentLog, onChange: () => {} }),
    panel: { frame: () => new Uint8Array(1024), onFrame: () => () => {}, press: () => {} },
    downloads: new Downloads(clock, systemRandom, (token) => `https://home.test/export/${token}`),
    imports: new Imports(clock, systemRandom, silentLog, (token) => `https://home.test/import/${token}`),
    clock,
    log: silentLog,
    ports: { c2s: 5222, c2sTls: 5223, http: 80, https: 443 },
    reachableHost: () => '127.0.0.1',
    streamUrls: () => undefined,
    fingerprint: () => undefined,
    onion: () => '',
  });
  const browser = (from: From = {}) => new Browser(app, from);
  const member = (local: string, role: Role = 'member'): Promise<Account> =>
    host.accounts.create({ local, password: PASSWORD, role, byOperator: true });
  /** In the portal of the first server, as its administrator. */
  const administrator = async (local = 'root') => {
    const account = host.accounts.find(local) ?? (await member(local, 'administrator'));
    const inside = browser();
    await inside.login(local);
    return { account, browser: inside };
  };
  /** All that is on its way to the disk counts. */
  const acts = async () => {
    await host.store.journal.commit();
    return host.acts.list(20).map(({ what, who, from, about }) => [what, who, from, about]);
  };
  return { ...home, browser, member, administrator, acts };
}

export class Browser {
  readonly #app: ReturnType<typeof createApp>;
  readonly #from: Required<From>;
  readonly cookies = new Map<string, string>();
  /** What it was shown last. */
  body = '';

  constructor(
    app: ReturnType<typeof createApp>,
    { address = '127.0.0.1', encrypted = false, host = 'home.test' }: From,
  ) {
    this.#app = app;
    this.#from = { address, encrypted, host };
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.#ask(path, { headers });
  }

  /** As a browser sends a form of a page of this origin. */
  post(path: string, form: Form, headers: Record<string, string> = {}): Promise<Answer> {
    const body = new URLSearchParams(
      Object.entries(form).flatMap(([name, value]) => [value].flat().map((one): [string, string] => [name, one])),
    );
    const origin = `${this.#from.encrypted ? 'https' : 'http'}://${this.#from.host}`;
    return this.#ask(path, { method: 'POST', body, headers: { Origin: origin, ...headers } });
  }

  login(address: string, password = PASSWORD): Promise<Answer> {
    return this.post('/portal/login', { address, password });
  }

  /** What the page that was shown last has in its forms. */
  hidden(name: string): string {
    return new RegExp(`name="${name}" value="([^"]*)"`).exec(this.body)?.[1] ?? '';
  }

  /** Presses a button that begins a command. */
  async begin(node: string, form: Form = {}, back = '/portal/more'): Promise<Answer> {
    await this.get(back);
    return this.post('/portal/do', { csrf: this.hidden('csrf'), node, back, ...form });
  }

  /** Sends in the form that it was shown. */
  step(form: Form, action = 'next'): Promise<Answer> {
    const names = ['csrf', 'node', 'session', 'stage', 'back'];
    const shown = Object.fromEntries(names.map((name) => [name, this.#shown(name)]));
    return this.post('/portal/step', { ...shown, action, ...form });
  }

  /** In the form of a command, which comes after those of the menu. */
  #shown(name: string): string {
    return [...this.body.matchAll(new RegExp(`name="${name}" value="([^"]*)"`, 'g'))].at(-1)?.[1] ?? '';
  }

  async #ask(path: string, init: RequestInit & { headers: Record<string, string> }): Promise<Answer> {
    const { address, encrypted, host } = this.#from;
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = new Headers({ ...init.headers, Host: host });
    if (init.body) headers.set('Content-Length', String(String(init.body).length));
    if (cookie !== '') headers.set('Cookie', cookie);
    const socket = { remoteAddress: address, ...(encrypted && { encrypted }) };
    const incoming = { socket, headers: Object.fromEntries(headers), httpVersion: '1.1' };
    const answer = await this.#app.request(path, { ...init, headers }, { incoming });
    for (const line of answer.headers.getSetCookie()) {
      const [pair = ''] = line.split(';');
      const [name = '', value = ''] = pair.split('=');
      if (/Max-Age=0/.test(line)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    const body = await answer.text();
    if (body !== '') this.body = body;
    return { status: answer.status, location: answer.headers.get('Location'), headers: answer.headers, body };
  }
}
