/** The SASL mechanisms, with channel binding over both ways to TLS, by a client written from the RFCs alone (test/kit/sasl.ts). */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Box, type BoxAccount } from '../kit/box.ts';
import { Wire } from '../kit/wire.ts';

describe('login', () => {
  let box: Box;
  let alice: BoxAccount;

  beforeAll(async () => {
    box = await Box.start({ 'listen.allow_plain_loopback': false });
    alice = await box.addAccount('alice', 'pencil, "=" and ☂');
  });
  afterAll(() => box.dispose());

  const mechanisms = [
    'SCRAM-SHA-1',
    'SCRAM-SHA-256',
    'SCRAM-SHA-1-PLUS',
    'SCRAM-SHA-256-PLUS',
    'SCRAM-SHA-512',
    'SCRAM-SHA-512-PLUS',
    'PLAIN',
  ] as const;
  const ways = ['starttls', 'tls'] as const;
  const cases = ways.flatMap((way) => mechanisms.map((mechanism) => ({ way, mechanism })));

  test.each(cases)('by $mechanism over $way', async ({ way, mechanism }) => {
    const ca = readFileSync(box.certificateFile, 'utf8');
    const wire = await Wire.login({ ...box.reach(way), ...alice, ca, mechanism, resource: 'home' });
    expect(wire.jid).toBe(`${alice.jid}/home`);
    await wire.close();
  });
});
