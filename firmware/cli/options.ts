/** Options that several commands take, and readings of their values. */
import { InvalidArgumentError, Option } from 'commander';

export const configOption = () => new Option('--config <file>', 'the configuration file');
export const jsonOption = () => new Option('--json', 'print facts as JSON');

export interface CommonOptions {
  config?: string;
  json?: boolean;
}

export function positiveNumber(text: string): number {
  const number = Number(text);
  if (!(number > 0)) throw new InvalidArgumentError('It must be a number above 0.');
  return number;
}

export function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

const HOURS_OF: Readonly<Record<string, number>> = { m: 1 / 60, h: 1, d: 24 };

/** `90m`, `12h`, `30d`, in hours. */
export function spanHours(text: string): number {
  const [, number = '', unit = ''] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  const hours = Number(number) * (HOURS_OF[unit] ?? 0);
  if (!(hours > 0)) throw new InvalidArgumentError('It must be a time such as 90m, 12h or 30d.');
  return hours;
}
