/**
 * Every test/talk/*.talk is one test. Talks of one file of tests share one box, each with accounts of its own; a talk that changes
 * settings, or the box itself, gets a box for itself.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, test } from 'vitest';
import { Box, type Settings } from '../box.ts';
import { startNeighbours } from '../neighbours.ts';
import { freePorts } from '../ports.ts';
import { parseScript } from './script.ts';
import { Stage } from './stage.ts';

const FOLDER = fileURLToPath(new URL('../../talk/', import.meta.url));

/** Talks get logins wrong and open many streams from one address; what limits them is looked at where a talk sets it. */
const LIMITS: Settings = {
  'limits.logins_per_minute': 0,
  'limits.streams_per_address': 0,
  'limits.registrations_per_hour': 0,
};
const SETTINGS: Settings = { 'server.domain': 'talk.test', ...LIMITS };

const hasCoturn = () => spawnSync('/bin/sh', ['-c', 'command -v turnserver']).status === 0;

async function relaySettings(): Promise<Settings> {
  const [port = 0, tls_port = 0] = await freePorts(2);
  return { calls: { enabled: true, port, tls_port, relay_ports: '40000-40009', allow_lan: true } };
}

const talks = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.talk'))
  .sort();

/** By name, without the ending. */
export function describeTalks(isMine: (name: string, index: number) => boolean): void {
  let shared: Box | undefined;

  beforeAll(async () => {
    shared = await Box.start(SETTINGS);
    await shared.addAccount('owner');
  });

  afterAll(async () => {
    await shared?.dispose();
  });

  for (const [index, file] of talks.entries()) {
    const name = file.replace(/\.talk$/, '');
    if (isMine(name, index)) test(name, ({ skip }) => play(file, index, shared, skip));
  }
}

async function play(file: string, index: number, shared: Box | undefined, skip: (why: string) => void): Promise<void> {
  const script = parseScript(readFileSync(`${FOLDER}${file}`, 'utf8'));
  if (script.relay && !hasCoturn()) skip('apt-get install coturn');
  const neighbours =
    script.elsewhere.length > 0
      ? await startNeighbours({
          here: { ...LIMITS, ...script.settings },
          there: { ...LIMITS, ...script.settingsThere },
          certificates: script.certificates,
        })
      : undefined;
  const own = async () =>
    script.needsOwnBox
      ? Box.start({ ...SETTINGS, ...script.settings, ...(script.relay && (await relaySettings())) })
      : shared;
  const box = neighbours?.here ?? (await own());
  if (!box) throw new Error('the shared box is not there');
  const logged = box.log.length;
  const stage = new Stage(box, script, script.needsOwnBox ? '' : `-${index}`, neighbours?.there);
  try {
    await stage.play(`test/talk/${file}`);
  } catch (error) {
    if (error instanceof Error) {
      error.message += `\n\nThe box's log:\n${box.log.slice(logged)}`;
      if (neighbours) error.message += `\n\nThe other box's log:\n${neighbours.there.log}`;
    }
    throw error;
  } finally {
    await stage.clear();
    if (neighbours) await neighbours.dispose();
    else if (box !== shared) await box.dispose();
  }
}
