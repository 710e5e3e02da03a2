/** Key sequences (XEP-0124 section 15): each request shows what the one before it promised. */
import { createHash } from 'node:crypto';

export class KeySequence {
  #promised: string | undefined;

  /** In the order of the rids. False for a request that somebody else may have made up. */
  accept({ key, newKey }: { key: string | undefined; newKey: string | undefined }): boolean {
    const promised = this.#promised;
    if (promised !== undefined && (key === undefined || sha1(key) !== promised)) return false;
    const next = newKey ?? (promised === undefined ? undefined : key);
    this.#promised = next?.toLowerCase();
    return true;
  }
}

const sha1 = (text: string) => createHash('sha1').update(text).digest('hex');
