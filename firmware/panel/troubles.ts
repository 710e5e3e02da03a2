/** What needs its owner, the most urgent first. */
import type { PanelSnapshot, Trouble } from '../../ui/panel/snapshot.ts';

export interface Circumstances {
  /** False where the box serves its own machine only. */
  wantsNetwork: boolean;
  addresses: readonly string[];
  servesPages: boolean;
  /** When the certificate ends, in milliseconds since 1970. */
  certificateEndsMs: number | undefined;
  nowMs: number;
  disk: PanelSnapshot['disk'];
  update: string | undefined;
}

const DAY_MS = 86_400_000;
const CERTIFICATE_DAYS = 14;
/** A card this full soon takes no more; the share of it is for small ones. */
const LEAST_FREE_BYTES = 200_000_000;
const LEAST_FREE_SHARE = 0.02;

export function troublesOf(now: Circumstances): Trouble[] {
  const troubles: Trouble[] = [];
  if (now.disk && now.disk.freeBytes < Math.min(LEAST_FREE_BYTES, LEAST_FREE_SHARE * now.disk.totalBytes))
    troubles.push({ kind: 'disk', freeBytes: now.disk.freeBytes });
  if (now.certificateEndsMs !== undefined) {
    const daysLeft = Math.ceil((now.certificateEndsMs - now.nowMs) / DAY_MS);
    if (daysLeft <= CERTIFICATE_DAYS) troubles.push({ kind: 'certificate', daysLeft });
  }
  if (now.wantsNetwork && now.addresses.length === 0) troubles.push({ kind: 'offline' });
  if (!now.servesPages) troubles.push({ kind: 'no web page' });
  if (now.update !== undefined) troubles.push({ kind: 'update', version: now.update });
  return troubles;
}
