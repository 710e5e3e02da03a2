import { row, title } from '../layout.ts';
import { duration, size } from '../numbers.ts';
import type { Page } from '../page.ts';

/** Where nobody knows. */
const UNKNOWN = '-';

/** How the box itself does. */
export const storage: Page = (canvas, snapshot, words) => {
  const { disk, backupAgeSeconds: age, temperatureCelsius, load } = snapshot;
  title(canvas, words.storage, `${words.up} ${duration(snapshot.uptimeSeconds, words)}`);
  row(canvas, 16, words.disk, disk ? words.free(size(disk.freeBytes)) : UNKNOWN);
  row(canvas, 28, words.backup, age === undefined ? words.never : words.ago(duration(age, words)));
  row(
    canvas,
    40,
    words.temperature,
    temperatureCelsius === undefined ? UNKNOWN : `${Math.round(temperatureCelsius)} °C`,
  );
  row(canvas, 52, words.load, load === undefined ? UNKNOWN : words.decimal(load.toFixed(2)));
};
