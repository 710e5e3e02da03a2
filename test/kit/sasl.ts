/** The client's half of SASL, written from RFC 4616, 5802, 7677, 9266 and draft-schmaus-kitten-sasl-ht and sharing nothing with the server's half. */
import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';

export type ScramMechanism = `SCRAM-SHA-${'1' | '256' | '512'}${'' | '-PLUS'}`;

const HASHES = { '1': ['sha1', 20], '256': ['sha256', 32], '512': ['sha512', 64] } as const;

const base64 = (text: string | Buffer) => Buffer.from(text).toString('base64');

export const plainResponse = (local: string, password: string) => base64(`\0${local}\0${password}`);

/** HT-SHA-256, the client's one message, in Base64. `binding`: for the mechanisms that are bound to a channel. */
export function hashedToken(local: string, token: string, binding: Buffer = Buffer.alloc(0)): string {
  const proof = createHmac('sha256', token).update('Initiator').update(binding).digest();
  return base64(Buffer.concat([Buffer.from(`${local}\0`), proof]));
}

/** What the server answers, in Base64, if it has the token too. */
export function hashedTokenAnswer(token: string, binding: Buffer = Buffer.alloc(0)): string {
  return createHmac('sha256', token).update('Responder').update(binding).digest('base64');
}

export interface ScramExchange {
  /** Base64 of the client's first message. */
  first: string;
  /** Base64 of the final message that answers the server's challenge, which is Base64 too. */
  answer(challenge: string): string;
  /** @throws Error where the server could not prove that it knows the password's key. */
  verify(success: string): void;
}

/** `binding`: the data of tls-exporter, for the -PLUS mechanisms. */
export function scram(mechanism: ScramMechanism, local: string, password: string, binding?: Buffer): ScramExchange {
  const [hash, length] = HASHES[(/\d+/.exec(mechanism)?.[0] ?? '1') as keyof typeof HASHES];
  const hmac = (key: Buffer, text: string) => createHmac(hash, key).update(text).digest();
  const header = binding ? 'p=tls-exporter,,' : 'n,,';
  const nonce = randomBytes(18).toString('base64');
  const bare = `n=${local.replaceAll('=', '=3D').replaceAll(',', '=2C')},r=${nonce}`;
  let expected = '';
  return {
    first: base64(header + bare),
    answer(challenge) {
      const serverFirst = Buffer.from(challenge, 'base64').toString();
      const field = (key: string) => new RegExp(`(?:^|,)${key}=([^,]*)`).exec(serverFirst)?.[1] ?? '';
      if (!field('r').startsWith(nonce)) throw new Error('the server did not keep our nonce');
      const salted = saltedPassword(password, field('s'), Number(field('i')), length, hash);
      const clientKey = hmac(salted, 'Client Key');
      const boundHeader = Buffer.concat([Buffer.from(header), binding ?? Buffer.alloc(0)]);
      const withoutProof = `c=${base64(boundHeader)},r=${field('r')}`;
      const authMessage = `${bare},${serverFirst},${withoutProof}`;
      const signature = hmac(createHash(hash).update(clientKey).digest(), authMessage);
      const proof = Buffer.from(clientKey.map((byte, index) => byte ^ (signature[index] ?? 0)));
      expected = `v=${base64(hmac(hmac(salted, 'Server Key'), authMessage))}`;
      return base64(`${withoutProof},p=${base64(proof)}`);
    },
    verify(success) {
      if (Buffer.from(success, 'base64').toString() !== expected) throw new Error('the server did not prove itself');
    },
  };
}

/** As clients do, it keeps what took long to derive: a test may log in as the same member a thousand times. */
const derived = new Map<string, Buffer>();

function saltedPassword(password: string, salt: string, iterations: number, length: number, hash: string): Buffer {
  const key = JSON.stringify([password, salt, iterations, hash]);
  const salted = derived.get(key) ?? pbkdf2Sync(password, Buffer.from(salt, 'base64'), iterations, length, hash);
  derived.set(key, salted);
  return salted;
}
