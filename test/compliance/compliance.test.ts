/**
 * XEP-0479 (2023), Advanced Server, in every category, and what the Conversations compliance tester looks for, feature by
 * feature, on a box as `npm start` sets it up: nothing is configured but where it listens. Prints the table.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Box } from '../kit/box.ts';
import { calls } from './calls.ts';
import { clients } from './clients.ts';
import { core } from './core.ts';
import { im } from './im.ts';
import { mobile } from './mobile.ts';
import { Site } from './site.ts';
import { web } from './web.ts';

const rows: { suite: string; feature: string; spec: string; outcome: string }[] = [];
let box: Box;
let site: Site;

beforeAll(async () => {
  box = await Box.asShipped();
  site = await Site.open(box);
});
afterAll(async () => {
  await site?.close();
  await box?.dispose();
  console.log(table());
});

describe.each([core, web, im, mobile, calls, clients])('$name', ({ name, checks }) => {
  test.each(checks)('$feature ($spec)', async ({ feature, spec, run }) => {
    const outcome = await run(site).then(
      () => 'yes',
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    rows.push({ suite: name, feature, spec, outcome });
    expect(outcome).toBe('yes');
  });
});

function table(): string {
  const wide = (key: 'feature' | 'spec') => Math.max(...rows.map((row) => row[key].length));
  const lines = rows.map(
    ({ suite, feature, spec, outcome }, index) =>
      (rows[index - 1]?.suite === suite ? '' : `\n${suite}\n`) +
      `  ${feature.padEnd(wide('feature'))}  ${spec.padEnd(wide('spec'))}  ${outcome}`,
  );
  const passed = rows.filter(({ outcome }) => outcome === 'yes').length;
  return `${lines.join('\n')}\n\n${passed} of ${rows.length}`;
}
