import { expect, test } from 'vitest';
import type { Button } from '../../../drivers/button/buttons.ts';
import { evdevButtons } from '../../../drivers/button/evdev.ts';
import { epollInputDevices, type InputDeviceEvents } from '../../../drivers/button/input-device.ts';
import { decodeInputEvents } from '../../../drivers/button/input-event.ts';
import { testEnvironment } from '../environment.ts';

const SYN = 0;
const KEY = 1;

function rig() {
  const environment = testEnvironment();
  const opened = new Map<InputDeviceEvents, string>();
  const closed: string[] = [];
  const buttons = evdevButtons({
    devices: [
      { path: '/dev/input/event2', buttons: ['pair', 'page'] },
      { path: '/dev/input/event10', buttons: ['power'] },
    ],
    openDevices: async () => (path, events) => {
      opened.set(events, path);
      return { close: () => closed.push(path) };
    },
    ...environment,
  });
  const edges: [Button, number?][] = [];
  buttons.onDown((button) => edges.push([button]));
  buttons.onUp((button, heldMs) => edges.push([button, heldMs]));
  const send = (path: string, type: number, code: number, value: number) => {
    for (const [events, at] of opened) if (at === path) events.event({ type, code, value });
  };
  const fail = (path: string, code: string) => {
    for (const [events, at] of opened) if (at === path) events.failed(Object.assign(new Error('gone'), { code }));
  };
  return { ...environment, buttons, edges, send, fail, closed };
}

test('records of the kernel are read: 24 bytes each, and no half ones', () => {
  const bytes = Buffer.alloc(24 + 10);
  bytes.writeUInt16LE(1, 16);
  bytes.writeUInt16LE(148, 18);
  bytes.writeInt32LE(-1, 20);
  expect(decodeInputEvents(bytes)).toEqual([{ type: 1, code: 148, value: -1 }]);
});

test('a key gives both edges of its own button; repeats and other keys give nothing', async () => {
  const { buttons, edges, send, clock } = rig();
  await buttons.start();
  expect(buttons.state()).toEqual({
    ok: true,
    detail: 'pair on /dev/input/event2, page on /dev/input/event2, power on /dev/input/event10',
  });
  send('/dev/input/event2', KEY, 149, 1);
  send('/dev/input/event2', SYN, 0, 0);
  await clock.advance(900);
  send('/dev/input/event2', KEY, 149, 2);
  send('/dev/input/event2', KEY, 30, 1);
  send('/dev/input/event2', KEY, 149, 0);
  await clock.advance(100);
  expect(edges).toEqual([['page'], ['page', 900]]);
});

test('a key that was held while the box started gives nothing until it is pressed anew', async () => {
  const { buttons, edges, send, clock } = rig();
  await buttons.start();
  send('/dev/input/event10', KEY, 202, 0);
  await clock.advance(100);
  expect(edges).toEqual([]);
});

test('a key counts as let go where the kernel dropped events', async () => {
  const { buttons, edges, send, clock } = rig();
  await buttons.start();
  send('/dev/input/event10', KEY, 202, 1);
  await clock.advance(100);
  send('/dev/input/event10', SYN, 3, 0);
  expect(edges).toEqual([['power'], ['power', 100]]);
});

test('a device that goes is one line for each of its buttons, and is given back', async () => {
  const { buttons, send, edges, clock, fail, closed, lines } = rig();
  await buttons.start();
  send('/dev/input/event10', KEY, 202, 1);
  await clock.advance(100);
  fail('/dev/input/event10', 'ENODEV');
  expect(edges).toEqual([['power'], ['power', 100]]);
  expect(closed).toEqual(['/dev/input/event10']);
  expect(buttons.state()).toEqual({
    ok: false,
    detail: 'power on /dev/input/event10: the kernel took the device away (ENODEV)',
  });
  expect(lines).toHaveLength(1);
});

test('a real device that is not there is a state and a line, no exception', async () => {
  const environment = testEnvironment();
  const buttons = evdevButtons({
    devices: [{ path: '/dev/input/event99', buttons: ['pair'] }],
    openDevices: epollInputDevices,
    ...environment,
  });
  await buttons.start();
  expect(buttons.state()).toEqual({ ok: false, detail: 'pair on /dev/input/event99: the device is gone (ENOENT)' });
  expect(environment.lines).toHaveLength(1);
  await buttons.stop();
});
