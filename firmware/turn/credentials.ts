/** Credentials that coturn takes by a secret that it shares with the box (its `use-auth-secret`): they need no list of users. */
import { createHmac } from 'node:crypto';
import type { ServiceCredentials } from '../../xmpp/config.ts';

/** Long enough for a call that never ends; an app asks anew before each. */
const LIFETIME_MS = 12 * 3_600_000;

/**
 * The name is the second at which it ends and a word for the account, which goes over the network in clear: the same each time, for
 * coturn counts by it, and nobody's name.
 */
export function turnCredentials(secret: string, account: string, nowMs: number): ServiceCredentials {
  const expiresMs = Math.floor((nowMs + LIFETIME_MS) / 1000) * 1000;
  const word = createHmac('sha256', secret).update(`account ${account}`).digest('hex').slice(0, 16);
  const username = `${expiresMs / 1000}:${word}`;
  return { username, password: createHmac('sha1', secret).update(username).digest('base64'), expiresMs };
}
