/** How much of each kind one member may keep on the box. What is there stays; what would make it more is refused. */
import type { Host } from '../extension.ts';
import { StanzaError } from '../routing/stanza-error.ts';
import type { Id, KeptKind } from '../store/model.ts';

type QuotaHost = Pick<Host, 'store' | 'config'>;

const NAMES: Record<KeptKind, string> = {
  archive: 'Your archive of messages',
  nodes: 'What your nodes hold',
  private: 'Your private data',
};

/** @param growth bytes that come, less those that go by it */
export function isWithinQuota({ store, config }: QuotaHost, account: Id, kind: KeptKind, growth: number): boolean {
  const quota = config.quotas[kind];
  return quota === 0 || growth <= 0 || store.kept.bytes(account, kind) + growth <= quota;
}

/** @throws StanzaError resource-constraint */
export function assertWithinQuota(host: QuotaHost, account: Id, kind: KeptKind, growth: number): void {
  if (isWithinQuota(host, account, kind, growth)) return;
  const most = host.config.quotas[kind];
  throw new StanzaError('resource-constraint', { text: `${NAMES[kind]} may have ${most} bytes on this server.` });
}
