import type { Words } from './words.ts';

/** A count in four letters at most: `7`, `999`, `1.2k`, `48k`, `3.1M`. Cut, never rounded up. */
export function compact(count: number): string {
  if (count < 1_000) return `${count}`;
  const [value, unit] = count < 1_000_000 ? [count / 1_000, 'k'] : [count / 1_000_000, 'M'];
  return value < 10 ? `${Math.floor(value * 10) / 10}${unit}` : `${Math.floor(value)}${unit}`;
}

/** A length of time in as much detail as anyone wants: `12 min`, `3 h 5 min`, `4 d 2 h`, `211 d`. */
export function duration(seconds: number, words: Words): string {
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  if (days >= 10) return `${days} ${words.day}`;
  if (days > 0) return `${days} ${words.day} ${hours % 24} ${words.hour}`;
  if (hours > 0) return `${hours} ${words.hour} ${minutes % 60} ${words.minute}`;
  return `${minutes} ${words.minute}`;
}

/** `4:05`; never negative. */
export function countdown(seconds: number): string {
  const left = Math.max(0, Math.ceil(seconds));
  return `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`;
}

/** A size in three digits at most: `512 MB`, `1.5 GB`, `24 GB`. Decimal units, as on the card; cut, never rounded up. */
export function size(bytes: number): string {
  const [value, unit] = bytes < 1e9 ? [bytes / 1e6, 'MB'] : bytes < 1e12 ? [bytes / 1e9, 'GB'] : [bytes / 1e12, 'TB'];
  return value < 10 && unit !== 'MB' ? `${Math.floor(value * 10) / 10} ${unit}` : `${Math.floor(value)} ${unit}`;
}
