/** Credentials as the text of one column. */
import type { Credential } from './model.ts';

type Packed = Omit<Credential, 'salt' | 'storedKey' | 'serverKey'> & Record<'salt' | 'storedKey' | 'serverKey', string>;

export function packCredentials(credentials: Credential[]): string {
  const packed: Packed[] = credentials.map((credential) => ({
    ...credential,
    salt: base64(credential.salt),
    storedKey: base64(credential.storedKey),
    serverKey: base64(credential.serverKey),
  }));
  return JSON.stringify(packed);
}

export function unpackCredentials(text: string): Credential[] {
  return (JSON.parse(text) as Packed[]).map((packed) => ({
    ...packed,
    salt: Buffer.from(packed.salt, 'base64'),
    storedKey: Buffer.from(packed.storedKey, 'base64'),
    serverKey: Buffer.from(packed.serverKey, 'base64'),
  }));
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
