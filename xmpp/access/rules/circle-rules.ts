/**
 * Rules name circles by what they are called. They follow a circle to its new name, for its own administrators may give it one and
 * must not slip out of a rule so; and they end with it, so that no later circle of that name comes by them.
 */
import type { Host } from '../../extension.ts';
import type { AccessRule } from '../../store/access-model.ts';
import { type Change, change } from '../../store/changes.ts';
import { readSubject } from './subject.ts';

const rulesOn = ({ access }: Host, name: string): AccessRule[] => {
  const { text } = readSubject(`circle:${name}`);
  return access.rules.filter(({ subject }) => subject === text);
};

export function rulesRenamed(host: Host, from: string, to: string): Change[] {
  const { text: subject } = readSubject(`circle:${to}`);
  return rulesOn(host, from).map((rule) => change('access rule set', { ...rule, subject }));
}

export function rulesEnded(host: Host, name: string): Change[] {
  return rulesOn(host, name).map(({ id: rule }) => change('access rule removed', { server: host.server.id, rule }));
}
