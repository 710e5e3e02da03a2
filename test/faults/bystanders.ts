/** Members who go on as ever while somebody else means harm. */
import { type ClientRequest, get, type IncomingMessage } from 'node:http';
import { get as getSecurely } from 'node:https';
import { expect } from 'vitest';
import type { Box, BoxAccount } from '../kit/box.ts';
import { type Security, Wire } from '../kit/wire.ts';
import { bodyOf } from './archive.ts';

/** What they put up with: that it takes long is no failure here. */
const PATIENCE_MS = 20_000;

export class Bystanders {
  readonly #box: Box;
  readonly #members: readonly [BoxAccount, BoxAccount];
  readonly #talking: readonly [Wire, Wire];
  #words = 0;

  private constructor(box: Box, members: readonly [BoxAccount, BoxAccount], talking: readonly [Wire, Wire]) {
    this.#box = box;
    this.#members = members;
    this.#talking = talking;
  }

  /** Two members who are in a conversation already. */
  static async of(box: Box, members: readonly [BoxAccount, BoxAccount]): Promise<Bystanders> {
    const [one, other] = members;
    return new Bystanders(box, members, [await login(box, one, 'plain'), await login(box, other, 'tls')]);
  }

  /** They talk; both log in anew by each port, one from where he has never been; pages are there. */
  async goOn(): Promise<void> {
    await this.#exchange();
    for (const member of this.#members) {
      for (const security of ['plain', 'starttls', 'tls'] as const)
        await comeAndGo(await login(this.#box, member, security));
    }
    const { https, http } = this.#box.ports;
    await comeAndGo(await login(this.#box, this.#members[0], 'tls', { port: https }));
    await comeAndGo(await login(this.#box, this.#members[1], 'tls', { port: https, localAddress: '127.0.0.77' }));
    // Somebody else each time: one address has so many pages a second, and a quiet machine goes round often.
    const visitor = {
      host: '127.0.0.1',
      localAddress: `127.0.3.${(this.#words % 250) + 1}`,
      agent: false,
      signal: AbortSignal.timeout(PATIENCE_MS),
    };
    expect(await pageStatus((told) => get({ ...visitor, port: http }, told))).toBe(200);
    const secure = { ...visitor, port: https, rejectUnauthorized: false };
    expect(await pageStatus((told) => getSecurely(secure, told))).toBe(200);
    await this.#exchange();
  }

  async #exchange(): Promise<void> {
    const [one, other] = this.#talking;
    for (const [from, to] of [
      [one, other],
      [other, one],
    ] as const) {
      this.#words += 1;
      const word = `word ${this.#words}`;
      from.write(`<message to='${to.jid}' type='chat'><body>${word}</body></message>`);
      await to.element((node) => bodyOf(node) === word, word);
    }
  }
}

function login(
  box: Box,
  { local, password }: BoxAccount,
  security: Security,
  place: { port?: number; localAddress?: string } = {},
): Promise<Wire> {
  return Wire.login({ ...box.reach(security), patienceMs: PATIENCE_MS, ...place, local, password });
}

async function comeAndGo(wire: Wire): Promise<void> {
  await wire.query("<iq type='get' id='ping'><ping xmlns='urn:xmpp:ping'/></iq>", 'ping');
  await wire.close();
}

const pageStatus = (ask: (told: (answer: IncomingMessage) => void) => ClientRequest) =>
  new Promise<number | undefined>((resolve, reject) => {
    ask((answer) => resolve(answer.resume().statusCode)).on('error', reject);
  });
