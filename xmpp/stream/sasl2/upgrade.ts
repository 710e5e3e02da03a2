/** Tasks by which a client gives the server the keys of a hash that its account lacks (XEP-0480 section 3). */
import type { Host } from '../../extension.ts';
import type { Account, Credential } from '../../store/model.ts';
import { type Element, xml } from '../../xml.ts';
import { SaslFailure } from '../sasl/failure.ts';
import { HASH_BYTES, keysOf } from '../sasl/scram-keys.ts';
import { base64 } from '../sasl/text.ts';
import { NS_SCRAM_UPGRADE } from './namespaces.ts';

export interface UpgradeTask {
  name: string;
  /** What the client needs to know. */
  ask(): Element;
  /** Takes `<task-data/>` in. Resolves once it is on disk. @throws SaslFailure malformed-request, incorrect-encoding */
  take(data: Element): Promise<void>;
}

export const upgradeName = (hash: Credential['hash']) => `UPGR-SCRAM-${hash}`;

/** Of those that the client is ready for, the ones that its account needs. */
export function upgradeTasks(host: Host, account: Account, wanted: readonly string[]): UpgradeTask[] {
  const { hashes } = host.accounts;
  return hashes
    .upgrades()
    .filter((hash) => wanted.includes(upgradeName(hash)) && hashes.lacks(account, hash))
    .map((hash) => upgradeTask(host, account, hash));
}

function upgradeTask(host: Host, account: Account, hash: Credential['hash']): UpgradeTask {
  const { hashes } = host.accounts;
  const { salt, iterations } = hashes.newSalt();
  return {
    name: upgradeName(hash),
    ask: () => xml('salt', { xmlns: NS_SCRAM_UPGRADE, iterations }, salt.toString('base64')),
    async take(data) {
      const salted = base64(data.getChildText('hash', NS_SCRAM_UPGRADE)?.trim() ?? '', 'incorrect-encoding');
      if (salted.length !== HASH_BYTES[hash]) throw new SaslFailure('malformed-request', 'the hash has another length');
      await hashes.add(account, keysOf(salted, hash, salt, iterations));
    },
  };
}
