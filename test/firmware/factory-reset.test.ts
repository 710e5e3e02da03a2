import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { Box } from '../../firmware/box.ts';
import { loadConfig } from '../../firmware/config.ts';
import { eraseData, RESET_LOG, resetIsUnfinished } from '../../firmware/factory-reset.ts';
import { createLog } from '../../firmware/log.ts';
import { systemClock, systemRandom } from '../../xmpp/clock.ts';
import { silentLog } from '../xmpp/extensions/harness.ts';

function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'casp3r-reset-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const nowMs = () => Date.UTC(2026, 10, 22, 12);

it('leaves nothing in the data folder but its own log, and what is outside alone', () => {
  const [folder, outside] = [tempFolder(), tempFolder()];
  writeFileSync(join(outside, 'photo'), 'mine');
  mkdirSync(join(folder, 'tls'));
  writeFileSync(join(folder, 'tls', 'key.pem'), 'secret');
  writeFileSync(join(folder, 'store.db'), 'members');
  symlinkSync(outside, join(folder, 'link'));
  eraseData({ folder, keep: [join(outside, 'casp3r.toml')], nowMs, log: silentLog });
  expect(readdirSync(folder)).toEqual([RESET_LOG]);
  expect(readFileSync(join(outside, 'photo'), 'utf8')).toBe('mine');
  expect(readFileSync(join(folder, RESET_LOG), 'utf8')).toBe(
    '2026-11-22T12:00:00.000Z factory reset begun\n2026-11-22T12:00:00.000Z factory reset done\n',
  );
  eraseData({ folder, keep: [], nowMs, log: silentLog });
  expect(readFileSync(join(folder, RESET_LOG), 'utf8').split('\n')).toHaveLength(5);
});

it('leaves a configuration that somebody has put into the data folder', () => {
  const folder = tempFolder();
  writeFileSync(join(folder, 'casp3r.toml'), '');
  writeFileSync(join(folder, 'store.db'), '');
  eraseData({ folder, keep: [join(folder, 'casp3r.toml')], nowMs, log: silentLog });
  expect(readdirSync(folder).sort()).toEqual(['casp3r.toml', RESET_LOG]);
});

it('knows one that the power cut short', () => {
  const folder = tempFolder();
  expect(resetIsUnfinished(folder)).toBe(false);
  writeFileSync(join(folder, RESET_LOG), '2026-11-22T12:00:00.000Z factory reset begun\n');
  expect(resetIsUnfinished(folder)).toBe(true);
  eraseData({ folder, keep: [], nowMs, log: silentLog });
  expect(resetIsUnfinished(folder)).toBe(false);
});

function openBox(data: string) {
  const folder = tempFolder();
  const configFile = join(folder, 'casp3r.toml');
  const off = ['c2s', 'c2s_tls', 's2s', 's2s_tls', 'http', 'https'].map((port) => `${port} = 0\n`).join('');
  writeFileSync(
    configFile,
    `data = "${data}"\n[server]\ndomain = "box.test"\n[listen]\naddress = "127.0.0.1"\n${off}[panel]\ndisplay = "simulated"\n`,
  );
  const config = loadConfig({ file: configFile, env: {}, cwd: folder });
  let reset = Promise.resolve();
  const box: Box = new Box({
    config,
    log: createLog('error', () => {}),
    clock: systemClock,
    random: systemRandom,
    cwd: folder,
    powerOff: () => {},
    restartRequested: () => {},
    resetRequested: () => {
      reset = box.factoryReset();
    },
    unplug: 'safe',
    onFrame: () => {},
  });
  onTestFinished(() => box.stop());
  return { box, reset: () => reset };
}

it('stops the box, forgets its members and keys, and starts it anew', async () => {
  const data = tempFolder();
  const { box } = openBox(data);
  await box.start();
  const { host, store } = box.running;
  await host.accounts.create({
    local: 'juliet',
    password: 'correct horse battery',
    role: 'member',
    byOperator: true,
  });
  const key = readFileSync(join(data, 'tls', 'key.pem'), 'utf8');
  expect(store.accounts.count(host.server.id)).toBe(1);
  await box.factoryReset();
  const anew = box.running;
  expect(anew.store.accounts.count(anew.host.server.id)).toBe(0);
  expect(anew.host.server.id).not.toBe(host.server.id);
  expect(readFileSync(join(data, 'tls', 'key.pem'), 'utf8')).not.toBe(key);
  expect(box.panel.page).toBe('empty');
  expect(readFileSync(join(data, RESET_LOG), 'utf8')).toContain('factory reset done');
});

it('goes on, at the next start, with a reset that was cut short', async () => {
  const data = tempFolder();
  const first = openBox(data);
  await first.box.start();
  const id = first.box.running.host.server.id;
  await first.box.stop();
  writeFileSync(join(data, RESET_LOG), '2026-11-22T12:00:00.000Z factory reset begun\n');
  chmodSync(join(data, RESET_LOG), 0o600);
  const second = openBox(data);
  await second.box.start();
  expect(second.box.running.host.server.id).not.toBe(id);
  expect(readdirSync(data)).toContain('control.sock');
  await second.box.stop();
  expect(resetIsUnfinished(data)).toBe(false);
});
