/** The tokens of one client (XEP-0484 section 5.1): one that it uses, and one that it was given and has not used yet. */
import { timingSafeEqual } from 'node:crypto';
import type { Random } from '../clock.ts';
import type { FastToken } from '../store/model.ts';

const DAY_MS = 86_400_000;
/** A phone may lie in a drawer for so long and still log in. */
const LIFETIME_MS = 60 * DAY_MS;
/** A client that comes with an older one is given a new one. */
const FRESH_MS = 7 * DAY_MS;
const SECRET_BYTES = 32;

/** The one that the client shows to have; the new one is looked at first. */
export function shownToken(
  tokens: readonly FastToken[],
  mechanism: string,
  shown: Buffer,
  sign: (secret: string) => Buffer,
): FastToken | undefined {
  const newFirst = [...tokens].sort((a, b) => Number(a.used) - Number(b.used));
  return newFirst.find((token) => token.mechanism === mechanism && same(sign(token.secret), shown));
}

/** Once a new token is used, the old one is void; while the old one is used, the new one may not have arrived. */
export function afterUse(tokens: readonly FastToken[], used: FastToken, count: number | undefined): FastToken[] {
  const others = used.used ? tokens.filter((token) => token !== used) : [];
  return [...others, { ...used, used: true, count: count ?? used.count }];
}

/** With a new token in the place of one that was never used. */
export function withNew(tokens: readonly FastToken[], mechanism: string, nowMs: number, random: Random): FastToken[] {
  const secret = random(SECRET_BYTES).toString('base64url');
  const times = { issuedMs: nowMs, expiresMs: nowMs + LIFETIME_MS };
  return [...tokens.filter(({ used }) => used), { secret, mechanism, ...times, count: 0, used: false }];
}

export const isDue = (token: FastToken, nowMs: number) => nowMs - token.issuedMs > FRESH_MS;

export const isAlive = (token: FastToken, nowMs: number) => token.expiresMs > nowMs;

const same = (a: Buffer, b: Buffer) => a.length === b.length && timingSafeEqual(a, b);
