/** Uploaded files, as the store keeps them. */
import type { Id } from './model.ts';

/** What a file is for (XEP-0363 section 4): how long it is kept. */
export type UploadPurpose = 'message' | 'profile' | 'ephemeral' | 'permanent';

/** Leave to put one file (XEP-0363). */
export interface UploadSlot {
  /** Part of the file's address, and not to be guessed; the file on the disk has this name. */
  id: string;
  account: Id;
  /** As the member's client called it. */
  name: string;
  bytes: number;
  /** Media type; '' where the client named none. */
  type: string;
  purpose: UploadPurpose;
  madeMs: number;
  /** The upload has to begin before. */
  expiresMs: number;
  /** The file may not be had from then on; 0 for no such time. */
  untilMs: number;
}

export interface Upload extends UploadSlot {
  /** When the whole file was there; absent while it is not. */
  storedMs?: number;
}
