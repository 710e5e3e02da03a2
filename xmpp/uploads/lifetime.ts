/** How long an uploaded file can be had, and when a slot or a file stops counting against its member's quota. */
import type { Upload } from '../store/upload-model.ts';

const DAY_MS = 86_400_000;

/**
 * When it goes by itself; Infinity for what stays as long as its account.
 * @param days how long files of messages are kept; 0 for ever
 */
export function leavesAtMs(upload: Upload, days: number): number {
  const { storedMs, expiresMs, untilMs, purpose } = upload;
  if (storedMs === undefined) return expiresMs;
  const own = untilMs === 0 ? Number.POSITIVE_INFINITY : untilMs;
  const byDays = days !== 0 && (purpose === 'message' || purpose === 'ephemeral');
  return byDays ? Math.min(own, storedMs + days * DAY_MS) : own;
}
