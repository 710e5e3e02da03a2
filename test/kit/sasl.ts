/** The client's half of SASL, written from RFC 4616, 5802, 7677 and 9266 and sharing nothing with the server's half. */
import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';

export type ScramMechanism = 'SCRAM-SHA-1' | 'SCRAM-SHA-1-PLUS' | 'SCRAM-SHA-256' | 'SCRAM-SHA-256-PLUS';

const base64 = (text: string | Buffer) => Buffer.from(text).toString('base64');

export const plainResponse = (local: string, password: string) => base64(`\0${local}\0${password}`);

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
  const hash = mechanism.startsWith('SCRAM-SHA-256') ? 'sha256' : 'sha1';
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
      const length = hash === 'sha256' ? 32 : 20;
      const salted = pbkdf2Sync(password, Buffer.from(field('s'), 'base64'), Number(field('i')), length, hash);
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
