/** XEP-0480 over a real stream: the task, the keys that come of it, and what is no answer to it. */
import { createHash, pbkdf2Sync } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Accounts } from '../../../../xmpp/access/accounts.ts';
import type { Credential } from '../../../../xmpp/store/model.ts';
import { deriveKeys } from '../../../../xmpp/stream/sasl/scram-keys.ts';
import { TestClient } from '../client.ts';
import { type Rig, startRig } from '../rig.ts';

const SALT = Buffer.from('sixteen bytes of');
const NS = "xmlns='urn:xmpp:sasl:2'";
const plain = Buffer.from('\0juliet\0R0m30').toString('base64');
const authenticate = (inner: string) =>
  `<authenticate ${NS} mechanism='PLAIN'><initial-response>${plain}</initial-response>${inner}</authenticate>`;
const WANTED = "<upgrade xmlns='urn:xmpp:sasl:upgrade:0'>UPGR-SCRAM-SHA-512</upgrade>";

let rig: Rig;
let client: TestClient;
let added: Credential[];
let features: string;

beforeEach(async () => {
  rig = await startRig({ directTls: true });
  added = [];
  Object.assign(rig.host.accounts, {
    hashes: {
      offers: (hash: string) => hash !== 'SHA-512',
      upgrades: () => ['SHA-512'],
      lacks: () => added.length === 0,
      newSalt: () => ({ salt: SALT, iterations: 16 }),
      add: async (_: unknown, credential: Credential) => added.push(credential),
    },
  } as unknown as Accounts);
  client = await TestClient.connectTls(rig.port);
  features = await client.open();
});
afterEach(() => rig.stop());

async function task(answer: string): Promise<string> {
  client.send(authenticate(WANTED));
  expect(await client.until('</continue>')).toContain('<tasks><task>UPGR-SCRAM-SHA-512</task></tasks>');
  client.send(`<next ${NS} task='UPGR-SCRAM-SHA-512'/>`);
  const asked = await client.until('</task-data>');
  expect(asked).toContain(`<salt xmlns='urn:xmpp:scram-upgrade:0' iterations='16'>${SALT.toString('base64')}</salt>`);
  client.send(answer);
  return client.until(/<\/(success|failure)>/);
}

const hash = (data: Buffer) =>
  `<task-data ${NS}><hash xmlns='urn:xmpp:scram-upgrade:0'>${data.toString('base64')}</hash></task-data>`;

describe('an upgrade', () => {
  test('is offered in place of the mechanism that an account lacks', () => {
    expect(features).toContain("<upgrade xmlns='urn:xmpp:sasl:upgrade:0'>UPGR-SCRAM-SHA-512</upgrade>");
    expect(features).not.toContain('<mechanism>SCRAM-SHA-512');
  });

  test('makes of the salted password the keys that the password itself would make', async () => {
    const salted = pbkdf2Sync('R0m30', SALT, 16, 64, 'sha512');
    expect(await task(hash(salted))).toContain(
      '<authorization-identifier>juliet@example.test</authorization-identifier>',
    );
    expect(added).toEqual([await deriveKeys('R0m30', 'SHA-512', SALT, 16)]);
  });

  test.each([
    ['a hash of another length', hash(createHash('sha256').digest()), 'malformed-request'],
    ['no hash', `<task-data ${NS}/>`, 'malformed-request'],
    ['something else', `<response ${NS}>AAAA</response>`, 'malformed-request'],
    ['an end', `<abort ${NS}/>`, 'aborted'],
  ])('takes nothing of %s, and nobody is logged in', async (_, answer, condition) => {
    expect(await task(answer)).toContain(`<${condition} `);
    expect(added).toEqual([]);
    client.send("<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>");
    expect(await client.rest()).toContain('<not-authorized');
  });

  test('is not asked for where the account has it, or where the client did not say that it can', async () => {
    client.send(authenticate(''));
    expect(await client.until('</success>')).not.toContain('<continue');
    added.push(await deriveKeys('R0m30', 'SHA-512', SALT, 16));
    const second = await TestClient.connectTls(rig.port);
    await second.open();
    second.send(authenticate(WANTED));
    expect(await second.until('</success>')).not.toContain('<continue');
  });
});
