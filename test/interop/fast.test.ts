/** FAST by a client of our own (test/kit/fast.ts): each mechanism, what a token is bound to, and what guessing costs. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Box, type BoxAccount } from '../kit/box.ts';
import { type FastOptions, fastLogin, type Token, type TokenMechanism } from '../kit/fast.ts';
import { Wire } from '../kit/wire.ts';

const AGENT = 'd4565fa7-4d72-4749-b3d3-740edbf87770';

describe('FAST', () => {
  let box: Box;
  let alice: BoxAccount;

  beforeAll(async () => {
    box = await Box.start({ 'listen.allow_plain_loopback': false });
    alice = await box.addAccount('alice');
  });
  afterAll(() => box.dispose());

  async function login(options: Partial<FastOptions>): Promise<Token | undefined> {
    const { wire, token } = await fastLogin({ ...box.reach('tls'), local: alice.local, agent: AGENT, ...options });
    expect(wire.jid).toContain(`${alice.jid}/`);
    await wire.close();
    return token;
  }

  async function newToken(wants: TokenMechanism): Promise<Token> {
    const token = await login({ password: alice.password, wants });
    if (!token) throw new Error('no token');
    return token;
  }

  test.each(['HT-SHA-256-NONE', 'HT-SHA-256-EXPR', 'HT-SHA-256-ENDP'] as const)('logs in by %s', async (mechanism) => {
    const token = await newToken(mechanism);
    expect(await login({ token, count: 1 })).toBeUndefined();
    expect(await login({ token, count: 2 })).toBeUndefined();
    await expect(login({ token, count: 2 })).rejects.toThrow('not-authorized');
  });

  test('a token of a bound mechanism is not good for the one that is not bound', async () => {
    const token = await newToken('HT-SHA-256-EXPR');
    await expect(login({ token: { ...token, mechanism: 'HT-SHA-256-NONE' } })).rejects.toThrow('not-authorized');
    expect(await login({ token, wants: 'HT-SHA-256-ENDP' })).toMatchObject({ mechanism: 'HT-SHA-256-ENDP' });
  });

  test('guessing is slowed and ended as with passwords', async () => {
    const options = { ...box.reach('tls'), localAddress: '127.0.0.77' };
    const wire = await Wire.open(options);
    await wire.openStream();
    const guess = `<authenticate xmlns='urn:xmpp:sasl:2' mechanism='HT-SHA-256-NONE'><initial-response>${Buffer.from(
      `${alice.local}\0${'x'.repeat(32)}`,
    ).toString('base64')}</initial-response><user-agent id='${AGENT}'/><fast xmlns='urn:xmpp:fast:0'/></authenticate>`;
    for (let i = 0; i < 6; i += 1) wire.write(guess);
    const failures: string[] = [];
    for (;;) {
      const arrival = await wire.next(10_000);
      if (arrival?.kind !== 'element') break;
      failures.push(arrival.node.name);
    }
    expect(failures).toEqual(['failure', 'failure', 'failure', 'failure', 'failure', 'error']);
    await wire.gone();
  });
});
