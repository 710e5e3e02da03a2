/** Readings of a command's arguments. They come from our own command line, so that a wrong one is a mistake of a program. */
import type { Host } from '../../xmpp/extension.ts';
import type { Circle } from '../../xmpp/store/access-model.ts';
import type { CommandArguments } from '../control.ts';
import { BoxError } from '../errors.ts';

export function textOf(args: CommandArguments, name: string): string {
  const value = args[name];
  if (typeof value !== 'string') throw new BoxError('request-invalid', { reason: `${name} must be a text` });
  return value;
}

export function optionalText(args: CommandArguments, name: string): string | undefined {
  return args[name] === undefined ? undefined : textOf(args, name);
}

export function optionalNumber(args: CommandArguments, name: string): number | undefined {
  const value = args[name];
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !(value > 0))
    throw new BoxError('request-invalid', { reason: `${name} must be a number above 0` });
  return value;
}

export function oneOf<T extends string>(args: CommandArguments, name: string, allowed: readonly T[]): T {
  const value = allowed.find((each) => each === args[name]);
  if (value === undefined)
    throw new BoxError('request-invalid', { reason: `${name} must be one of ${allowed.join(', ')}` });
  return value;
}

/** @throws BoxError circle-unknown */
export function circleOf(host: Host, args: CommandArguments, key = 'name'): Circle {
  const name = textOf(args, key);
  const circle = host.circles.find(name);
  if (!circle) throw new BoxError('circle-unknown', { name });
  return circle;
}
