import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { checkConfig } from '../../../firmware/config.ts';
import { displaySettings } from '../../../firmware/panel/display-settings.ts';
import { peopleOf } from '../../../firmware/panel/people.ts';
import { readings } from '../../../firmware/panel/readings.ts';
import { troublesOf } from '../../../firmware/panel/troubles.ts';
import { TestClock } from '../../xmpp/extensions/harness.ts';
import { openHome } from '../home.ts';

const DAY_MS = 86_400_000;
const well = {
  wantsNetwork: true,
  addresses: ['192.168.1.7'],
  servesPages: true,
  certificateEndsMs: 400 * DAY_MS,
  nowMs: 0,
  disk: { freeBytes: 20e9, totalBytes: 32e9 },
  update: undefined,
};

it('a box that is well has no trouble', () => {
  expect(troublesOf(well)).toEqual([]);
  expect(troublesOf({ ...well, certificateEndsMs: undefined, disk: undefined })).toEqual([]);
  expect(troublesOf({ ...well, wantsNetwork: false, addresses: [] })).toEqual([]);
  expect(troublesOf({ ...well, disk: { freeBytes: 8e6, totalBytes: 16e6 } })).toEqual([]);
});

it('each trouble is told, what loses most first', () => {
  expect(
    troublesOf({
      ...well,
      addresses: [],
      servesPages: false,
      certificateEndsMs: 14 * DAY_MS,
      disk: { freeBytes: 199e6, totalBytes: 32e9 },
      update: '0.2.0',
    }),
  ).toEqual([
    { kind: 'disk', freeBytes: 199e6 },
    { kind: 'certificate', daysLeft: 14 },
    { kind: 'offline' },
    { kind: 'no web page' },
    { kind: 'update', version: '0.2.0' },
  ]);
  expect(troublesOf({ ...well, certificateEndsMs: -DAY_MS })).toEqual([{ kind: 'certificate', daysLeft: -1 }]);
});

it('the machine tells its disk, temperature and time, and what it does not know stays out', () => {
  const root = mkdtempSync(join(tmpdir(), 'casp3r-root-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const clock = new TestClock();
  const read = () => readings({ folder: root, clock, root });
  expect(read()).toMatchObject({ disk: { freeBytes: expect.any(Number), totalBytes: expect.any(Number) } });
  expect(read()).not.toHaveProperty('temperatureCelsius');
  expect(read()).not.toHaveProperty('time');
  mkdirSync(join(root, 'sys/class/thermal/thermal_zone0'), { recursive: true });
  writeFileSync(join(root, 'sys/class/thermal/thermal_zone0/temp'), '51400\n');
  mkdirSync(join(root, 'run/systemd/timesync'), { recursive: true });
  writeFileSync(join(root, 'run/systemd/timesync/synchronized'), '');
  expect(read()).toMatchObject({ temperatureCelsius: 51.4, time: expect.stringMatching(/^\d\d:\d\d$/) });
  expect(readings({ folder: join(root, 'gone'), clock, root })).not.toHaveProperty('disk');
});

it('counts the invitations that can still make an account', async () => {
  expect(peopleOf(undefined)).toEqual({ online: 0, onlineNames: [], invitations: 0 });
  const { host, clock } = await openHome();
  await host.invites.create({ lifetimeMs: 1000 });
  await host.invites.create();
  expect(peopleOf(host).invitations).toBe(2);
  clock.pass(1000);
  expect(peopleOf(host)).toEqual({ online: 0, onlineNames: [], invitations: 1 });
});

it('the glass is what [panel] says; its chip knows its own columns', () => {
  const settings = (toml: string) => displaySettings(checkConfig(`[panel]\n${toml}`, 'casp3r.toml').panel);
  expect(settings('')).toEqual({
    display: 'auto',
    i2cBus: 1,
    i2cAddress: 0x3c,
    rotation: 0,
    contrast: 0xcf,
    inverted: false,
  });
  expect(settings('column_offset = 4\nrotation = 180\ncontrast = 9\ninverted = true')).toMatchObject({
    columnOffset: 4,
    rotation: 180,
    contrast: 9,
    inverted: true,
  });
  expect(() => settings('rotation = 90')).toThrow('panel.rotation must be 0 or 180, not 90');
  expect(() => settings('led = "../../../etc"')).toThrow('panel.led must be a light of /sys/class/leds');
});
