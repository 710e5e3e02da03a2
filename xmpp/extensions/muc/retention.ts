/** How long the archive of a room keeps what was said: as its owner wants, within what the owner of the box wants. */
import { change } from '../../store/changes.ts';
import { archiveDays } from './config.ts';
import type { Muc } from './context.ts';

const DAY_MS = 86_400_000;

/** Run at night. */
export async function pruneRooms({ host, rooms }: Muc): Promise<void> {
  const { archive, journal } = host.store;
  for (const { row, config } of rooms.stored()) {
    const days = archiveDays(config, host.config.archive.days);
    if (days === 0) continue;
    const beforeMs = host.clock.nowMs() - days * DAY_MS;
    const first = archive.ends(row.id)?.first;
    if (!first || first.atMs >= beforeMs) continue;
    await journal.commit(change('archive pruned', { account: row.id, beforeMs }));
    rooms.inMemory(row.local)?.history.forgetBefore(beforeMs);
  }
}
