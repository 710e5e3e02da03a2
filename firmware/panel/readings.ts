/** What the machine tells of itself for the panel. */
import { existsSync, readFileSync, statfsSync } from 'node:fs';
import { loadavg } from 'node:os';
import type { PanelSnapshot } from '../../ui/panel/snapshot.ts';
import type { Clock } from '../../xmpp/clock.ts';

export type Readings = Pick<PanelSnapshot, 'disk' | 'temperatureCelsius' | 'load' | 'time'>;

export interface ReadingsOptions {
  /** The folder whose disk counts. */
  folder: string;
  clock: Clock;
  /** Where the machine's own files are; tests bring others. */
  root?: string;
}

const TEMPERATURE = '/sys/class/thermal/thermal_zone0/temp';
/** A clock of its own, or one that a time server has set: a Raspberry Pi starts with the hour at which it was switched off. */
const CLOCK_IS_SET = ['/dev/rtc0', '/run/systemd/timesync/synchronized'];

/** Each is left out where the machine does not tell. */
export function readings({ folder, clock, root = '' }: ReadingsOptions): Readings {
  const temperature = Number(readOr(`${root}${TEMPERATURE}`, 'unknown'));
  const [load] = loadavg();
  const disk = diskOf(folder);
  return {
    ...(disk && { disk }),
    ...(Number.isFinite(temperature) && { temperatureCelsius: temperature / 1000 }),
    // Windows has no such figure, and says 0 of all three.
    ...(load !== undefined && process.platform !== 'win32' && { load }),
    ...(CLOCK_IS_SET.some((file) => existsSync(`${root}${file}`)) && { time: timeOfDay(clock.nowMs()) }),
  };
}

function diskOf(folder: string): PanelSnapshot['disk'] {
  try {
    const { bsize, bavail, blocks } = statfsSync(folder);
    return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
  } catch {
    return undefined;
  }
}

function readOr(file: string, otherwise: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return otherwise;
  }
}

function timeOfDay(nowMs: number): string {
  const now = new Date(nowMs);
  return [now.getHours(), now.getMinutes()].map((part) => String(part).padStart(2, '0')).join(':');
}
