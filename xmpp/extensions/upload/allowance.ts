/** What a member may put on the box: so much a file, so much at a time, so often. */
import { Debts } from '../../access/debts.ts';
import { dateTime } from '../../clock.ts';
import type { UploadConfig } from '../../config.ts';
import type { Host } from '../../extension.ts';
import { StanzaError } from '../../routing/stanza-error.ts';
import type { Account } from '../../store/model.ts';
import { leavesAtMs } from '../../uploads/lifetime.ts';
import { xml } from '../../xml.ts';

export const NS_UPLOAD = 'urn:xmpp:http:upload:0';

/** A holiday's pictures at once, and then one slot every ten seconds. */
const BURST = 100;
const SLOT_MS = 10_000;
/** When to look again whether somebody has made room on the disk. */
const DISK_RETRY_MS = 3_600_000;

/** Bytes of one file; 0 for no limit but the disk. */
export function maxFileBytes({ maxBytes, quotaBytes }: Pick<UploadConfig, 'maxBytes' | 'quotaBytes'>): number {
  const limits = [maxBytes, quotaBytes].filter((limit) => limit !== 0);
  return limits.length === 0 ? 0 : Math.min(...limits);
}

export class Allowance {
  readonly #host: Host;
  readonly #config: UploadConfig;
  readonly #slots: Debts;

  constructor(host: Host) {
    this.#host = host;
    this.#config = host.config.upload;
    this.#slots = new Debts(host.clock, SLOT_MS);
  }

  /** @throws StanzaError forbidden, not-acceptable with the largest size, resource-constraint with the time of a new try */
  check(account: Account, bytes: number): void {
    const { access } = this.#host;
    if (!access.allows({ action: 'upload', who: { account } }))
      throw new StanzaError('forbidden', { text: 'The owner of this server does not let you upload files.' });
    const quotaBytes = access.uploadBytes(account) ?? this.#config.quotaBytes;
    this.#checkSize(bytes, quotaBytes);
    this.#checkRate(account);
    this.#checkQuota(account, bytes, quotaBytes);
    if (this.#config.roomBytes() < bytes) throw retryLater('The disk of the server is full.', this.#in(DISK_RETRY_MS));
  }

  #checkSize(bytes: number, quotaBytes: number): void {
    const most = maxFileBytes({ ...this.#config, quotaBytes });
    if (most === 0 || bytes <= most) return;
    throw new StanzaError('not-acceptable', {
      text: `The file is too large; the largest may have ${most} bytes.`,
      application: xml('file-too-large', { xmlns: NS_UPLOAD }, xml('max-file-size', {}, String(most))),
    });
  }

  #checkRate({ id }: Account): void {
    const debt = this.#slots.of(id);
    if (debt > BURST - 1)
      throw retryLater('Too many files at once.', this.#in(Math.ceil((debt - BURST + 1) * SLOT_MS)));
    this.#slots.add(id);
  }

  /** Slots that may still be used count like files. */
  #checkQuota({ id }: Account, bytes: number, quotaBytes: number): void {
    const { days } = this.#config;
    if (quotaBytes === 0) return;
    const nowMs = this.#host.clock.nowMs();
    const kept = this.#host.store.uploads
      .ofAccount(id)
      .map((upload) => ({ bytes: upload.bytes, leavesMs: leavesAtMs(upload, days) }))
      .filter(({ leavesMs }) => leavesMs > nowMs)
      .sort((one, other) => one.leavesMs - other.leavesMs);
    let over = kept.reduce((sum, file) => sum + file.bytes, bytes) - quotaBytes;
    if (over <= 0) return;
    const last = kept.find((file) => {
      over -= file.bytes;
      return over <= 0;
    });
    throw retryLater(`Your files take all of the ${quotaBytes} bytes that you have here.`, last?.leavesMs);
  }

  #in(delayMs: number): number {
    return this.#host.clock.nowMs() + delayMs;
  }
}

/** @param stampMs absent or Infinity where time alone does not help */
function retryLater(text: string, stampMs = Number.POSITIVE_INFINITY): StanzaError {
  if (!Number.isFinite(stampMs)) return new StanzaError('resource-constraint', { text });
  const application = xml('retry', { xmlns: NS_UPLOAD, stamp: dateTime(stampMs) });
  return new StanzaError('resource-constraint', { text, application });
}
