/** Readings that all mechanisms share, each with its SASL failure. */
import { tryPrepareName } from '../../access/name.ts';
import { SaslFailure } from './failure.ts';

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** @throws SaslFailure with `condition` where it is not base64 of RFC 4648 section 4, padding included */
export function base64(text: string, condition: 'incorrect-encoding' | 'malformed-request'): Buffer {
  if (!BASE64.test(text)) throw new SaslFailure(condition);
  return Buffer.from(text, 'base64');
}

/** @throws SaslFailure malformed-request */
export function utf8(data: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(data);
  } catch {
    throw new SaslFailure('malformed-request');
  }
}

/** The name as an account would have it; as it is where no account can be called so, which then fails like a wrong password. */
export function preparedLogin(name: string): string {
  return tryPrepareName(name) ?? name;
}
